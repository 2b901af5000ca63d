"""Access report for heads: an officer's reads on a day compared with the usual number, and reads outside their own
work.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any, NamedTuple

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from kini.cases.models import Case, TimelineEntry
from kini.city.public import pack
from kini.core.actors import ActorKind
from kini.people.models import AccessLog, Officer
from kini.people.public import AccessType, access_log_rules, access_purposes

#: Earlier days from which the usual number of reads is computed.
DAYS = 28
#: A person is listed if at least this many officers read them on a day.
OFTEN_READ_BY = 3
#: Names in the queue are read by everybody who opens it, fifty at a time: logged, but no sign of curiosity.
OWN_READS = ~Q(what=AccessType.QUEUE)
READS = Q(day__isnull=False) & OWN_READS
_SECOND = timedelta(seconds=1)


class ReadCounts(NamedTuple):
    """Reads of one officer on one day, and reveals of hidden data (`looks`)."""

    reads: int = 0
    looks: int = 0


NO_READS = ReadCounts()


@dataclass(slots=True)
class OfficerReads:
    """One officer on one day.

    Attributes:
        people: number of persons whose data was read.
        reads_usual, looks_usual: the officer's median of the days before on which they read anything.
        reads_agency, looks_agency: the median of the usual counts in the agency.
        untouched: cases that the officer read and neither holds nor ever worked on.
        elsewhere: cases in areas where they hold no open case; None when they hold none at all.
        off_hours: reads while offices were closed.
    """

    officer: Officer
    counts: ReadCounts = NO_READS
    people: int = 0
    reads_usual: float = 0.0
    looks_usual: float = 0.0
    reads_agency: float = 0.0
    looks_agency: float = 0.0
    untouched: int = 0
    elsewhere: int | None = None
    off_hours: int = 0

    @property
    def reads_unusual(self) -> bool:
        limits = access_purposes.access_limits()
        threshold = access_log_rules.Threshold(limits.unusual_reads, limits.unusual_times)
        return access_log_rules.is_unusual(self.counts.reads, self.reads_usual, self.reads_agency, threshold)

    @property
    def looks_unusual(self) -> bool:
        limits = access_purposes.access_limits()
        threshold = access_log_rules.Threshold(limits.unusual_looks, limits.unusual_times)
        return access_log_rules.is_unusual(self.counts.looks, self.looks_usual, self.looks_agency, threshold)

    @property
    def unusual(self) -> bool:
        return self.reads_unusual or self.looks_unusual


@dataclass(frozen=True, slots=True)
class OftenRead:
    """Person read by many officers on one day, with the references of their cases."""

    officers: int
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccessReport:
    """Access report of one day: lines by officer, unusual ones first, and persons read by many."""

    day: date
    lines: list[OfficerReads] = field(default_factory=list)
    often: list[OftenRead] = field(default_factory=list)


class _Row(NamedTuple):
    officer_id: int
    resident_id: int | None
    reference: str
    at: datetime


def access_report(officers: Iterable[Officer], day: date) -> AccessReport:
    """Return the report on these officers for a day of the city. Six queries, for any number of officers."""
    lines = reads_by_officer(officers, day)
    rows = _rows(lines, day)
    _add_circumstances(lines, rows)
    shown = [line for line in lines.values() if line.counts != NO_READS or line.officer.active]
    shown.sort(key=lambda line: (not line.unusual, -line.counts.reads, -line.counts.looks, line.officer.name))
    return AccessReport(day, shown, _often(rows))


def reads_by_officer(officers: Iterable[Officer], day: date) -> dict[int, OfficerReads]:
    """Reads of a day with the usual numbers, by officer id. One query."""
    lines = {officer.pk: OfficerReads(officer) for officer in officers}
    before: dict[int, list[ReadCounts]] = defaultdict(list)
    for pk, on, counts in _daily(lines, day):
        if on == day:
            lines[pk].counts = counts
        else:
            before[pk].append(counts)
    for pk, line in lines.items():
        line.reads_usual = access_log_rules.usual_count([counts.reads for counts in before[pk]])
        line.looks_usual = access_log_rules.usual_count([counts.looks for counts in before[pk]])
    _add_medians(lines.values())
    return lines


def officers_to_check(day: date) -> list[Officer]:
    """Officers of all agencies in which anybody reads enough on that day to be unusual. Two queries."""
    limits, (start, end) = access_purposes.access_limits(), day_bounds(day)
    log = AccessLog.objects.filter(officer__isnull=False, at__gte=start, at__lt=end).order_by()
    reads = log.values_list("officer__agency", "officer")
    counts = reads.annotate(reads=Count("pk", filter=READS), looks=Count("pk", filter=Q(day__isnull=True)))
    some = counts.filter(Q(reads__gte=limits.unusual_reads) | Q(looks__gte=limits.unusual_looks))
    agencies = {agency for agency, *_rest in some}
    return list(Officer.objects.filter(agency_id__in=agencies).select_related("agency")) if agencies else []


def _add_medians(lines: Collection[OfficerReads]) -> None:
    by_agency: dict[str, list[OfficerReads]] = defaultdict(list)
    for line in lines:
        by_agency[line.officer.agency_id].append(line)
    for some in by_agency.values():
        reads = median([line.reads_usual for line in some if line.reads_usual] or [0.0])
        looks = median([line.looks_usual for line in some if line.looks_usual] or [0.0])
        for line in some:
            line.reads_agency, line.looks_agency = reads, looks


def _daily(officers: Collection[int], day: date) -> list[tuple[int, date, ReadCounts]]:
    start, _end = day_bounds(day - timedelta(days=DAYS))
    _start, end = day_bounds(day)
    log = AccessLog.objects.filter(officer_id__in=officers, at__gte=start, at__lt=end).order_by()
    on = log.annotate(on=TruncDate("at", tzinfo=pack.current().timezone)).values_list("officer_id", "on")
    counts = on.annotate(reads=Count("pk", filter=READS), looks=Count("pk", filter=Q(day__isnull=True)))
    return [(pk, at, ReadCounts(reads, looks)) for pk, at, reads, looks in counts]


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Start and end of a day in the city's time zone."""
    zone = pack.current().timezone
    return datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone)


