"""What an officer's rail and the head of their queue count."""

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Aggregate, Count, DurationField, F, Max, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from kini.cases import queries
from kini.cases.models import Case
from kini.cases.queries import View
from kini.city import pack
from kini.city.models import Area
from kini.core import moments
from kini.core.actors import Actor
from kini.people.filters import visible_cases_q
from kini.people.permissions import Permission
from kini.people.queries import actor_for
from kini.services.kinds import kinds
from kini.services.versions import Resolved, resolve_many


class Median(Aggregate):
    """The middle one of all values."""

    name = "Median"
    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)%(filter)s"


def waiting(request: HttpRequest) -> dict[View, int]:
    """How many cases stand behind each view; looked up once per request."""
    found: dict[View, int] | None = getattr(request, "_kini_desk_counts", None)
    if found is None:
        found = queries.counts(actor_for(request))
        request._kini_desk_counts = found  # type: ignore[attr-defined]
    return found


def today(actor: Actor) -> dict[str, Any]:
    """Numbers of this day in the city: opened, ended, and the middle of how long the ended ones took. One query."""
    zone = pack.current().timezone
    midnight = datetime.combine(timezone.localtime(moments.now(), zone).date(), time.min, zone)
    ended = Q(closed_at__gte=midnight)
    numbers = visible(actor).aggregate(
        opened=Count("pk", filter=Q(opened_at__gte=midnight)),
        ended=Count("pk", filter=ended),
        took=Median(F("closed_at") - F("opened_at"), filter=ended, output_field=DurationField()),
    )
    took: timedelta | None = numbers["took"]
    return numbers | {"took": None if took is None else took.total_seconds()}


def visible(actor: Actor, permission: Permission = Permission.SEE_CASES) -> QuerySet[Case]:
    return Case.objects.filter(visible_cases_q(actor, permission))


def services_with_cases(actor: Actor) -> list[tuple[str, str]]:
    """(id, title) of the services of which the officer sees open cases, by title. One query, two at first."""
    rows = visible(actor).filter(closed_at__isnull=True).order_by().values_list("service")
    latest = dict(rows.annotate(latest=Max("version")))
    resolved = resolve_many(latest.values())
    titles = [(pk, title_of(resolved[version])) for pk, version in latest.items()]
    return sorted(titles, key=lambda each: each[1].casefold())


def title_of(resolved: Resolved) -> str:
    """What lists of cases call a service."""
    return str(kinds.get(resolved.definition.kind).title(resolved.definition))


def areas_with_cases(actor: Actor) -> list[Area]:
    """The areas in which the officer sees open cases, with those around them, in their order. Two queries."""
    paths = visible(actor).filter(closed_at__isnull=True).order_by().values_list("area_path", flat=True).distinct()
    codes = {code for path in paths for code in path.split("/") if code}
    return list(Area.objects.filter(code__in=codes).order_by("path"))
