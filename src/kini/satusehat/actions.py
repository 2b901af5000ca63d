"""Writes of the room: records are queued for SATUSEHAT, and sent again after a correction."""

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import Actor
from kini.exchange.models import OutboxEntry
from kini.exchange.public import outbox
from kini.people.rules import require_somewhere
from kini.satusehat.client import client_of
from kini.satusehat.destination import DESTINATION, subject_of
from kini.satusehat.models import NationalRecord
from kini.satusehat.permissions import SatusehatPermission


@action
def queue_record(
    *, by: Actor, record_type: str, record_id: int, version: str, facility: str | None
) -> NationalRecord | None:
    """Queue a record for SATUSEHAT as it is when it is sent; None where no organization is configured for it.

    A refused message of the same record is sent again in place of a new one, which would wait behind it.

    Args:
        version: of the record; the same version again changes nothing.

    Raises:
        NotAllowed: without the permission to work off what differs.
    """
    require_somewhere(by, SatusehatPermission.RECONCILE)
    client = client_of(facility)
    if client is None:
        return None
    record, is_new = NationalRecord.objects.get_or_create(
        record_type=record_type, record_id=record_id, defaults={"organization": client.organization}
    )
    subject = subject_of(record_type, record_id)
    refused = OutboxEntry.objects.filter(destination=DESTINATION, subject=subject, state="dead").first()
    if refused:
        outbox.replay(refused.pk)
    else:
        outbox.put(DESTINATION, subject=subject, key=f"{subject}:{version}", payload={})
    if not is_new:
        NationalRecord.objects.filter(pk=record.pk).update(state="waiting", problems=[], updated_at=current_time.now())
    audit.record(by=by, action="satusehat.queued", subject=subject)
    return record


@action
def send_again(*, by: Actor, record: NationalRecord, facility: str | None) -> NationalRecord | None:
    """Send a record again, after a correction or because the two sides differ.

    Raises:
        NotAllowed: without the permission to work off what differs.
    """
    version = f"again:{current_time.now().isoformat()}"
    NationalRecord.objects.filter(pk=record.pk).update(digest="")
    return queue_record(
        by=by, record_type=record.record_type, record_id=record.record_id, version=version, facility=facility
    )
