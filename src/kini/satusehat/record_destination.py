"""SATUSEHAT as a destination of the outbox. A message names a dose only; what is sent is the dose as it is then."""

from datetime import timedelta
from typing import Any

from kini.core import current_time
from kini.exchange.public import Destination, OutgoingMessage, Receipt
from kini.satusehat.dose_sender import send_dose
from kini.satusehat.models import NationalRecord
from kini.satusehat.refused_records import Problem
from kini.satusehat.satusehat_client import Refused
from kini.vaccination.models import Dose

DESTINATION = "satusehat"


class SatusehatDestination(Destination):
    """The national record of a dose is brought into step with it; refused content becomes a dead letter."""

    max_age = timedelta(days=30)

    def send(self, message: OutgoingMessage) -> Receipt:
        record = _record_of(message)
        try:
            sent = send_dose(record, again=message.tries > 1)
        except Refused as refusal:
            problems = [each.as_json() for each in refusal.problems]
            NationalRecord.objects.filter(pk=record.pk).update(
                state="refused", problems=problems, updated_at=current_time.now()
            )
            raise
        return sent.as_receipt()

    def delivered(self, message: OutgoingMessage, receipt: Receipt) -> None:
        now = current_time.now()
        changes: dict[str, Any] = dict(receipt)
        record = _record_of(message)
        for name, value in changes.items():
            setattr(record, name, value)
        record.problems, record.sent_at = [], now if record.state == "sent" else record.sent_at
        record.save(update_fields=[*changes, "problems", "sent_at", "updated_at"])

    def given_up(self, message: OutgoingMessage, reason: str) -> None:
        record = _record_of(message)
        if record.state != "refused":
            record.state, record.problems = "refused", [Problem(code="gave-up").as_json()]
            record.save(update_fields=["state", "problems", "updated_at"])


def subject_of(dose: Dose) -> str:
    """Return the subject of a dose's messages: "dose:12"."""
    return f"dose:{dose.pk}"


def _record_of(message: OutgoingMessage) -> NationalRecord:
    record_type, record_id = message.subject.split(":")
    return NationalRecord.objects.get(record_type=record_type, record_id=int(record_id))
