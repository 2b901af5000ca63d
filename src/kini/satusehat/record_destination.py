"""SATUSEHAT as a destination of the outbox. A message names a record only; what is sent is the record as it is then."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from kini.core import current_time
from kini.exchange.public import Destination, OutgoingMessage, Receipt
from kini.satusehat.models import NationalRecord
from kini.satusehat.record_sender import Sendable, send_record
from kini.satusehat.refused_records import Problem
from kini.satusehat.satusehat_client import Refused
from kini.satusehat.sent_dose import SentDose
from kini.satusehat.sent_illness import SentCase, SentTest

DESTINATION = "satusehat"
#: By `NationalRecord.record_type`: the record with that id as it is now.
SOURCES: Mapping[str, Callable[[int], Sendable]] = {"dose": SentDose, "test": SentTest, "case": SentCase}


class SatusehatDestination(Destination):
    """The national record is brought into step with the record here; refused content becomes a dead letter."""

    max_age = timedelta(days=30)
    concurrency = 8

    def send(self, message: OutgoingMessage) -> Receipt:
        record = _record_of(message)
        try:
            sent = send_record(record, SOURCES[record.record_type](record.record_id), again=message.tries > 1)
        except Refused as refusal:
            problems = [each.as_json() for each in refusal.problems]
            NationalRecord.objects.filter(pk=record.pk).update(
                state="refused", problems=problems, updated_at=current_time.now()
            )
            raise
        return sent.as_receipt()

    def delivered(self, message: OutgoingMessage, receipt: Receipt) -> None:
        now = current_time.now()
        changes: dict[str, Any] = dict(receipt) | {"problems": [], "updated_at": now}
        if receipt["state"] == "sent":
            changes["sent_at"] = now
        _records_of(message).update(**changes)

    def given_up(self, message: OutgoingMessage, reason: str) -> None:
        record = _record_of(message)
        if record.state != "refused":
            record.state, record.problems = "refused", [Problem(code="gave-up").as_json()]
            record.save(update_fields=["state", "problems", "updated_at"])


def subject_of(record_type: str, record_id: int) -> str:
    """Return the subject of a record's messages: "dose:12"."""
    return f"{record_type}:{record_id}"


def _record_of(message: OutgoingMessage) -> NationalRecord:
    return _records_of(message).get()


def _records_of(message: OutgoingMessage) -> QuerySet[NationalRecord]:
    record_type, record_id = message.subject.split(":")
    return NationalRecord.objects.filter(record_type=record_type, record_id=int(record_id))
