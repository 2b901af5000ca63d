"""Rules of the health of an access point; only time in which its site is open counts. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import groupby

from kini.wifi.schema import HealthEntry, Hours

#: Limit to which opening hours are expanded.
LONGEST = timedelta(days=40)


class State(StrEnum):
    UP = "up"
    #: Up, and nearly full.
    BUSY = "busy"
    #: Nothing was heard lately; perhaps it has no visitors.
    SILENT = "silent"
    DOWN = "down"
    #: Nothing was ever heard.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Signals:
    """Evidence about an access point.

    Attributes:
        heard: time of the last sign of life: accounting packet, restart or heartbeat.
        beat: time of the last heartbeat; if it sends them, it is down once they stop.
        online: open sessions; `capacity`: devices that it serves at the same time.
    """

    heard: datetime | None
    beat: datetime | None = None
    online: int = 0
    capacity: int | None = None


def health_state(signs: Signals, rule: HealthEntry, hours: Hours | None, zone: tzinfo, now: datetime) -> State:
    """Derive the state from the signals, by the rule of the day."""
    if signs.heard is None:
        return State.UNKNOWN
    beats = signs.beat is not None and now - signs.beat < timedelta(days=rule.beats_days)
    limit = timedelta(minutes=rule.down_minutes) if beats else timedelta(hours=rule.quiet_hours)
    quiet = now - signs.heard
    if quiet <= timedelta(minutes=rule.heard_minutes):
        full = signs.capacity is not None and signs.online * 100 >= signs.capacity * rule.busy_percent
        return State.BUSY if full else State.UP
    if quiet > limit and open_seconds(hours, zone, signs.heard, now) > limit.total_seconds():
        return State.DOWN
    return State.SILENT


def combined_state(states: Sequence[State]) -> State:
    """Combine the states of a site's access points: it works while one does, and is busy if all working ones are."""
    works = [each for each in states if each in (State.UP, State.BUSY)]
    if works:
        return State.UP if State.UP in works else State.BUSY
    if states and all(each is State.DOWN for each in states):
        return State.DOWN
    return State.SILENT if State.SILENT in states else State.UNKNOWN


def open_seconds(hours: Hours | None, zone: tzinfo, first: datetime, last: datetime) -> float:
    """Return the open time between two moments in seconds; a site without hours is always open."""
    if hours is None:
        return max(0.0, (last - first).total_seconds())
    return sum((ends - begins).total_seconds() for begins, ends in _open(hours, zone, max(first, last - LONGEST), last))


def _open(hours: Hours, zone: tzinfo, first: datetime, last: datetime) -> Iterator[tuple[datetime, datetime]]:
    day = first.astimezone(zone).date()
    while day <= last.astimezone(zone).date():
        for opens, closes in hours.of(day.weekday()):
            begins = datetime.combine(day, opens, zone)
            ends = datetime.combine(day + timedelta(days=closes == time(0)), closes, zone)
            if begins < last and ends > first:
                yield max(begins, first), min(ends, last)
        day += timedelta(days=1)


def merge_spans(spans: Sequence[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Merge overlapping spans, in order."""
    merged: list[tuple[datetime, datetime]] = []
    for begins, ends in sorted(spans):
        if merged and begins <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(ends, merged[-1][1])
        elif ends > begins:
            merged.append((begins, ends))
    return merged


@dataclass(frozen=True, slots=True)
class PointPlace:
    """Place of an access point: its site, provider and area."""

    access_point: int
    site: int
    provider: str
    area: str


def outage_causes(down: Sequence[PointPlace], points: Sequence[PointPlace]) -> dict[int, str]:
    """Infer the cause of each outage from the pattern: "provider" (half of the provider's points in the area, at least
    three), "site" (all points of a site with several), else "unknown".

    Args:
        points: all access points that were ever heard of, including those that are down.
    """
    causes = dict.fromkeys((each.access_point for each in down), "unknown")
    by_site, by_provider = _groups(points, "site"), _groups(points, "provider", "area")
    for groups, minimum, cause in ((by_site, 2, "site"), (by_provider, 3, "provider")):
        for group in groups:
            affected = [each for each in group if each in causes]
            if len(affected) >= minimum and (
                len(affected) == len(group) if cause == "site" else 2 * len(affected) >= len(group)
            ):
                causes |= dict.fromkeys(affected, cause)
    return causes


def _groups(points: Sequence[PointPlace], *names: str) -> list[list[int]]:
    def key(point: PointPlace) -> tuple[str, ...]:
        return tuple(str(getattr(point, name)) for name in names)

    return [[each.access_point for each in group] for _key, group in groupby(sorted(points, key=key), key)]
