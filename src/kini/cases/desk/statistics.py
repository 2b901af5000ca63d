"""Statistics of a day compared with the same weekday of earlier weeks, by service or unit, for heads of agencies."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, DurationField, F, Max, Q, QuerySet
from django.db.models.functions import TruncDate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kini.cases import queries
from kini.cases.desk import queue_counts
from kini.cases.models import Case
from kini.cases.permissions import CasePermission
from kini.city.models import Unit
from kini.city.public import pack
from kini.core import current_time
from kini.core.actors import Actor
from kini.core.typed_values import parse_day
from kini.people.public import officers_only
from kini.people.queries import actor_for
from kini.services.public import snapshots_by_version
from kini.web import formats

#: Number of compared days, the day itself included.
WEEKS = 8
GROUPINGS: Mapping[str, str | Promise] = {"service": gettext_lazy("Service"), "unit": gettext_lazy("Unit")}
#: Number of groups shown, those with the most opened or decided cases.
MOST_LINES = 60


@dataclass(slots=True)
class DayCounts:
    """Counts of a group of cases on the compared days, earliest first.

    Attributes:
        opened, ended: how many came in, and were decided.
        late: how many of the decided ones were decided after their due date.
        took: the middle of how long the decided ones took, in seconds; None where nothing was decided. Of a group only
            the day itself is counted.
    """

    title: str = ""
    opened: list[int] = field(default_factory=lambda: [0] * WEEKS)
    ended: list[int] = field(default_factory=lambda: [0] * WEEKS)
    late: list[int] = field(default_factory=lambda: [0] * WEEKS)
    took: list[float | None] = field(default_factory=lambda: [None] * WEEKS)


@dataclass(frozen=True, slots=True)
class DayStatistics:
    """Statistics in total and by group."""

    days: list[date]
    whole: DayCounts
    groups: list[DayCounts]


@officers_only(CasePermission.SEE_OVERDUE)
@require_safe
def statistics_page(request: HttpRequest) -> HttpResponse:
    """Show statistics of `day` (2026-11-24; default and fallback today), grouped by `by` (key of GROUPINGS)."""
    actor, by = actor_for(request), request.GET.get("by", "")
    by = by if by in GROUPINGS else "service"
    today = timezone.localdate(current_time.now(), pack.current().timezone)
    day = _asked(request.GET.get("day", ""), today)
    statistics = queue_counts.cached_for_scope(
        f"numbers {day} {by}", actor, lambda who: day_statistics(who, day, by), CasePermission.SEE_OVERDUE
    )
    context = {
        "day": day,
        "today": today,
        "is_today": day == today,
        "before": day - timedelta(days=1),
        "by": by,
        "groupings": GROUPINGS.items(),
        "first": GROUPINGS[by],
        "days": statistics.days[::-1],
        "measures": list(_measures(statistics.whole)),
        "rows": statistics.groups[:MOST_LINES],
    }
    return render(request, "cases/desk/numbers.html", context)


def _asked(text: str, today: date) -> date:
    return min(parse_day(text) or today, today)


def _measures(whole: DayCounts) -> Iterable[tuple[str, list[Any], list[str]]]:
    """Rows (label, values, formatted values), the day itself first."""
    yield _("Received"), whole.opened, [str(value) for value in whole.opened[::-1]]
    yield _("Decided"), whole.ended, [str(value) for value in whole.ended[::-1]]
    yield _("Decided late"), whole.late, [str(value) for value in whole.late[::-1]]
    words = ["–" if value is None else formats.duration(value, units=1) for value in whole.took[::-1]]
    yield _("Usual time"), whole.took, words


def day_statistics(actor: Actor, day: date, by: str) -> DayStatistics:
    """Compute the statistics of a day and of the same weekday before. Five queries.

    Reads only rows of these days through the indexes on opening and closing, so the cost depends on a day's volume, not
    on the total.
    """
    days = [day - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    seen = queries.visible_cases(actor, CasePermission.SEE_OVERDUE).order_by()
    whole, groups = DayCounts(), defaultdict[str, DayCounts](DayCounts)
    decided = seen.exclude(outcome="joined")
    versions: dict[str, int] = {}
    opened = _on(seen, "opened_at", days).values("service", "unit", on=_day("opened_at"))
    for row in opened.annotate(count=Count("pk"), latest=Max("version")):
        _note(row, by, versions, days, whole.opened, lambda key: groups[key].opened)
    ended = (
        _on(decided, "closed_at", days).values("service", "unit", on=_day("closed_at")).annotate(latest=Max("version"))
    )
    for row in ended.annotate(count=Count("pk"), behind=Count("pk", filter=Q(closed_at__gt=F("due_at")))):
        _note(row, by, versions, days, whole.ended, lambda key: groups[key].ended)
        _note(row | {"count": row["behind"]}, by, versions, days, whole.late, lambda key: groups[key].late)
    middles = _on(decided, "closed_at", days).values(on=_day("closed_at")).annotate(took=_took())
    for on, took in middles.values_list("on", "took"):
        whole.took[days.index(on)] = took.total_seconds()
    for key, took in _on(decided, "closed_at", days[-1:]).values(by).annotate(took=_took()).values_list(by, "took"):
        groups[key or ""].took[-1] = took.total_seconds()
    _name(groups, by, versions)
    return DayStatistics(days, whole, sorted(groups.values(), key=_busiest))


def _busiest(group: DayCounts) -> tuple[int, str]:
    return -(group.opened[-1] + group.ended[-1]), group.title.casefold()


def _took() -> queue_counts.Median:
    return queue_counts.Median(F("closed_at") - F("opened_at"), output_field=DurationField())


def _on(cases: QuerySet[Case], column: str, days: Iterable[date]) -> QuerySet[Case]:
    """Cases whose timestamp lies on one of these days in the city's time zone."""
    zone = pack.current().timezone
    within = Q(pk__in=())
    for day in days:
        start = datetime.combine(day, time.min, zone)
        end = datetime.combine(day + timedelta(days=1), time.min, zone)
        within |= Q(**{f"{column}__gte": start, f"{column}__lt": end})
    return cases.filter(within)


def _day(column: str) -> TruncDate:
    return TruncDate(column, tzinfo=pack.current().timezone)


def _note(
    row: Mapping[str, Any],
    by: str,
    versions: dict[str, int],
    days: list[date],
    whole: list[int],
    of_group: Callable[[str], list[int]],
) -> None:
    """Add a row's count to the total and to its group."""
    place = days.index(row["on"])
    whole[place] += row["count"]
    of_group(row[by] or "")[place] += row["count"]
    versions[row["service"]] = max(row["latest"], versions.get(row["service"], 0))


def _name(groups: Mapping[str, DayCounts], by: str, versions: Mapping[str, int]) -> None:
    """Set group titles: that of the service's latest version among these cases, or the unit's name."""
    if by == "unit":
        units = Unit.objects.in_bulk([key for key in groups if key])
        for key, group in groups.items():
            group.title = str(units[key]) if key else _("No unit")
        return
    snapshot = snapshots_by_version(versions.values())
    for key, group in groups.items():
        group.title = queue_counts.service_title(snapshot[versions[key]])
