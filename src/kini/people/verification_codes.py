"""Verification codes for phone numbers and e-mail addresses: format and sending."""

import secrets

from django.http import HttpRequest
from django.utils.translation import gettext as _

from kini.city.public import pack
from kini.core.delivery import Channel, can_deliver, may_receive_sms, send_text
from kini.people import code_limits, known_devices
from kini.people.code_limits import SHORT_DIGITS
from kini.people.contacts import Contact, ContactError

VALID_SECONDS = 600
#: Digits per group of a long code.
GROUP = 4
_DIGITS = "_kini_code_digits"


def generate_code(digits: int) -> str:
    return f"{secrets.randbelow(10**digits):0{digits}d}"


def format_code(code: str) -> str:
    """Format a code for reading: a long one in groups of four digits."""
    if len(code) <= SHORT_DIGITS:
        return code
    return " ".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def count_digits(typed: str) -> int:
    """Count the characters of a typed code, ignoring spaces and dashes."""
    return len("".join(typed.split()).replace("-", ""))


def channel_for(contact: Contact) -> Channel:
    return "sms" if contact.kind == "phone" else "email"


def require_reachable(contact: Contact) -> None:
    """Raise ContactFault, naming an alternative, if no message can be delivered to the contact."""
    if not can_deliver(channel_for(contact)):
        raise ContactError(
            _("We cannot send text messages at the moment. Use an e-mail address.")
            if contact.kind == "phone"
            else _("We cannot send e-mail at the moment. Use a phone number.")
        )
    if contact.kind == "phone" and not may_receive_sms(contact.value):
        raise ContactError(_("We do not send text messages to numbers of this country. Use an e-mail address."))


def prepare_code(request: HttpRequest, contact: Contact) -> None:
    """Count a code that is about to be sent, and store its length on the request (`prepared_digits`).

    Raises:
        ContactFault: if no message can be delivered there.
        TooManyAttempts: above a limit; the message says when to try again.
    """
    require_reachable(contact)
    asker = known_devices.code_requester(request, contact)
    code_limits.count_sent_code(asker)
    setattr(request, _DIGITS, code_limits.digits_for(asker))


def prepared_digits(request: HttpRequest) -> int:
    """Return the length of the code that this request sends."""
    return int(getattr(request, _DIGITS, code_limits.LONG_DIGITS))


def send_code(contact: Contact, code: str, host: str) -> None:
    """Send a code in the active language.

    Args:
        host: site on which it is typed; phones autofill a code only on the site named in the message's last line.
    """
    city = str(pack.current().name)
    text = _(
        "{code} is your code for Kini {city}. It is valid for 10 minutes. Nobody else needs it: keep it to yourself."
    )
    text = text.format(code=format_code(code), city=city)
    if contact.kind == "phone":
        text = f"{text}\n\n@{host} #{code}"
    subject = _("Your code for Kini {city}").format(city=city)  # phones show subjects while they are locked
    send_text(channel=channel_for(contact), recipient=contact.value, subject=subject, text=text, is_code=True)


def send_invitation(contact: Contact, agency: str) -> None:
    """Notify a new officer, in the active language, with instructions for signing in."""
    city = str(pack.current().name)
    text = _("You now work for {agency} at Kini {city}. Sign in with this {contact}: a code is sent to you.")
    what = _("phone number") if contact.kind == "phone" else _("e-mail address")
    subject = _("Your desk at Kini {city}").format(city=city)
    send_text(
        channel=channel_for(contact),
        recipient=contact.value,
        subject=subject,
        text=text.format(agency=agency, city=city, contact=what),
    )
