"""Codes that prove a phone number or an address: format and sending."""

import secrets

from django.http import HttpRequest
from django.utils.translation import gettext as _

from kini.city import pack
from kini.core.delivery import Channel, can_deliver, may_receive_sms, send_text
from kini.people import code_limits, known_devices
from kini.people.code_limits import SHORT_DIGITS
from kini.people.contacts import Contact, ContactFault

VALID_SECONDS = 600
#: A long code is read and typed in groups.
GROUP = 4
_DIGITS = "_kini_code_digits"


def new_code(digits: int) -> str:
    return f"{secrets.randbelow(10**digits):0{digits}d}"


def shown(code: str) -> str:
    """A code as people read it: a long one in groups of four digits."""
    if len(code) <= SHORT_DIGITS:
        return code
    return " ".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def digits_in(typed: str) -> int:
    """Count the characters of a typed code, without spaces and dashes."""
    return len("".join(typed.split()).replace("-", ""))


def channel_of(contact: Contact) -> Channel:
    return "sms" if contact.kind == "phone" else "email"


def require_reachable(contact: Contact) -> None:
    """Stop where a message would reach nobody.

    Raises:
        ContactFault: with what to use instead.
    """
    if not can_deliver(channel_of(contact)):
        raise ContactFault(
            _("We cannot send text messages at the moment. Use an e-mail address.")
            if contact.kind == "phone"
            else _("We cannot send e-mail at the moment. Use a phone number.")
        )
    if contact.kind == "phone" and not may_receive_sms(contact.value):
        raise ContactFault(_("We do not send text messages to numbers of this country. Use an e-mail address."))


def prepare(request: HttpRequest, contact: Contact) -> None:
    """Count a code that is about to be sent, and fix its length for `digits_of`.

    Raises:
        ContactFault: when nothing would bring a message there.
        TooMany: when it is one too many, saying when to try again.
    """
    require_reachable(contact)
    asker = known_devices.asker_of(request, contact)
    code_limits.count_sending(asker)
    setattr(request, _DIGITS, code_limits.digits_for(asker))


def digits_of(request: HttpRequest) -> int:
    """The length of the code that this request sends."""
    return int(getattr(request, _DIGITS, code_limits.LONG_DIGITS))


def send_code(contact: Contact, code: str, host: str) -> None:
    """Send a code in the active language.

    Args:
        host: where it is to be typed; phones fill a code in only on that site when the message's last line names it.
    """
    city = str(pack.current().name)
    text = _(
        "{code} is your code for Kini {city}. It is valid for 10 minutes. Nobody else needs it: keep it to yourself."
    )
    text = text.format(code=shown(code), city=city)
    if contact.kind == "phone":
        text = f"{text}\n\n@{host} #{code}"
    subject = _("Your code for Kini {city}").format(city=city)  # phones show subjects while they are locked
    send_text(channel=channel_of(contact), recipient=contact.value, subject=subject, text=text, is_code=True)


def send_invitation(contact: Contact, agency: str) -> None:
    """Tell somebody, in the active language, that they work for an agency from now on, and how to begin."""
    city = str(pack.current().name)
    text = _("You now work for {agency} at Kini {city}. Sign in with this {contact}: a code is sent to you.")
    what = _("phone number") if contact.kind == "phone" else _("e-mail address")
    subject = _("Your desk at Kini {city}").format(city=city)
    send_text(
        channel=channel_of(contact),
        recipient=contact.value,
        subject=subject,
        text=text.format(agency=agency, city=city, contact=what),
    )
