"""Text fields: short and long text, phone number, e-mail address, licence plate, QR code."""

import re
import unicodedata
from typing import Any, ClassVar, Literal

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from pydantic import Field as Option

from kini.city.public import pack
from kini.core.invisible_characters import has_invisible
from kini.services.fields.base import FieldBase, FormData, InvalidAnswer
from kini.web import formats


def clean_text(value: str, *, limit: int, lines: bool = False) -> str:
    """Normalize text: Unicode NFC, collapsed white space.

    Args:
        limit: maximum length in characters.
        lines: keep line breaks; otherwise they become spaces.

    Raises:
        InvalidAnswer: when it is too long or contains invisible characters.
    """
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    if has_invisible(text):
        raise InvalidAnswer(_("This text contains invisible characters. Delete it and type it again."))
    text = "\n".join(line.rstrip() for line in text.split("\n")).strip() if lines else " ".join(text.split())
    if len(text) > limit:
        raise InvalidAnswer(
            _("This text has %(length)d characters. Shorten it to %(limit)d.") % {"length": len(text), "limit": limit}
        )
    return text


class TextField(FieldBase):
    """One line of text."""

    type: Literal["text"] = "text"
    searchable: ClassVar[bool] = True
    max: int = Option(default=200, ge=1, le=500, description="Characters.")

    def parse(self, name: str, sent: FormData) -> Any:
        return clean_text(sent.text(name), limit=self.max) or None

    def context(self, name: str, typed: Any) -> dict[str, Any]:
        return {"autocomplete": "name" if self.profile == "name" else ""}

    def example(self, number: int) -> dict[str, Any]:
        return {"": f"Contoh {number}"[: self.max]}

    def invalid_example(self) -> dict[str, Any] | None:
        return {"": "x" * (self.max + 1)}

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.max}


class LongTextField(FieldBase):
    """Several lines of text."""

    type: Literal["longtext"] = "longtext"
    searchable: ClassVar[bool] = True
    max: int = Option(default=2000, ge=1, le=10_000, description="Characters.")
    template: ClassVar[str] = "longtext.html"

    def parse(self, name: str, sent: FormData) -> Any:
        return clean_text(sent.text(name), limit=self.max, lines=True) or None

    def example(self, number: int) -> dict[str, Any]:
        return {"": f"Contoh keterangan {number}.\nBaris kedua."[: self.max]}

    def invalid_example(self) -> dict[str, Any] | None:
        return {"": "x" * (self.max + 1)}

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.max}


class PhoneField(FieldBase):
    """A phone number, stored as E.164 ("+6281234567890") and shown in the national format."""

    type: Literal["phone"] = "phone"
    inputmode: ClassVar[str] = "tel"
    autocomplete: ClassVar[str] = "tel"

    def parse(self, name: str, sent: FormData) -> Any:
        typed = clean_text(sent.text(name), limit=40)
        if not typed:
            return None
        try:
            number = phonenumbers.parse(typed, pack.current().country)
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_valid_number(number):
            raise InvalidAnswer(
                _("This phone number is not valid. Enter it like %(example)s.") % {"example": self.sample(0)}
            )
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def sample(self, number: int) -> str:
        """Example number of the city's country in national format; each `number` gives a different one.

        Raises:
            LookupError: when phonenumbers has no example for the country.
        """
        country = pack.current().country
        base = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
        if base is None or base.national_number is None:
            raise LookupError(f"No mobile number of {country} is known as an example.")
        start, end = divmod(base.national_number, 10_000)
        varied = phonenumbers.PhoneNumber(base.country_code, start * 10_000 + (end + number) % 10_000)
        return phonenumbers.format_number(varied, phonenumbers.PhoneNumberFormat.NATIONAL)

    def show(self, value: Any) -> str:
        return formats.phone(value)

    def example(self, number: int) -> dict[str, Any]:
        return {"": self.sample(number)}

    def invalid_example(self) -> dict[str, Any] | None:
        return {"": "12"}

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^\+[0-9]{6,15}$"}


class EmailField(FieldBase):
    """An e-mail address."""

    type: Literal["email"] = "email"
    inputmode: ClassVar[str] = "email"
    autocomplete: ClassVar[str] = "email"

    def parse(self, name: str, sent: FormData) -> Any:
        typed = clean_text(sent.text(name), limit=254)
        if not typed:
            return None
        try:
            validate_email(typed)
        except ValidationError:
            raise InvalidAnswer(_("This e-mail address is not valid. Enter it like name@example.org.")) from None
        return typed

    def example(self, number: int) -> dict[str, Any]:
        return {"": f"warga{number}@example.org"}

    def invalid_example(self) -> dict[str, Any] | None:
        return {"": "name@"}

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "email", "maxLength": 254}


class PlateNumberField(FieldBase):
    """A licence plate, stored as groups of letters and digits ("B 1234 XYZ")."""

    type: Literal["plate_number"] = "plate_number"
    searchable: ClassVar[bool] = True

    def parse(self, name: str, sent: FormData) -> Any:
        groups = re.findall(r"[A-Z]+|[0-9]+", clean_text(sent.text(name), limit=40).upper())
        compact = "".join(groups)
        if not sent.text(name):
            return None
        junk = re.sub(r"[\s.-]", "", sent.text(name).upper()) != compact
        if junk or not 2 <= len(compact) <= 10 or compact.isalpha() or compact.isdigit():
            raise InvalidAnswer(_("Enter the letters and digits of the plate, like B 1234 XYZ."))
        return " ".join(groups)

    def example(self, number: int) -> dict[str, Any]:
        return {"": f"B {1000 + number % 9000} XY"}

    def invalid_example(self) -> dict[str, Any] | None:
        return {"": "?!"}

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[A-Z0-9]+( [A-Z0-9]+)*$", "maxLength": 19}


class QrField(FieldBase):
    """Content of a QR code, scanned with the camera or typed."""

    type: Literal["qr"] = "qr"

    def parse(self, name: str, sent: FormData) -> Any:
        return clean_text(sent.text(name), limit=500) or None

    def example(self, number: int) -> dict[str, Any]:
        return {"": f"KODE-{number:06d}"}

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": 500}


TYPES = (TextField, LongTextField, PhoneField, EmailField, PlateNumberField, QrField)
