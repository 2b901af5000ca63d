"""Overdue cases for heads of agencies: grouped by service, unit, officer or step, and as CSV."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kini.cases import queries, rules
from kini.cases.desk import queue_counts
from kini.cases.models import Case
from kini.cases.permissions import CasePermission
from kini.city.models import Unit
from kini.city.public import pack
from kini.core import current_time
from kini.core.actors import Actor
from kini.people.models import Officer
from kini.people.public import officers_only
from kini.people.queries import actor_for
from kini.services.public import ServiceSnapshot, snapshot_of, snapshots_by_version
from kini.web import downloads, formats

#: Groupings of overdue cases with the heading of the first column.
GROUPINGS: Mapping[str, str | Promise] = {
    "service": gettext_lazy("Service"),
    "unit": gettext_lazy("Unit"),
    "officer": gettext_lazy("Officer"),
    "step": gettext_lazy("Step"),
}
#: Number of longest overdue cases listed below the groups.
LONGEST = 20


@dataclass(slots=True)
class LateGroup:
    """Group of overdue cases.

    Attributes:
        since: when the first of them was due.
        service: its id, where they are grouped by service.
        without: how many of them nobody holds.
        resting: of how many the clock stands now.
        steps, waits: how many stand at which step, and wait for whom.
    """

    title: str
    since: datetime
    service: str = ""
    count: int = 0
    without: int = 0
    resting: int = 0
    steps: Counter[str] = field(default_factory=Counter)
    waits: Counter[str] = field(default_factory=Counter)

    @property
    def at_steps(self) -> list[tuple[str, int]]:
        """Steps with their number of cases, most first."""
        return self.steps.most_common()

    @property
    def for_whom(self) -> list[tuple[str, int]]:
        """Parties waited for with their number of cases, most first."""
        return self.waits.most_common()

    def add(self, row: Mapping[str, Any], step: str, waits: str) -> None:
        """Add a row of `_shared`."""
        self.since = min(self.since, row["since"])
        self.count += row["count"]
        self.resting += row["resting"]
        self.without += 0 if row["assignee"] else row["count"]
        self.steps[step] += row["count"]
        self.waits[waits] += row["count"]


#: Sort orders of groups by query parameter.
SORTS: Mapping[str, Callable[[LateGroup], Any]] = {
    "count": lambda group: (-group.count, group.since),
    "since": lambda group: (group.since, group.title),
    "title": lambda group: (group.title.casefold(), group.since),
    "without": lambda group: (-group.without, -group.count),
}


@officers_only(CasePermission.SEE_OVERDUE)
@require_safe
def overdue(request: HttpRequest) -> HttpResponse:
    """Show overdue cases in groups (`by`), sorted by `sort`, and the longest overdue ones."""
    actor = actor_for(request)
    by, sort = request.GET.get("by", ""), request.GET.get("sort", "")
    by, sort = by if by in GROUPINGS else "service", sort if sort in SORTS else "count"
    groups = sorted(late_groups(actor, by), key=SORTS[sort])
    oldest = min((group.since for group in groups), default=None)
    context = {
        "rows": groups,
        "by": by,
        "sort": sort,
        "groupings": GROUPINGS.items(),
        "first": GROUPINGS[by],
        "count": sum(group.count for group in groups),
        "without": sum(group.without for group in groups),
        "resting": sum(group.resting for group in groups),
        "oldest": formats.duration((current_time.now() - oldest).total_seconds(), units=1) if oldest else "",
        "longest": [(case, *waiting_words(case)) for case in _late_cases(actor)[:LONGEST]],
    }
    return render(request, "cases/desk/overdue.html", context)


def late_groups(actor: Actor, by: str = "service") -> list[LateGroup]:
    """Overdue cases in groups. At most four queries for any number of cases.

    Args:
        by: a key of GROUPINGS.
    """
    rows = _shared(actor)
    versions = snapshots_by_version(row["version"] for row in rows)
    units = Unit.objects.in_bulk({row["unit"] for row in rows if row["unit"]}) if by == "unit" else {}
    officers = Officer.objects.in_bulk({row["assignee"] for row in rows if row["assignee"]}) if by == "officer" else {}
    groups: dict[Any, LateGroup] = {}
    for row in rows:
        snapshot = versions[row["version"]]
        step, waits = step_of(snapshot, row["state"])
        key, title = {
            "service": (row["service"], queue_counts.service_title(snapshot)),
            "unit": (row["unit"], str(units.get(row["unit"], _("No unit")))),
            "officer": (row["assignee"], str(officers.get(row["assignee"], _("Nobody yet")))),
            "step": (step, step),
        }[by]
        group = groups.setdefault(key, LateGroup(title, row["since"], row["service"] if by == "service" else ""))
        group.add(row, step, waits)
    return list(groups.values())


def _late(actor: Actor) -> QuerySet[Case]:
    visible = queries.visible_cases(actor, CasePermission.SEE_OVERDUE)
    return visible.filter(closed_at__isnull=True, due_at__lt=current_time.now())


def _shared(actor: Actor) -> list[dict[str, Any]]:
    """Number of overdue cases by service, unit, officer and step. One query along the index by due date."""
    rows = _late(actor).order_by().values("service", "version", "unit", "assignee", "state")
    counts = rows.annotate(
        count=Count("pk"), resting=Count("pk", filter=Q(paused_at__isnull=False)), since=Min("due_at")
    )
    return [dict(row) for row in counts]


def step_of(snapshot: ServiceSnapshot, state: str) -> tuple[str, str]:
    """Name of a step and the party it waits for: a role, the resident, or the program."""
    step = snapshot.flow.states[state]
    if step.by == rules.RESIDENT:
        return str(step.name), _("The resident")
    role = snapshot.roles.get(step.by or "")
    return str(step.name), str(role) if role else _("The program")


def waiting_words(case: Case) -> tuple[str, str, str]:
    """(service, step, party waited for) of a case, in words."""
    snapshot = snapshot_of(case.version)
    return queue_counts.service_title(snapshot), *step_of(snapshot, case.state)


def _late_cases(actor: Actor) -> QuerySet[Case]:
    """Overdue cases without answers, the longest overdue first."""
    related = ("version", "unit", "area", "agency", "assignee")
    return _late(actor).select_related(*related).defer(*queries.DEFERRED).order_by("due_at", "pk")


# CSV


@officers_only(CasePermission.SEE_OVERDUE)
@require_safe
def overdue_csv(request: HttpRequest) -> HttpResponseBase:
    """All overdue cases as CSV, without names of residents or officers."""
    cases = _late_cases(actor_for(request)).iterator(chunk_size=2000)
    day = timezone.localdate(current_time.now(), pack.current().timezone)
    return downloads.stream_csv(f"late-{day.isoformat()}.csv", _columns(), _lines(cases))


def _columns() -> list[str]:
    return [
        _("Number"),
        _("Service"),
        _("Agency"),
        _("Unit"),
        _("Area"),
        _("Step"),
        _("Waiting for"),
        _("With an officer"),
        _("Clock paused"),
        _("Opened"),
        _("Due"),
        _("Days late"),
    ]


def _lines(cases: Iterator[Case]) -> Iterator[list[Any]]:
    now, zone = current_time.now(), pack.current().timezone
    for case in cases:
        assert case.due_at is not None  # only what was due is late
        yield [
            case.reference,
            *_before_step(case),
            *waiting_words(case)[1:],
            _("yes") if case.assignee_id else _("no"),
            _("yes") if case.paused_at else _("no"),
            timezone.localtime(case.opened_at, zone).isoformat(timespec="minutes"),
            timezone.localtime(case.due_at, zone).isoformat(timespec="minutes"),
            (now - case.due_at).days,
        ]


def _before_step(case: Case) -> Iterator[str]:
    yield queue_counts.service_title(snapshot_of(case.version))
    yield str(case.agency.title)
    yield str(case.unit or "")
    yield case.area.name if case.area else ""
