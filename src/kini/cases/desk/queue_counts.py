"""Counts shown in the desk's rail and above the queue, with a short cache."""

import time as clock
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any, cast

from django.db.models import Aggregate, Count, DurationField, F, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import get_language

from kini.cases import queries
from kini.cases.permissions import CasePermission
from kini.cases.queries import View
from kini.city.models import Area
from kini.city.public import pack
from kini.core import current_time
from kini.core.actors import Actor
from kini.core.process_cache import clears_cache
from kini.people.public import Permission
from kini.services.models import Service
from kini.services.public import ServiceSnapshot, kinds, snapshots_by_version

#: Lifetime of cached values over all cases.
CACHE_SECONDS = 60
MAX_CACHED = 5_000
SEE = CasePermission.SEE_CASES


def count_of_view(view: View) -> str:
    """Name of a view's count in the rail."""
    return f"cases-{view}"


@dataclass(frozen=True, slots=True)
class AreaChoices:
    """Areas of the filter: (code, label) pairs, and paths by code."""

    choices: tuple[tuple[str, str], ...]
    paths: Mapping[str, str]


class Median(Aggregate):
    """SQL median."""

    name = "Median"
    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)%(filter)s"


def todays_counts(actor: Actor) -> dict[str, Any]:
    """Today's numbers: opened, closed, and median duration of closed cases in seconds.

    Cached for CACHE_SECONDS.
    """
    return cached_for_scope("today", actor, _today)


def _today(actor: Actor) -> dict[str, Any]:
    zone = pack.current().timezone
    midnight = datetime.combine(timezone.localtime(current_time.now(), zone).date(), time.min, zone)
    opened = queries.visible_cases(actor).filter(opened_at__gte=midnight).count()
    numbers = (
        queries.visible_cases(actor)
        .filter(closed_at__gte=midnight)
        .aggregate(ended=Count("pk"), took=Median(F("closed_at") - F("opened_at"), output_field=DurationField()))
    )
    took: timedelta | None = numbers["took"]
    return {"opened": opened, "ended": numbers["ended"], "took": None if took is None else took.total_seconds()}


def services_with_cases(actor: Actor) -> list[tuple[str, str]]:
    """(id, title) of services with open cases visible to the officer, by title; cached."""
    return cached_for_scope("services", actor, _services)


def _services(actor: Actor) -> list[tuple[str, str]]:
    # One index probe per service: the first open case suffices.
    urgent = (
        queries.visible_cases(actor).filter(closed_at__isnull=True, service=OuterRef("pk")).order_by("due_at", "pk")
    )
    services = Service.objects.annotate(version=Subquery(urgent.values("version")[:1])).filter(version__isnull=False)
    versions = dict(services.values_list("pk", "version"))
    snapshot = snapshots_by_version(versions.values())
    titles = [(pk, service_title(snapshot[version])) for pk, version in versions.items()]
    return sorted(titles, key=lambda each: each[1].casefold())


def service_title(snapshot: ServiceSnapshot) -> str:
    """Title of a service in lists of cases."""
    return str(kinds.get(snapshot.definition.kind).title(snapshot.definition))


def areas_with_cases(actor: Actor) -> AreaChoices:
    """Areas with open cases visible to the officer, and their parents; cached."""
    return cached_for_scope("areas", actor, _areas)


def _areas(actor: Actor) -> AreaChoices:
    paths = queries.visible_cases(actor).filter(closed_at__isnull=True).order_by().values_list("area_path", flat=True)
    codes = {code for path in paths.distinct() for code in path.split("/") if code}
    areas = list(Area.objects.filter(code__in=codes).order_by("path").values_list("code", "path", "depth", "name"))
    choices = tuple((code, f"– {name}" if depth > 1 else name) for code, _path, depth, name in areas)
    return AreaChoices(choices, {code: path for code, path, _depth, _name in areas})


def cached_for_scope[T](what: str, actor: Actor, read: Callable[[Actor], T], permission: Permission = SEE) -> T:
    """Cache a value computed over all cases visible with this permission, shared by all officers with the same scope.
    The value must not be mutated.

    Args:
        what: cache key; must contain everything the value depends on besides scope and language.
    """
    key, now = (what, get_language(), permission, _sight(actor, permission)), clock.monotonic()
    until, value = _remembered.get(key, (now, None))
    if until <= now:
        if len(_remembered) >= MAX_CACHED:
            clear_cache()
        value = read(actor)
        _remembered[key] = now + CACHE_SECONDS, value
    return cast(T, value)


_remembered: dict[tuple[Hashable, ...], tuple[float, Any]] = {}


@clears_cache
def clear_cache() -> None:
    """Clear the cache."""
    _remembered.clear()


@lru_cache(maxsize=500)
def _sight(actor: Actor, permission: Permission) -> tuple[tuple[str, ...], ...]:
    """Cache key: scope of the actor's permission."""
    seen = (g for g in actor.grants if permission in g.permissions)
    return tuple(sorted((g.agency, g.area_path, *sorted(g.services)) for g in seen))
