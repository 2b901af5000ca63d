"""Routing table of reports: the pack's rules as rows, where they leave holes, and a dry run of a changed table.

A row sends the reports of a service in an area to an agency and its unit. The row with the smallest area around the
place decides. In the pack the agency stands in the service's file, and the units with their areas in the agency's.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from pydantic import Field

from kini.cases.models import Case, TimelineEntry
from kini.city.models import Area
from kini.city.public import StrictModel, city_tables
from kini.city.queries import lowest_level_areas, whole_city
from kini.core import current_time
from kini.core.actors import Actor
from kini.core.config_files import ConfigError
from kini.core.table_import import Row, Table, Unreadable
from kini.people.public import permission_filters
from kini.reports.kind import Report
from kini.reports.models import OutsideRequest
from kini.reports.permissions import ReportPermission
from kini.services import queries as services
from kini.services.public import snapshot_of

COLUMNS = ("service", "area", "agency", "unit")
YEAR = timedelta(days=365)


class RoutingRow(StrictModel):
    """A row of the table. An empty area is the whole city; an empty unit is the agency as a whole."""

    service: Annotated[str, Field(min_length=1, max_length=60)]
    area: Annotated[str, Field(max_length=20)] = ""
    agency: Annotated[str, Field(min_length=1, max_length=60)]
    unit: Annotated[str, Field(max_length=90)] = ""


@dataclass(frozen=True, slots=True, order=True)
class Destination:
    """Agency and unit that a report goes to; both are empty where no row applies."""

    agency: str = ""
    unit: str = ""

    def __str__(self) -> str:
        if not self.agency:
            return _("nobody")
        return f"{_short_name(self.agency)} / {self.unit}" if self.unit else _short_name(self.agency)


NOBODY = Destination()
type RoutingTable = Mapping[tuple[str, str], Destination]


@dataclass(frozen=True, slots=True)
class Change:
    """Reports of a service in an area that a changed table sends elsewhere.

    Attributes:
        reports: number in the last year.
        handed_over: those among them that officers handed over to the new agency by hand.
    """

    service: str
    area: str
    before: Destination
    after: Destination
    reports: int
    handed_over: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Smallest areas in which reports of a service have a unit, or (holes) none; the agencies by their short names."""

    service: str
    agency: str
    covered: int
    holes: list[Area]

    @property
    def areas(self) -> int:
        return self.covered + len(self.holes)


def _short_name(agency: str) -> str:
    known = city_tables().agencies.get(agency)
    return known.short_name if known else agency


def present_table() -> RoutingTable:
    """Table that the pack's files amount to."""
    known, table = city_tables(), {}
    root = whole_city()
    for code, agency in _agencies().items():
        table[code, ""] = Destination(agency)
        for (unit_agency, area), unit in known.responsible.items():
            if unit_agency == agency:
                table[code, "" if root and area == root.code else area] = Destination(agency, unit.pk)
    return table


def _agencies() -> dict[str, str]:
    """Agency by service of reports, those that are offered."""
    offered = services.active_services().items()
    return {
        code: snapshot_of(service.current).definition.agency
        for code, service in offered
        if service.kind == Report.id and service.current
    }


def destination(table: RoutingTable, service: str, area_path: str) -> Destination:
    """Destination of the reports of a service in an area: that of the row with the smallest area around it."""
    return _deciding_row(table, service, area_path)[1]


def _deciding_row(table: RoutingTable, service: str, area_path: str) -> tuple[str, Destination]:
    around = [*reversed(area_path.split("/")), ""]
    return next(((code, table[service, code]) for code in around if (service, code) in table), ("", NOBODY))


def table_rows(table: RoutingTable) -> Iterator[tuple[str, str, str, str]]:
    """Rows of a table as in its file."""
    for (service, area), to in sorted(table.items()):
        yield service, area, to.agency, to.unit


def read_table(name: str, content: bytes) -> tuple[RoutingTable, list[ConfigError]]:
    """Read a table from a file (CSV or Excel), with everything that is wrong in it."""
    file = Table(name, content, format="excel" if name.lower().endswith((".xlsx", ".ods")) else "csv", strict=True)
    table: dict[tuple[str, str], Destination] = {}
    try:
        for row in file.rows(RoutingRow):
            value = row.value
            if error := _row_error(row, table):
                file.errors.append(error)
            else:
                table[value.service, value.area] = Destination(value.agency, value.unit)
    except Unreadable as unreadable:
        return {}, [*file.errors, *unreadable.errors]
    return table, file.errors


