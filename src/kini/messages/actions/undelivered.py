"""Officers' decisions about messages that no channel delivered, and about printed letters."""

from django.db import transaction
from django.utils.translation import gettext as _

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.core.grants import Scope
from kini.messages.delivery_schedule import audit_delivery, start_next_delivery
from kini.messages.models import Delivery, Message
from kini.messages.permissions import MessagePermission
from kini.people import rules as people_rules


@action
def retry(*, by: Actor, message: Message) -> None:
    """Retry all channels of an undelivered message."""
    _require(by, message)
    if not Message.objects.filter(pk=message.pk, unreached_at__isnull=False, settled_at=None).update(unreached_at=None):
        raise ActionRefused(_("This message is no longer on the list."))
    with transaction.atomic():
        message.deliveries.filter(state="failed").delete()
        start_next_delivery(message)
    audit.record(by=by, action="messages.retried", subject=f"message:{message.pk}")


@action
def mark_settled(*, by: Actor, message: Message) -> None:
    """Close an undelivered message: an officer informed the person in another way."""
    _require(by, message)
    if not Message.objects.filter(pk=message.pk, unreached_at__isnull=False, settled_at=None).update(
        settled_at=current_time.now()
    ):
        raise ActionRefused(_("This message is no longer on the list."))
    audit.record(by=by, action="messages.settled", subject=f"message:{message.pk}")


@action
def mark_posted(*, by: Actor, delivery: Delivery) -> None:
    """Record that an officer printed and mailed a message."""
    _require(by, delivery.message)
    now = current_time.now()
    if not Delivery.objects.filter(pk=delivery.pk, channel="post", state="waiting").update(
        state="sent", sent_at=now, attempts=1
    ):
        raise ActionRefused(_("This letter is no longer on the list."))
    audit_delivery(by, "messages.posted", delivery)


def _require(by: Actor, message: Message) -> None:
    scope = Scope(message.agency_id or "", message.area_path, message.service_id)
    people_rules.require(by, MessagePermission.SEE_MESSAGES, scope)
