"""Codes that show that a phone number or an address is one's own: how they look, how often, how they are sent."""

import secrets

from django.utils.translation import gettext as _

from kini.city import pack
from kini.core import limits
from kini.core.delivery import Channel, can_deliver, may_receive_sms, send_text
from kini.core.limits import Limit
from kini.people.contacts import Contact, ContactFault

DIGITS = 6
VALID_SECONDS = 600

#: One person, who may mistype or lose a message.
SENT_TO_CONTACT = Limit("people.code-to-contact", count=5, seconds=15 * 60)
#: One network address. Thousands of phones can share a mobile operator's, so it stops floods only.
SENT_FOR_ADDRESS = Limit("people.code-for-address", count=300, seconds=60 * 60)
#: The whole city: a bound on what somebody can make it pay for text messages.
SENT_IN_ALL = Limit("people.code-in-all", count=20_000, seconds=60 * 60)
#: Tries for one number or address, whichever code, session or network they come from.
TRIES = (
    Limit("people.code-tries", count=10, seconds=30 * 60),
    Limit("people.code-tries-day", count=40, seconds=24 * 60 * 60),
)


def new_code() -> str:
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


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


def count_sending(contact: Contact, address: str) -> None:
    """Count one code that is about to be sent.

    Args:
        address: network address of who asks.

    Raises:
        ContactFault: when nothing would bring a message there.
        TooMany: when it is one too many, saying when to try again.
    """
    require_reachable(contact)
    limits.require(SENT_TO_CONTACT, contact.value)
    limits.require(SENT_FOR_ADDRESS, address)
    limits.require(SENT_IN_ALL, "all")


def count_try(contact: Contact) -> None:
    """Count one code that was typed, right or wrong. A new code or a new session does not begin anew.

    Raises:
        TooMany: when it is one too many, saying when to try again.
    """
    for limit in TRIES:
        limits.require(limit, contact.value)


def forget_tries(contact: Contact) -> None:
    """The right code was typed: the next sign-in begins with all its tries."""
    for limit in TRIES:
        limits.forget(limit, contact.value)


def send_code(contact: Contact, code: str, host: str) -> None:
    """Send a code in the active language.

    Args:
        host: where it is to be typed; phones fill a code in only on that site when the message's last line names it.
    """
    city = str(pack.current().name)
    text = _(
        "{code} is your code for Kini {city}. It is valid for 10 minutes. Nobody else needs it: keep it to yourself."
    )
    text = text.format(code=code, city=city)
    if contact.kind == "phone":
        text = f"{text}\n\n@{host} #{code}"
    subject = _("Your code for Kini {city}").format(city=city)  # phones show subjects while they are locked
    send_text(channel=channel_of(contact), recipient=contact.value, subject=subject, text=text, is_code=True)


def send_contact_changed(old: Contact, new: Contact) -> None:
    """Tell the old number or address that it was replaced, in case somebody else did it."""
    city = str(pack.current().name)
    text = _("Your account at Kini {city} now uses {new}. Was this not you? Go to a counter with your card.")
    subject = _("Your account at Kini {city} has changed").format(city=city)
    send_text(
        channel=channel_of(old), recipient=old.value, subject=subject, text=text.format(city=city, new=new.masked)
    )


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