def _row_error(row: Row[RoutingRow], table: RoutingTable) -> ConfigError | None:
    known, value = city_tables(), row.value
    unit = known.units_by_key.get(value.unit)
    if value.service not in _agencies():
        return row.error_at("service", _("there is no such report"), _("Use the codes of the table above."))
    if value.area and value.area not in known.areas:
        return row.error_at("area", _("there is no such area"), _("Use its code, or nothing for the whole city."))
    if value.agency not in known.agencies or not known.agencies[value.agency].active:
        return row.error_at("agency", _("there is no such agency"), _("Use the codes of the table above."))
    if value.unit and (unit is None or not unit.active or unit.agency_id != value.agency):
        return row.error_at("unit", _("this agency has no such unit"), _("Use its code, or nothing for all of it."))
    if (value.service, value.area) in table:
        return row.error_at("area", _("a row above has the same report and area"), _("Keep one."))
    return None


def dry_run(actor: Actor, changed: RoutingTable) -> tuple[list[Change], int]:
    """Changes among the reports of the last year that the officer plans for, and the number of all of them."""
    present, total, changes = present_table(), 0, []
    rows = _last_year(actor).values("service_id", "area_path", "agency_id").annotate(reports=Count("pk"))
    counted: Counter[tuple[str, str]] = Counter()
    moved: Counter[tuple[str, str, str]] = Counter()
    for row in rows.order_by():
        counted[row["service_id"], row["area_path"]] += row["reports"]
        moved[row["service_id"], row["area_path"], row["agency_id"]] += row["reports"]
    for (service, path), reports in sorted(counted.items()):
        total += reports
        before, after = destination(present, service, path), destination(changed, service, path)
        if before != after:
            by_hand = moved[service, path, after.agency] if after.agency != before.agency else 0
            changes.append(Change(service, path.rpartition("/")[2], before, after, reports, by_hand))
    return changes, total


def _last_year(actor: Actor) -> QuerySet[Case]:
    visible = permission_filters.visible_cases_q(actor, ReportPermission.PLAN_ROUTING)
    since = current_time.now() - YEAR
    return Case.objects.filter(visible, kind=Report.id, opened_at__gt=since, service__in=_agencies())


def by_destinations(changes: Iterable[Change]) -> list[tuple[Destination, Destination, int, int]]:
    """Number of reports, and of those handed over by hand, from each destination to each other; most first."""
    reports: Counter[tuple[Destination, Destination]] = Counter()
    by_hand: Counter[tuple[Destination, Destination]] = Counter()
    for each in changes:
        reports[each.before, each.after] += each.reports
        by_hand[each.before, each.after] += each.handed_over
    return [(*pair, count, by_hand[pair]) for pair, count in sorted(reports.items(), key=lambda row: (-row[1], row[0]))]


def coverage(table: RoutingTable) -> list[Coverage]:
    """Coverage of each service by units. An agency without units of smaller areas works in the whole city: no holes.

    Where others have units of their own, the unit of the whole city only takes what is left: that is a hole, too.
    """
    areas = [area for _parent, below in lowest_level_areas() for area in below]
    with_units = {(service, to.agency) for (service, area), to in table.items() if area and to.unit}
    rows = []
    for service in sorted({service for service, _area in table}):
        decided = {area: _deciding_row(table, service, area.path) for area in areas}
        holes = [
            area
            for area, (row, to) in decided.items()
            if to == NOBODY or ((service, to.agency) in with_units and not (row and to.unit))
        ]
        agencies = ", ".join(sorted({_short_name(to.agency) for _row, to in decided.values() if to.agency}))
        rows.append(Coverage(service, agencies, len(areas) - len(holes), holes))
    return rows


def unrouted(actor: Actor) -> QuerySet[Case]:
    """Open reports that no rule sends to a unit around their place, of agencies that have such, and nobody has taken.

    They are with no unit, or with that of the whole city, which takes what is left.
    """
    visible = permission_filters.visible_cases_q(actor, ReportPermission.PLAN_ROUTING)
    root, responsible = whole_city(), city_tables().responsible
    citywide = {unit.pk for (_agency, area), unit in responsible.items() if root and area == root.code}
    agencies = {agency for agency, area in responsible if not root or area != root.code}
    nobody = Q(unit=None) | Q(unit__in=citywide)
    return (
        Case.objects.filter(visible, nobody, assignee=None, closed_at=None, kind=Report.id, agency__in=agencies)
        .select_related("version", "area")
        .defer("answers", "sealed", "search", "version__content")
        .order_by("opened_at", "pk")
    )


def last_notes(cases: Iterable[Case]) -> dict[int, str]:
    """Last notes of officers on cases, by the case's key."""
    notes = TimelineEntry.objects.filter(case__in=cases, sort="noted").order_by("case", "number")
    return {case: data["text"] for case, data in notes.values_list("case", "data")}


def filed_elsewhere(actor: Actor) -> QuerySet[OutsideRequest]:
    """Reports that were filed in other cities, the newest first."""
    visible = permission_filters.visible_cases_q(actor, ReportPermission.PLAN_ROUTING)
    cases = Case.objects.filter(visible, kind=Report.id)
    rows = OutsideRequest.objects.filter(case__in=cases).select_related("case__area")
    return rows.defer("case__answers", "case__sealed", "case__search").order_by("-created_at", "-pk")
