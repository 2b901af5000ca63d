"""Reads of hospital beds: current counts with their age, the nearest free bed, history, occupancy by day."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
from django.db.models import Q, QuerySet
from numpy.typing import NDArray

from kini.city import queries as city
from kini.city.models import Unit
from kini.city.public import pack
from kini.core import current_time
from kini.core.actors import Actor, ActorKind
from kini.core.geometry import Point, distance_m
from kini.core.grants import Scope
from kini.epidemic.permissions import EpidemicPermission
from kini.epidemic.prevention.bed_types import BedType, beds_file
from kini.epidemic.prevention.models import BedReport
from kini.people.rules import may
from kini.records.models import Membership
from kini.web.formats import city_time

HOSPITAL = "hospital"
#: A value for each day.
type Days = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BedFigure:
    """Current beds of a type at a hospital. `old`: nobody can rely on it any more."""

    bed_type: BedType
    report: BedReport
    old: bool

    @property
    def free(self) -> int:
        """Free beds that can be relied on."""
        return 0 if self.old else self.report.available


@dataclass(frozen=True, slots=True)
class HospitalBeds:
    """A hospital with its current beds, and its distance in metres from where one is."""

    facility: Unit
    figures: tuple[BedFigure, ...]
    phone: str
    metres: float | None = None

    @property
    def free(self) -> int:
        return sum(each.free for each in self.figures)

    @property
    def old(self) -> bool:
        return all(each.old for each in self.figures)

    @property
    def newest(self) -> datetime | None:
        """Moment of the newest count."""
        return max((each.report.counted_at for each in self.figures), default=None)

    @property
    def position(self) -> Point:
        assert self.facility.latitude is not None
        assert self.facility.longitude is not None
        return self.facility.latitude, self.facility.longitude


def may_report(by: Actor, facility: Unit) -> bool:
    """Return True if the actor may report for a hospital: its own one, or any of its area if it belongs to none."""
    if by.kind is ActorKind.SYSTEM:
        return True
    scope = Scope(facility.agency_id, facility.area.path)
    if facility.type != HOSPITAL or not may(by, EpidemicPermission.REPORT_BEDS, scope):
        return False
    own = own_hospitals(by)
    return not own or facility.pk in own


def own_hospitals(by: Actor) -> set[str]:
    """Return the hospitals of which an officer is a member now."""
    now = current_time.now()
    current = Membership.objects.filter(
        Q(until=None) | Q(until__gt=now), officer__user_id=by.user_id or 0, facility__type=HOSPITAL, since__lte=now
    )
    return set(current.values_list("facility_id", flat=True))


def hospitals_to_report(by: Actor) -> list[Unit]:
    """Hospitals for which the actor may report."""
    return [facility for facility in city.facilities(HOSPITAL) if may_report(by, facility)]


def current_reports(facilities: Iterable[str] | None = None) -> QuerySet[BedReport]:
    """Newest report of each hospital and type."""
    rows = BedReport.objects.all() if facilities is None else BedReport.objects.filter(facility__in=facilities)
    return rows.order_by("facility", "bed_type", "-counted_at").distinct("facility", "bed_type")


def hospital_beds(bed_type: str = "", near: Point | None = None) -> list[HospitalBeds]:
    """Hospitals that report beds (of a type): those with a free bed first, the nearest or those with the most first."""
    known = beds_file()
    if known is None:
        return []
    oldest = current_time.now() - known.stale_after
    reports: dict[str, list[BedReport]] = {}
    for report in current_reports():
        if report.bed_type in known.types and bed_type in ("", report.bed_type):
            reports.setdefault(report.facility_id, []).append(report)
    order = list(known.types)
    hospitals = []
    for facility in city.facilities(HOSPITAL):
        rows = sorted(reports.get(facility.pk, ()), key=lambda each: order.index(each.bed_type))
        if not rows:
            continue
        figures = tuple(BedFigure(known.types[row.bed_type], row, row.counted_at < oldest) for row in rows)
        hospital = HospitalBeds(facility, figures, facility.phone or known.phone)
        metres = distance_m(near, hospital.position) if near else None
        hospitals.append(HospitalBeds(facility, figures, hospital.phone, metres))
    return sorted(hospitals, key=_rank(near))


def _rank(near: Point | None) -> Callable[[HospitalBeds], Any]:
    if near:
        return lambda each: (not each.free, each.metres)
    return lambda each: (not each.free, -each.free, str(each.facility))


def without_report(hospitals: Iterable[HospitalBeds]) -> list[Unit]:
    """Hospitals of the city that are not among these."""
    known = {each.facility.pk for each in hospitals}
    return [facility for facility in city.facilities(HOSPITAL) if facility.pk not in known]


def history(facility: Unit, days: int) -> dict[str, list[BedReport]]:
    """Reports of a hospital since so many days, the oldest first, by type in the order of the pack."""
    known = beds_file()
    since = current_time.now() - timedelta(days=days)
    rows: dict[str, list[BedReport]] = {name: [] for name in (known.types if known else ())}
    for report in BedReport.objects.filter(facility=facility, counted_at__gte=since).order_by("counted_at"):
        if report.bed_type in rows:
            rows[report.bed_type].append(report)
    return {name: reports for name, reports in rows.items() if reports}


def ward_states(ward: str, first: date, last: date, known_on: date | None) -> dict[str, tuple[Days, Days]]:
    """Beds and occupied beds of a ward at the end of each day, by code of the hospital's area.

    Arrays have a value for each day, NaN before the first report of any hospital there. A hospital that does not report
    for a week no longer counts.
    """
    known = beds_file()
    types = [name for name, each in known.types.items() if each.ward == ward] if known else []
    begin, end = (_midnight(day) for day in (first - timedelta(days=7), last + timedelta(days=1)))
    rows = BedReport.objects.filter(bed_type__in=types, counted_at__gte=begin, counted_at__lt=end)
    if known_on:
        rows = rows.filter(received_at__lt=_midnight(known_on + timedelta(days=1)))
    days = (last - first).days + 1
    by_bed: dict[tuple[str, str], tuple[str, Days, Days]] = {}
    for report in rows.select_related("facility").order_by("counted_at"):
        key = report.facility_id, report.bed_type
        if key not in by_bed:
            by_bed[key] = report.facility.area_id, np.full(days, np.nan), np.full(days, np.nan)
        day = (city_time(report.counted_at).date() - first).days
        if day + 7 <= 0:
            continue
        _area, beds, occupied = by_bed[key]
        beds[max(day, 0) : day + 7] = report.beds
        occupied[max(day, 0) : day + 7] = report.beds - report.available
    states: dict[str, tuple[Days, Days]] = {}
    for area, beds, occupied in by_bed.values():
        before = states.get(area)
        states[area] = (plus(before[0], beds), plus(before[1], occupied)) if before else (beds, occupied)
    return states


def _midnight(day: date) -> datetime:
    """Begin of a day in the city."""
    return datetime.combine(day, time.min, tzinfo=pack.current().timezone)


def plus(one: Days, other: Days) -> Days:
    """Sum of two arrays, where a value that is not known counts as nothing."""
    return np.where(np.isnan(one), other, np.where(np.isnan(other), one, one + other))
