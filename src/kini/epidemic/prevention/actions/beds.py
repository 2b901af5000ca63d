"""Reports of hospitals about their beds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.utils.translation import gettext as _

from kini.city import queries as city
from kini.city.models import Unit
from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.epidemic.prevention import beds
from kini.epidemic.prevention.bed_types import beds_file
from kini.epidemic.prevention.models import BedReport

#: Clocks of hospitals may be ahead by this much.
AHEAD = timedelta(minutes=5)
OLDEST = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class BedCount:
    """Beds of a type (id or alias of the pack's beds.yaml), the free ones, and the people who wait."""

    bed_type: str
    beds: int
    available: int
    queue: int = 0


@action
def report_beds(
    *, by: Actor, facility: Unit, counts: Sequence[BedCount], counted_at: datetime, source: str = "desk"
) -> int:
    """Store counts of beds; the same report again changes nothing. Return the number of new rows.

    Raises:
        NotAllowed: when the actor may not report for that hospital.
        ActionRefused: a type is unknown or named twice, a number is impossible, the moment is in the future or too old,
            or other numbers were reported for the same moment.
    """
    if not beds.may_report(by, facility):
        raise NotAllowed(_("You cannot report beds of this hospital. Ask the health agency to add you there."))
    now = current_time.now()
    if not now - OLDEST <= counted_at <= now + AHEAD:
        raise ActionRefused(
            _("The moment of the count is in the future or more than 30 days ago. Check date and time.")
        )
    rows = [_row(by, facility, each, counted_at, source) for each in counts]
    if not rows:
        raise ActionRefused(_("Give the beds of at least one type."))
    if len({row.bed_type for row in rows}) < len(rows):
        raise ActionRefused(_("A type of bed is named twice. Add its numbers together."))
    same = BedReport.objects.filter(
        facility=facility, counted_at=counted_at, bed_type__in=[row.bed_type for row in rows]
    )
    before = same.count()
    BedReport.objects.bulk_create(rows, ignore_conflicts=True)
    stored = {each.bed_type: each for each in same.all()}
    for row in rows:
        there = stored[row.bed_type]
        if (there.beds, there.available, there.queue) != (row.beds, row.available, row.queue):
            raise ActionRefused(
                _("Other numbers were reported for this moment. Send the correction with a later moment of the count.")
            )
    new = len(rows) - before
    detail = {"types": sorted(stored), "counted_at": counted_at.isoformat(), "source": source}
    audit.record(by=by, action="epidemic.beds-reported", subject=f"unit:{facility.pk}", detail=detail)
    return new


def _row(by: Actor, facility: Unit, count: BedCount, counted_at: datetime, source: str) -> BedReport:
    known = beds_file()
    bed_type = known.type_of(count.bed_type) if known else None
    if bed_type is None:
        types = ", ".join(known.types) if known else "–"
        raise ActionRefused(
            _("There is no type of bed “%(code)s”. There are: %(types)s.")
            % {"code": count.bed_type[:40], "types": types}
        )
    if not 0 <= count.available <= count.beds <= 10_000 or not 0 <= count.queue <= 10_000:
        raise ActionRefused(
            _("Check the numbers of “%(code)s”: there cannot be more free beds than beds.")
            % {"code": count.bed_type[:40]}
        )
    return BedReport(
        facility=facility,
        bed_type=bed_type,
        beds=count.beds,
        available=count.available,
        queue=count.queue,
        counted_at=counted_at,
        source=source,
        by_id=by.user_id,
    )


@action
def create_demo_beds(*, by: Actor) -> int:
    """Report made-up beds for hospitals without a report, as a demo shows them; return the number of hospitals.

    Numbers follow from the hospital's id, so that every demo has the same. One hospital in six reports late.
    """
    known = beds_file()
    if known is None:
        return 0
    reported = set(BedReport.objects.values_list("facility_id", flat=True).distinct())
    silent = [each for each in city.facilities(beds.HOSPITAL) if each.pk not in reported]
    for number, facility in enumerate(silent):
        random = Random(facility.pk)  # noqa: S311 -- made-up numbers
        sizes = {
            name: random.choice((0, 4, 8, 12)) * (5 if each.ward == "ward" else 1) for name, each in known.types.items()
        }
        late = timedelta(hours=20) if number % 6 == 5 else timedelta(minutes=random.randrange(5, 200))
        for days in (9, 6, 3, 1, 0):
            counts = [
                BedCount(name, size, random.randrange(size // 2 + 1), random.choice((0, 0, 0, 2)))
                for name, size in sizes.items()
                if size
            ]
            moment = current_time.now() - late - timedelta(days=days)
            report_beds(by=by, facility=facility, counts=counts, counted_at=moment, source="demo")
    return len(silent)
