"""Stored figures for pages. Small counts are suppressed here, so that no page can forget it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kini.analytics import disclosure
from kini.city.public import city_tables
from kini.wifi import config
from kini.wifi import rules as storage
from kini.wifi.inventory.models import Site
from kini.wifi.usage.models import ClosedDay, Use

FIGURES = ("people", "devices", "accesses", "sessions", "seconds", "octets", "peak", "capacity")


@dataclass(frozen=True, slots=True)
class UsageRow:
    """Figures of one value of a dimension; None if they are suppressed.

    Attributes:
        of: as `Use.of`, or the day; `name`: for display.
    """

    of: str
    name: str
    people: int | None = None
    devices: int | None = None
    accesses: int | None = None
    sessions: int | None = None
    seconds: int | None = None
    octets: int | None = None
    peak: int | None = None
    capacity: int | None = None

    @property
    def figures(self) -> list[int | None]:
        return [getattr(self, name) for name in FIGURES]

    @property
    def hidden(self) -> bool:
        return self.devices is None

    @property
    def full(self) -> float | None:
        """Peak load in percent of the capacity."""
        return None if self.peak is None or not self.capacity else 100 * self.peak / self.capacity


def months() -> list[date]:
    """List the months with figures, newest first."""
    return list(Use.objects.filter(span="month", by="city").order_by("-begins").values_list("begins", flat=True))


def city_total(month: date) -> UsageRow | None:
    """Return the figures of the whole city in a month."""
    return next(iter(_shown(Use.objects.filter(span="month", begins=month, by="city"), lambda use: "")), None)


def all_time_total() -> tuple[date, UsageRow] | None:
    """Return the figures of the whole city since its first closed day."""
    total = Use.objects.filter(span="all", by="city").first()
    return (total.begins, _shown([total], lambda use: "")[0]) if total else None


def by_day(month: date) -> list[UsageRow]:
    """Return the days of a month; their total is the month."""
    days = Use.objects.filter(span="day", by="city", begins__gte=month, begins__lt=storage.next_month(month)).order_by(
        "begins"
    )
    return _shown(days, lambda use: use.begins.isoformat(), of=lambda use: use.begins.isoformat())


def by_kind(month: date) -> list[UsageRow]:
    """Return the kinds of site in a month, most devices first."""
    network = config.network()
    kinds = network.kinds if network else {}
    return _most_first(
        _shown(_month(month, "kind"), lambda use: str(kinds[use.of].name) if use.of in kinds else use.of)
    )


def by_area(month: date) -> list[UsageRow]:
    """Return the smallest areas in a month, most devices first."""
    areas = city_tables().areas
    return _most_first(_shown(_month(month, "area"), lambda use: areas[use.of].name if use.of in areas else use.of))


def by_site(month: date) -> dict[str, list[UsageRow]]:
    """Return the sites of a month by area; the total of an area's sites is the area."""
    sites = {code: (name, area) for code, name, area in Site.objects.values_list("code", "name", "area")}
    by_area: dict[str, list[Use]] = defaultdict(list)
    for use in _month(month, "site"):
        if use.of in sites:
            by_area[sites[use.of][1]].append(use)
    return {area: _most_first(_shown(by_area[area], lambda use: sites[use.of][0])) for area in sorted(by_area)}


def by_hour(month: date) -> dict[int, list[float | None]]:
    """Return the mean number of devices by weekday (0 is Monday) and hour; None: too few."""
    sums: dict[tuple[int, int], int] = defaultdict(int)
    days: dict[int, set[date]] = defaultdict(set)
    rows = Use.objects.filter(span="day", begins__gte=month, begins__lt=storage.next_month(month))
    for begins in rows.filter(by="city").values_list("begins", flat=True):
        days[begins.weekday()].add(begins)
    for begins, of, devices in rows.filter(by="hour").values_list("begins", "of", "devices"):
        sums[begins.weekday(), int(of)] += devices
    return {weekday: [_mean(sums[weekday, hour], len(days[weekday])) for hour in range(24)] for weekday in sorted(days)}


def made_up(month: date) -> bool:
    """Return True if the month has no real closed day, so its figures were simulated."""
    return not ClosedDay.objects.filter(
        day__gte=month, day__lt=storage.next_month(month), closed_at__isnull=False
    ).exists()


def _mean(total: int, days: int) -> float | None:
    mean = total / days
    return None if 0 < mean < disclosure.SMALLEST_COUNT else mean


def _month(month: date, by: str) -> Any:
    return Use.objects.filter(span="month", begins=month, by=by).exclude(of="")


def _shown(uses: Any, name: Any, of: Any = lambda use: use.of) -> list[UsageRow]:
    rows = [{"of": of(use), "name": name(use)} | {each: getattr(use, each) for each in FIGURES} for use in uses]
    return [UsageRow(**row) for row in disclosure.suppress_small_counts(rows, ("of", "name"))]


def _most_first(rows: Sequence[UsageRow]) -> list[UsageRow]:
    return sorted(rows, key=lambda row: (row.hidden, -(row.devices or 0), row.name))


BY = {"day": by_day, "kind": by_kind, "area": by_area}
