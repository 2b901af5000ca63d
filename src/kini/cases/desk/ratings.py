"""Ratings and objections by service, for heads of agencies."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.views.decorators.http import require_safe

from kini.cases import queries, rules
from kini.cases.desk import queue_counts
from kini.cases.models import Rating, TimelineEntry
from kini.cases.permissions import CasePermission
from kini.core import current_time
from kini.core.actors import Actor
from kini.people.public import officers_only
from kini.people.queries import actor_for
from kini.services.public import snapshots_by_version

#: Period of the page in days, and number of comments shown.
DAYS = 90
MAX_COMMENTS = 30


@dataclass(slots=True)
class ServiceRatings:
    """Ratings of one service.

    Attributes:
        marks: number of ratings by score (1..5).
        objections: number of objections; `granted` of those granted.
    """

    service: str
    title: str = ""
    marks: Counter[int] = field(default_factory=Counter)
    objections: int = 0
    granted: int = 0

    @property
    def count(self) -> int:
        return self.marks.total()

    @property
    def mean(self) -> str:
        """Mean score with one decimal; "" without ratings."""
        if not self.count:
            return ""
        return number_format(sum(mark * n for mark, n in self.marks.items()) / self.count, 1, use_l10n=True)

    @property
    def spread(self) -> Iterator[tuple[str, int]]:
        """Pairs (score in words, number)."""
        return ((str(word), self.marks[score]) for score, word in rules.SCORES.items() if self.marks[score])


@officers_only(CasePermission.SEE_OVERDUE)
@require_safe
def ratings(request: HttpRequest) -> HttpResponse:
    """Show scores, objections and comments of the last DAYS days."""
    actor = actor_for(request)
    rows = ratings_by_service(actor)
    whole = ServiceRatings("", marks=sum((row.marks for row in rows), Counter()))
    context = {
        "rows": rows,
        "days": DAYS,
        "whole": whole,
        "objections": sum(row.objections for row in rows),
        "granted": sum(row.granted for row in rows),
        "sentences": latest_comments(actor),
    }
    return render(request, "cases/desk/ratings.html", context)


def ratings_by_service(actor: Actor) -> list[ServiceRatings]:
    """Ratings by service, the most rated first. Four queries for any number of cases."""
    since = current_time.now() - timedelta(days=DAYS)
    seen = queries.visible_cases(actor, CasePermission.SEE_OVERDUE)
    rated = Rating.objects.filter(case__in=seen.values("pk"), at__gte=since).order_by()
    objected = TimelineEntry.objects.filter(
        case__in=seen.values("pk"), at__gte=since, sort="moved", move__in=(rules.OBJECT, rules.OVERTURN)
    ).order_by()
    by_service: dict[str, ServiceRatings] = {}
    for service, score, count in rated.values_list("case__service", "score").annotate(Count("pk")):
        by_service.setdefault(service, ServiceRatings(service)).marks[score] += count
    counts = {
        "objections": Count("pk", filter=Q(move=rules.OBJECT)),
        "granted": Count("pk", filter=Q(move=rules.OVERTURN)),
    }
    for service, objections, granted in objected.values_list("case__service").annotate(**counts):
        row = by_service.setdefault(service, ServiceRatings(service))
        row.objections, row.granted = objections, granted
    latest = dict(seen.filter(service__in=by_service).order_by().values_list("service").annotate(Max("version")))
    snapshot = snapshots_by_version(latest.values())
    for service, row in by_service.items():
        row.title = queue_counts.service_title(snapshot[latest[service]])
    return sorted(by_service.values(), key=lambda row: (-row.count, -row.objections, row.title))


def latest_comments(actor: Actor) -> list[Rating]:
    """Latest comments, without their authors."""
    seen = queries.visible_cases(actor, CasePermission.SEE_OVERDUE)
    comments = Rating.objects.filter(case__in=seen.values("pk")).exclude(text="").order_by("-at")
    return list(comments.only("score", "text", "at")[:MAX_COMMENTS])
