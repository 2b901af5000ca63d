"""Subscribers and jobs of the room."""

from kini.core.actors import system
from kini.core.events import subscribe
from kini.satusehat import actions
from kini.vaccination.events import DoseChanged, DoseRecorded
from kini.vaccination.models import Dose

BY = system("satusehat.queue")


def _is_own(event: DoseRecorded) -> bool:
    return event.source == "site"


@subscribe(DoseRecorded, name="satusehat.queue_dose", only=_is_own)
def queue_dose(event: DoseRecorded) -> None:
    """Queue a dose that was recorded at a site of the city."""
    _queue(event.dose)


@subscribe(DoseChanged, name="satusehat.queue_correction")
def queue_correction(event: DoseChanged) -> None:
    """Queue the correction of a dose of a site of the city."""
    _queue(event.dose)


def _queue(dose_id: int) -> None:
    dose = Dose.objects.filter(pk=dose_id, source="site").first()
    if dose:
        actions.queue_record(
            by=BY,
            record_type="dose",
            record_id=dose.pk,
            version=str(dose.version),
            facility=dose.facility_id,
        )
