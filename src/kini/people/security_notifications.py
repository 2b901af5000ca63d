"""Security notifications to every phone number and e-mail address of an account."""

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.city.public import pack
from kini.core import attempt_limits, current_time
from kini.core.attempt_limits import Limit
from kini.core.delivery import can_deliver, may_receive_sms, send_text
from kini.people.contacts import Contact
from kini.people.models import User
from kini.people.verification_codes import channel_for
from kini.web import formats

#: A browser that clears its cookies is a new device each time; more messages would not be read.
NEW_DEVICES = Limit("people.new-device-notices", count=5, seconds=24 * 60 * 60)

#: Text of each event, by allauth's event name.
MFA_EVENT_LABELS = {
    "totp_activated": gettext_lazy("an authenticator app was added"),
    "totp_deactivated": gettext_lazy("the authenticator app was removed"),
    "webauthn_added": gettext_lazy("a passkey was added"),
    "webauthn_removed": gettext_lazy("a passkey was removed"),
    "recovery_codes_generated": gettext_lazy("new recovery codes were made"),
}


def contacts_of(user: User) -> list[Contact]:
    """Return every contact of an account."""
    pairs = (("phone", user.phone), ("email", user.email))
    return [Contact("phone" if kind == "phone" else "email", value) for kind, value in pairs if value]


def notify(user: User, event: str, contacts: list[Contact] | None = None) -> None:
    """Send a notification of an event, with its time and advice in case it was somebody else.

    Args:
        event: one clause in the language of the account, see `account_language`.
        contacts: recipients; None: every current contact of the account.
    """
    city = str(pack.current().name)
    text = _(
        "Your account at Kini {city}: {event}, {when}. Was it not you? Sign out the devices that you do not know under "
        "Me, Where I am signed in, or go to a counter with your card."
    ).format(event=event, city=city, when=formats.moment(current_time.now()))
    subject = _("Your account at Kini {city}: security").format(city=city)
    for contact in contacts_of(user) if contacts is None else contacts:
        channel = channel_for(contact)
        if can_deliver(channel) and (channel == "email" or may_receive_sms(contact.value)):
            send_text(channel=channel, recipient=contact.value, subject=subject, text=text)


def account_language(user: User) -> translation.override:
    """Activate the account's language instead of the actor's."""
    return translation.override(user.language or pack.current().languages[0])


def notify_mfa_changed(user: User, event: str) -> None:
    """Notify the person that a second factor was added, removed or renewed (a key of MFA_EVENT_LABELS)."""
    with account_language(user):
        notify(user, str(MFA_EVENT_LABELS[event]))


def notify_client_authorized(user: User, name: str) -> None:
    """Notify the person that a client was authorized to act for them."""
    with account_language(user):
        notify(user, _("the program {name} may act for you").format(name=name))


def notify_new_device(user: User, device: str) -> None:
    """Notify the person of a sign-in on a new device, a few times a day at most."""
    if not attempt_limits.try_consume(NEW_DEVICES, str(user.pk)):
        return
    with account_language(user):
        notify(user, _("new sign-in on {device}").format(device=device or _("an unknown device")))


def notify_contact_changed(user: User, before: list[Contact], new: Contact) -> None:
    """Notify every earlier contact of an account of its new contact."""
    with account_language(user):
        notify(user, _("the city now contacts you at {contact}").format(contact=new.masked), before)
