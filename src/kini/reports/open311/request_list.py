"""Requests as GeoReport v2 shows them: released reports, and those that the client itself filed.

A client sees the state of what it filed before an officer has released it, but neither words nor photo. Private reports
are in no list.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from kini.cases.models import Case, TimelineEntry
from kini.cases.public import case_answers
from kini.cases.rules import public_word
from kini.city import queries as city
from kini.core import current_time
from kini.core.localized_text import Text
from kini.reports.kind import Report
from kini.reports.models import Open311Client, Publication
from kini.reports.open311.service_attributes import DATA_TYPES, offered_services, options_of
from kini.reports.open311.wire_format import Open311Error, moment
from kini.reports.queries import photo_address, released
from kini.services.public import ServiceSnapshot, kinds, snapshots_by_version

WINDOW, MOST_REQUESTS = timedelta(days=90), 1000
_RELATED = ("case__merged_into__publication", "current")
#: Columns of a request; areas and agencies are in memory.
_COLUMNS = (
    *("service", "state", "opened_at", "latitude", "longitude", "current__text", "current__before", "current__after"),
    *(f"case__{name}" for name in ("reference", "version", "state", "state_since", "closed_at", "due_at", "channel")),
    *("case__agency", "case__area", "case__merged_into__reference", "case__merged_into__publication__state"),
)
#: Statuses of updates for clients that know more than two, by outcome and public state.
_ENDED = {"solved": "fixed", "joined": "duplicate", "withdrawn": "cancelled"}
_RUNNING = {"waiting": "open", "coordination": "internal_referral", "disposition": "action_scheduled"}


@dataclass(frozen=True, slots=True)
class RequestFilter:
    """Parameters of a list of requests; ids override all others."""

    ids: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    statuses: frozenset[str] = frozenset()
    start: datetime | None = None
    end: datetime | None = None
    page: int = 1
    page_size: int = MOST_REQUESTS
    extended: bool = False


def window(start: datetime | None, end: datetime | None, usual: timedelta = WINDOW) -> tuple[datetime, datetime]:
    """First and last moment of a list: 90 days from the start or to the end; without both, the last `usual`.

    Raises:
        Open311Error: it is longer than 90 days, or ends before it begins.
    """
    if start is None:
        last = end or current_time.now()
        start, end = last - (WINDOW if end else usual), last
    end = end or start + WINDOW
    if not start <= end <= start + WINDOW:
        raise Open311Error(400, _("start_date and end_date must be in order, at most 90 days apart."))
    return start, end


def visible_reports(client: Open311Client | None) -> QuerySet[Publication]:
    """Reports that a client may list."""
    if client is None:
        return released()
    own = Q(state=Publication.WAITING, case__filed__client=client, case__anonymised_at=None)
    return Publication.objects.filter(Q(pk__in=released().values("pk")) | own)


def list_requests(client: Open311Client | None, chosen: RequestFilter) -> list[dict[str, Any]]:
    """Requests of a page, the newest first.

    Raises:
        Open311Error: an unknown service, or a wrong window.
    """
    columns = (*_COLUMNS, "case__answers") if chosen.extended else _COLUMNS
    reports = visible_reports(client).select_related(*_RELATED).only(*columns).order_by("-opened_at", "case")
    if chosen.ids:
        return _rows(reports.filter(case__reference__in=chosen.ids)[:MOST_REQUESTS], chosen.extended)
    offered = offered_services()
    if unknown := [code for code in chosen.services if code not in offered]:
        raise Open311Error(404, *(_("There is no service_code “%(code)s”.") % {"code": code} for code in unknown))
    reports = reports.filter(opened_at__range=window(chosen.start, chosen.end))
    if chosen.services:
        reports = reports.filter(service__in=chosen.services)
    if len(chosen.statuses) == 1:
        reports = reports.filter(case__closed_at__isnull="open" in chosen.statuses)
    first = (chosen.page - 1) * chosen.page_size
    return _rows(reports[first : first + chosen.page_size], chosen.extended)


def _rows(reports: Iterable[Publication], extended: bool) -> list[dict[str, Any]]:
    rows = list(reports)
    snapshots = snapshots_by_version(each.case.version_id for each in rows)
    notes = _notes([each.case for each in rows], snapshots) if extended else {}
    return [_row(each, snapshots[each.case.version_id], notes.get(each.pk), extended) for each in rows]


def _row(report: Publication, snapshot: ServiceSnapshot, notes: Any, extended: bool) -> dict[str, Any]:
    case, version = report.case, report.current
    area = city.area(case.area_id, active=False) if case.area_id else None
    row: dict[str, Any] = {
        "service_request_id": case.reference,
        "status": "closed" if case.closed_at else "open",
        "status_notes": _status_notes(case, snapshot),
        "service_name": str(kinds.get(Report.id).title(snapshot.definition)),
        "service_code": report.service_id,
        "description": version.text if version else None,
        "agency_responsible": str(Text.model_validate(city.agency(case.agency_id).name)),
        "service_notice": None if version else _("Public once an officer has checked it."),
        "requested_datetime": moment(report.opened_at),
        "updated_datetime": moment(case.closed_at or case.state_since),
        "expected_datetime": moment(case.due_at),
        "address": area.name if area else None,
        "address_id": case.area_id,
        "zipcode": None,
        "lat": report.latitude,
        "long": report.longitude,
        "media_url": photo_address(case.reference, "before") if version and version.before_id else None,
    }
    if extended:
        row |= {
            "attributes": _attributes(case, snapshot),
            "extended_attributes": {"channel": case.channel, "photos": _photos(report)},
            "notes": notes or [],
        }
    return row


def _status_notes(case: Case, snapshot: ServiceSnapshot) -> str:
    root = case.merged_into
    if root is None:
        return str(snapshot.flow.states[case.state].does)
    publication = getattr(root, "publication", None)
    if publication and publication.state == Publication.RELEASED:
        return _("Joined to %(reference)s, which stands for both.") % {"reference": root.reference}
    return _("Joined to an earlier report of the same problem.")


def _photos(report: Publication) -> list[dict[str, str]]:
    version, titles = report.current, {"before": _("Photo of the problem"), "after": _("Photo of the work")}
    return [
        {"media_url": photo_address(report.case.reference, which), "title": title}
        for which, title in titles.items()
        if version and getattr(version, f"{which}_id")
    ]


def _attributes(case: Case, snapshot: ServiceSnapshot) -> list[dict[str, Any]]:
    """Answers that were chosen from lists, or are numbers: nobody wrote them in words."""
    answers, rows = case_answers.of_case(case), []
    for name, field in snapshot.fields.items():
        value = answers.get(name)
        if value is None or DATA_TYPES.get(field.type) not in ("singlevaluelist", "multivaluelist", "number"):
            continue
        keys = value if isinstance(value, list) else [value]
        words = (
            [options_of(field).get(str(key), field.show(key)) for key in keys] if options_of(field) else [str(value)]
        )
        code = ",".join(str(key) for key in keys)
        rows.append({"label": str(field.label), "name": name, "value": ", ".join(words), "code": code})
    return rows


def _notes(cases: list[Case], snapshots: Mapping[int, ServiceSnapshot]) -> dict[int, list[dict[str, Any]]]:
    """Public steps by case, the oldest first."""
    versions = {case.pk: case.version_id for case in cases}
    notes: dict[int, list[dict[str, Any]]] = {case.pk: [] for case in cases}
    steps = TimelineEntry.objects.filter(case__in=versions, public=True).exclude(to_state="").order_by("number")
    for case, at, state, sort in steps.values_list("case", "at", "to_state", "sort"):
        sentence = str(snapshots[versions[case]].flow.states[state].does)
        kind = "submitted" if sort == "opened" else snapshots[versions[case]].flow.states[state].public.value
        notes[case].append({"datetime": moment(at), "description": sentence, "type": kind})
    return notes


def list_updates(
    client: Open311Client | None, start: datetime | None, end: datetime | None, *, extended: bool
) -> list[dict[str, Any]]:
    """Public steps of reports within a window, the oldest first; without one, those of the last day.

    Args:
        extended: statuses beyond open and closed, as FixMyStreet reads them.

    Raises:
        Open311Error: a wrong window.
    """
    steps = (
        TimelineEntry.objects.filter(at__range=window(start, end, timedelta(days=1)), public=True)
        .filter(case__in=visible_reports(client).values("case"))
        .exclude(to_state="")
        .exclude(sort="opened")
        .select_related("case")
        .only("number", "at", "to_state", "case__reference", "case__version_id")
        .order_by("at", "pk")[:MOST_REQUESTS]
    )
    rows = list(steps)
    snapshots = snapshots_by_version(each.case.version_id for each in rows)
    return [_update(each, snapshots[each.case.version_id], extended) for each in rows]


def _update(entry: TimelineEntry, snapshot: ServiceSnapshot, extended: bool) -> dict[str, Any]:
    state = snapshot.flow.states[entry.to_state]
    status = "closed" if state.end else "open"
    if extended and state.end:
        status = _ENDED.get(state.outcome or "", "no_further_action")
    elif extended:
        status = _RUNNING.get(state.public.value, "in_progress")
    return {
        "update_id": f"{entry.case.reference}-{entry.number}",
        "service_request_id": entry.case.reference,
        "status": status,
        "updated_datetime": moment(entry.at),
        "description": str(state.does),
        "media_url": None,
        "external_status_code": public_word(state.public, state.outcome or ""),
    }
