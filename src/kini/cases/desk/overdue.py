"""What is late and why: for heads of agencies, by service and unit."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from kini.cases import queries
from kini.cases.desk import figures
from kini.cases.desk.working import for_officers
from kini.city.models import Unit
from kini.core import moments
from kini.core.actors import Actor
from kini.people.permissions import Permission
from kini.people.queries import actor_for
from kini.services.versions import resolve_many
from kini.web import formats


@dataclass(slots=True)
class Late:
    """The late cases of one service at one unit.

    Attributes:
        since: when the first of them was due.
        steps: how many stand at which step.
        without: how many of them nobody holds.
        resting: of how many the clock stands now, since they wait for the resident.
    """

    service: str
    title: str
    unit: str
    since: datetime
    count: int = 0
    without: int = 0
    resting: int = 0
    steps: dict[str, int] = field(default_factory=dict)

    @property
    def why(self) -> Iterator[str]:
        """The reasons, in words, the most frequent step first."""
        for step, count in sorted(self.steps.items(), key=lambda each: -each[1]):
            yield _("%(count)d at “%(step)s”") % {"count": count, "step": step}
        if self.without:
            yield ngettext("%(count)d without an officer", "%(count)d without an officer", self.without) % {
                "count": self.without
            }
        if self.resting:
            yield ngettext("%(count)d waits for the resident", "%(count)d wait for the resident", self.resting) % {
                "count": self.resting
            }


@for_officers(Permission.SEE_OVERDUE)
@require_safe
def overdue(request: HttpRequest) -> HttpResponse:
    """What is late, the most first."""
    groups = late(actor_for(request))
    oldest = min((group.since for group in groups), default=None)
    context = {
        "rows": groups,
        "count": sum(group.count for group in groups),
        "without": sum(group.without for group in groups),
        "oldest": formats.duration((moments.now() - oldest).total_seconds(), units=1) if oldest else "",
    }
    return render(request, "cases/desk/overdue.html", context)


def late(actor: Actor) -> list[Late]:
    """Late cases by service and unit, the most first. Three queries, however many cases there are."""
    rows = list(
        queries.visible(actor, Permission.SEE_OVERDUE)
        .filter(closed_at__isnull=True, due_at__lt=moments.now())
        .order_by()
        .values("service", "version", "unit", "state")
        .annotate(
            count=Count("pk"),
            without=Count("pk", filter=Q(assignee__isnull=True)),
            resting=Count("pk", filter=Q(paused_at__isnull=False)),
            since=Min("due_at"),
        )
    )
    units = Unit.objects.in_bulk({row["unit"] for row in rows if row["unit"]})
    versions = resolve_many(row["version"] for row in rows)
    groups: dict[tuple[str, str], Late] = {}
    for row in rows:
        resolved = versions[row["version"]]
        key = (row["service"], row["unit"] or "")
        unit = str(units[row["unit"]]) if row["unit"] else ""
        group = groups.setdefault(key, Late(row["service"], figures.title_of(resolved), unit, row["since"]))
        group.since = min(group.since, row["since"])
        group.count += row["count"]
        group.without += row["without"]
        group.resting += row["resting"]
        step = str(resolved.flow.states[row["state"]].name)
        group.steps[step] = group.steps.get(step, 0) + row["count"]
    return sorted(groups.values(), key=lambda group: (-group.count, group.since))
