"""Contacts of a person: phone numbers and e-mail addresses, typed into one field."""

import unicodedata
from dataclasses import dataclass
from typing import Literal

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from phonenumbers import PhoneNumberType

from kini.people.models import User

type ContactKind = Literal["phone", "email"]

LONGEST = 254
#: Types of numbers that cannot receive text messages.
NUMBERS_WITHOUT_SMS = {
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.TOLL_FREE,
}


class ContactError(ValueError):
    """Text that is neither a phone number nor an e-mail address; the message says what to write."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A person's contact: `value` is a phone number in E.164 ("+6281234567890") or an e-mail address in lower case."""

    kind: ContactKind
    value: str

    @property
    def shown(self) -> str:
        """The contact formatted for display."""
        if self.kind == "email":
            return self.value
        number = phonenumbers.parse(self.value)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)

    @property
    def masked(self) -> str:
        """Masked form: enough to recognise one's own, too little to learn another's."""
        if self.kind == "phone":
            return f"{self.value[:3]} •••• {self.value[-3:]}"
        name, _at, domain = self.value.partition("@")
        return f"{name[:1]}•••@{domain}"

    @property
    def hint(self) -> str:
        """Shorter masked form, for an officer to compare with the person's answer: "p•••@", "+62 8••• •• 12"."""
        if self.kind == "email":
            return f"{self.value[:1]}•••@"
        country = f"+{phonenumbers.parse(self.value).country_code}"
        return f"{country} {self.value[len(country) : len(country) + 1]}••• •• {self.value[-2:]}"


def contact_of(user: User) -> Contact:
    """Return the contact used to sign in: the phone number, else the e-mail address."""
    return Contact("phone", user.phone) if user.phone else Contact("email", user.email or "")


def parse_contact(typed: str, country: str) -> Contact:
    """Tell a phone number from an e-mail address, and bring it into the form in which it is kept.

    Args:
        country: where a number without a country code is at home ("ID").

    Raises:
        ContactFault: with what to write instead.
    """
    text = typed.strip()
    if not text:
        raise ContactError(_("Write your phone number or your e-mail address."))
    if len(text) > LONGEST or any(unicodedata.category(c) == "Cc" for c in text):
        raise ContactError(_("This is too long, or contains characters that no number or address has. Type it again."))
    return parse_email(text) if "@" in text else parse_phone(text, country)


def parse_email(text: str) -> Contact:
    """An e-mail address.

    Raises:
        ContactFault: when it cannot be one.
    """
    address = text.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise ContactError(_("Check the e-mail address. It looks like name@example.com.")) from None
    return Contact("email", address)


def parse_phone(text: str, country: str) -> Contact:
    """A phone number that can receive text messages.

    Raises:
        ContactFault: when it cannot be one.
    """
    advice = _(
        "Check the phone number. Write it with all its digits; a number from abroad begins with + and the country."
    )
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        raise ContactError(advice) from None
    if not phonenumbers.is_valid_number(number):
        raise ContactError(advice)
    if phonenumbers.number_type(number) in NUMBERS_WITHOUT_SMS:
        raise ContactError(_("This number cannot receive text messages. Use a mobile number or an e-mail address."))
    return Contact("phone", phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
