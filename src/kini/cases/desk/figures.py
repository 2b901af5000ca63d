"""What an officer's rail and the head of their queue count."""

import time as clock
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any, cast

from django.db.models import Aggregate, Count, DurationField, F, OuterRef, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from kini.cases import queries
from kini.cases.queries import View
from kini.city import pack
from kini.city.models import Area
from kini.core import moments
from kini.core.actors import Actor
from kini.people.permissions import Permission
from kini.people.queries import actor_for
from kini.services.kinds import kinds
from kini.services.models import Service
from kini.services.versions import Resolved, resolve_many

#: Seconds for which what is read of all cases is remembered.
REMEMBERED = 60
MOST_REMEMBERED = 5_000
SEE = Permission.SEE_CASES


@dataclass(frozen=True, slots=True)
class Places:
    """Areas to choose from among the filters: (code, words) of each, and their paths by code."""

    choices: tuple[tuple[str, str], ...]
    paths: Mapping[str, str]


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
    """Numbers of this day in the city: opened, ended, and the middle of how long the ended ones took, in seconds.

    As they were within a minute.
    """
    return remembered("today", actor, _today)


def _today(actor: Actor) -> dict[str, Any]:
    zone = pack.current().timezone
    midnight = datetime.combine(timezone.localtime(moments.now(), zone).date(), time.min, zone)
    opened = queries.visible(actor).filter(opened_at__gte=midnight).count()
    numbers = (
        queries.visible(actor)
        .filter(closed_at__gte=midnight)
        .aggregate(ended=Count("pk"), took=Median(F("closed_at") - F("opened_at"), output_field=DurationField()))
    )
    took: timedelta | None = numbers["took"]
    return {"opened": opened, "ended": numbers["ended"], "took": None if took is None else took.total_seconds()}


def services_with_cases(actor: Actor) -> list[tuple[str, str]]:
    """(id, title) of the services of which the officer sees open cases, by title; as they were within a minute."""
    return remembered("services", actor, _services)


def _services(actor: Actor) -> list[tuple[str, str]]:
    # One look into the index for each service: however many cases are open, the first one tells.
    urgent = queries.visible(actor).filter(closed_at__isnull=True, service=OuterRef("pk")).order_by("due_at", "pk")
    found = Service.objects.annotate(version=Subquery(urgent.values("version")[:1])).filter(version__isnull=False)
    versions = dict(found.values_list("pk", "version"))
    resolved = resolve_many(versions.values())
    titles = [(pk, title_of(resolved[version])) for pk, version in versions.items()]
    return sorted(titles, key=lambda each: each[1].casefold())


def title_of(resolved: Resolved) -> str:
    """What lists of cases call a service."""
    return str(kinds.get(resolved.definition.kind).title(resolved.definition))


def areas_with_cases(actor: Actor) -> Places:
    """The areas in which the officer sees open cases, with those around them; as they were within a minute."""
    return remembered("areas", actor, _areas)


def _areas(actor: Actor) -> Places:
    paths = queries.visible(actor).filter(closed_at__isnull=True).order_by().values_list("area_path", flat=True)
    codes = {code for path in paths.distinct() for code in path.split("/") if code}
    found = list(Area.objects.filter(code__in=codes).order_by("path").values_list("code", "path", "depth", "name"))
    choices = tuple((code, f"– {name}" if depth > 1 else name) for code, _path, depth, name in found)
    return Places(choices, {code: path for code, path, _depth, _name in found})


def remembered[T](what: str, actor: Actor, read: Callable[[Actor], T], permission: Permission = SEE) -> T:
    """What is read of every case over which an officer has the permission, kept for a minute for all who see the same:
    nobody changes it.

    Args:
        what: names what is read, with everything that it depends on besides the actor and the language.
    """
    key, now = (what, get_language(), permission, _sight(actor, permission)), clock.monotonic()
    until, found = _remembered.get(key, (now, None))
    if until <= now:
        if len(_remembered) >= MOST_REMEMBERED:
            forget()
        found = read(actor)
        _remembered[key] = now + REMEMBERED, found
    return cast(T, found)


_remembered: dict[tuple[Hashable, ...], tuple[float, Any]] = {}


def forget() -> None:
    """Read everything anew."""
    _remembered.clear()


@lru_cache(maxsize=500)
def _sight(actor: Actor, permission: Permission) -> tuple[tuple[str, ...], ...]:
    """What somebody sees by that permission; the same for all who see the same."""
    seen = (g for g in actor.grants if permission in g.permissions)
    return tuple(sorted((g.agency, g.area_path, *sorted(g.services)) for g in seen))
