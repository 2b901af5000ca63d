"""Preferences of a person: channels, opting out, browsers for push messages."""

from django.utils.translation import gettext as _

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.messages import web_push
from kini.messages.channels.base import channels
from kini.messages.models import OptOut, Preference, Subscription
from kini.messages.recipients import Recipient
from kini.people.models import User

MAX_ENDPOINT = 600


@action
def set_preferences(*, by: Actor, user: User, first: str, wanted: set[str]) -> None:
    """Store a user's preferred channel and the channels they accept."""
    if by.user_id != user.pk:
        raise NotAllowed(_("Only the person themselves can change this."))
    if first and first not in channels:
        raise ActionRefused(_("This channel does not exist."))
    Preference.objects.update_or_create(user=user, defaults={"first": first})
    person = Recipient(user, getattr(user, "resident", None))
    for channel in channels:
        recipient = channel.recipient(person)
        if recipient and channel.id in wanted:
            OptOut.objects.filter(channel=channel.id, recipient=recipient).delete()
        elif recipient:
            _store_opt_out(channel.id, recipient)
    audit.record(
        by=by,
        action="messages.preferred",
        subject=f"user:{user.pk}",
        detail={"first": first, "wanted": sorted(wanted)},
    )


@action
def opt_out(*, by: Actor, channel: str, recipient: str) -> None:
    """Stop messages to a number or address by one channel."""
    _store_opt_out(channel, recipient)
    audit.record(by=by, action="messages.silenced", subject=f"channel:{channel}")


def _store_opt_out(channel: str, recipient: str) -> None:
    OptOut.objects.get_or_create(channel=channel, recipient=recipient, defaults={"since": current_time.now()})


@action
def subscribe(*, by: Actor, user: User, endpoint: str, public: str, auth: str) -> None:
    """Subscribe a browser to push messages; a subscription of another user moves to this one.

    Raises:
        ActionRefused: when endpoint or keys are invalid.
    """
    if by.user_id != user.pk:
        raise NotAllowed(_("Only the person themselves can change this."))
    if (
        not web_push.is_push_service(endpoint)
        or len(endpoint) > MAX_ENDPOINT
        or not web_push.are_subscription_keys(public, auth)
    ):
        raise ActionRefused(_("Push messages do not work in this browser. Try another one."))
    values = {"user": user, "public": public, "auth": auth, "made_at": current_time.now()}
    Subscription.objects.update_or_create(endpoint=endpoint, defaults=values)
    OptOut.objects.filter(channel="push", recipient=f"devices-{user.pk}").delete()
    audit.record(by=by, action="messages.subscribed", subject=f"user:{user.pk}")
