"""Queries about sites: kinds, opening hours, walking time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time

from django.utils.dates import WEEKDAYS

from kini.city.public import pack
from kini.core import current_time
from kini.core.localized_text import Text
from kini.wifi import config, rules
from kini.wifi.inventory.models import Site
from kini.wifi.schema import Hours

#: Walking speed in metres per minute (4.8 km/h), and the ratio of street distance to straight-line distance.
WALKING, DETOUR = 80.0, 1.3


@dataclass(frozen=True, slots=True)
class Opening:
    """Opening state of a site; `closes`: closing time today, if it closes today."""

    open: bool
    closes: time | None


def hours_of(site: Site) -> Hours | None:
    """Return the site's own hours, else those of its kind; None: always open."""
    if site.hours:
        return Hours.model_validate(site.hours)
    network = config.network()
    kind = network.kinds.get(site.kind) if network else None
    return kind.hours if kind else None


def opening(site: Site, at: datetime | None = None) -> Opening:
    """Return the opening state at a moment (default: now), in the city's time zone."""
    hours = hours_of(site)
    if hours is None:
        return Opening(True, None)
    local = (at or current_time.now()).astimezone(pack.current().timezone)
    spans = hours.of(local.weekday())
    return Opening(rules.is_open_at(spans, local.time()), rules.closing_time(spans, local))


def site_filter(kind: str, open_now: bool) -> Callable[[Site], bool]:
    """Return a test of sites by kind (empty: any) and opening state; it caches hours, for use on many sites."""
    known: dict[tuple[str, str], bool] = {}

    def fits(site: Site) -> bool:
        if kind and site.kind != kind:
            return False
        if not open_now:
            return True
        hours = site.kind, str(site.hours)
        if hours not in known:
            known[hours] = opening(site).open
        return known[hours]

    return fits


def kind_name(site: Site) -> Text:
    """Return the name of a site's kind."""
    network = config.network()
    kind = network.kinds.get(site.kind) if network else None
    return kind.name if kind else Text({"": site.kind})


def walking_minutes(metres: float) -> int:
    """Estimate the walking time; at least one minute."""
    return max(1, round(metres * DETOUR / WALKING))


def next_opening(site: Site, at: datetime | None = None) -> tuple[str, time] | None:
    """Return weekday (as text) and time of the next opening; None if there is none within a week."""
    hours = hours_of(site)
    local = (at or current_time.now()).astimezone(pack.current().timezone)
    if hours is None:
        return None
    for ahead in range(8):
        weekday = (local.weekday() + ahead) % 7
        starts = [opens for opens, _closes in hours.of(weekday) if ahead or opens > local.time()]
        if starts:
            return str(WEEKDAYS[weekday]), min(starts)
    return None