def _rows(officers: Collection[int], day: date) -> list[_Row]:
    start, end = day_bounds(day)
    reads = AccessLog.objects.filter(OWN_READS, officer_id__in=officers, at__gte=start, at__lt=end).order_by("pk")
    return [_Row(*row) for row in reads.values_list(*_Row._fields)]


def _add_circumstances(lines: Mapping[int, OfficerReads], rows: Sequence[_Row]) -> None:
    cases = {
        case.reference: case
        for case in Case.objects.filter(reference__in={row.reference for row in rows}).only(
            "reference", "assignee_id", "area_path"
        )
    }
    worked, areas = _worked_on(lines, cases.values()), _areas_of(lines)
    calendar = pack.current().calendar
    for pk, own in _by_officer(rows).items():
        line = lines[pk]
        read = [cases[name] for name in {row.reference for row in own} if name in cases]
        line.people = len({row.resident_id or row.reference for row in own})
        line.untouched = sum(case.assignee_id != pk and (pk, case.pk) not in worked for case in read)
        line.elsewhere = sum(case.area_path not in areas[pk] for case in read) if areas[pk] else None
        line.off_hours = sum(not calendar.working_seconds(row.at, row.at + _SECOND) for row in own)


def _by_officer(rows: Iterable[_Row]) -> dict[int, list[_Row]]:
    by_officer: dict[int, list[_Row]] = defaultdict(list)
    for row in rows:
        by_officer[row.officer_id].append(row)
    return by_officer


def _worked_on(lines: Mapping[int, OfficerReads], cases: Iterable[Case]) -> set[tuple[int, int]]:
    """Pairs (officer, case): the officer has at least one timeline entry on the case."""
    officers = {line.officer.user_id: pk for pk, line in lines.items()}
    deeds = TimelineEntry.objects.filter(case__in=[case.pk for case in cases], actor_kind=ActorKind.OFFICER).order_by()
    some: Any = deeds.filter(actor_id__in=officers).values_list("actor_id", "case_id").distinct()
    return {(officers[user], case) for user, case in some}


def _areas_of(officers: Collection[int]) -> dict[int, set[str]]:
    """Areas in which each officer is assigned open cases."""
    assigned_cases = Case.objects.filter(assignee_id__in=officers, closed_at__isnull=True).order_by()
    areas: dict[int, set[str]] = defaultdict(set)
    for officer, path in assigned_cases.values_list("assignee_id", "area_path").distinct():
        if officer:
            areas[officer].add(path)
    return areas


def _often(rows: Iterable[_Row]) -> list[OftenRead]:
    """Persons read by at least OFTEN_READ_BY officers, the most read first."""
    officers: dict[int | str, set[int]] = defaultdict(set)
    references: dict[int | str, set[str]] = defaultdict(set)
    for row in rows:
        person = row.resident_id or row.reference
        officers[person].add(row.officer_id)
        references[person] |= {row.reference} - {""}
    often = [
        OftenRead(len(who), tuple(sorted(references[person])))
        for person, who in officers.items()
        if len(who) >= OFTEN_READ_BY
    ]
    return sorted(often, key=lambda each: (-each.officers, each.references))
