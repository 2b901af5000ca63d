"""Journey planner: at most one change, by timetable and on foot between near stops."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kini.feeds.models import Timetable
from kini.feeds.transit import rules
from kini.feeds.transit.queries import (
    HORIZON,
    ActiveServices,
    Network,
    TripRun,
    active_services,
    departure_times,
    fetch_rows,
    network,
    service_day,
    trip_runs,
)
from kini.feeds.transit.rules import DepartureTime

_RIDES = """
    SELECT a.trip, a.stop, a.departs, b.stop, b.arrives FROM feeds_call a
    JOIN feeds_call b ON b.timetable_id = a.timetable_id AND b.trip = a.trip AND b.place_in_trip > a.place_in_trip
    WHERE a.timetable_id = %s AND {side}.stop = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Leg:
    """A ride from stop to stop (numbers), in seconds of the service day."""

    run: TripRun
    start: int
    end: int
    leaves: int
    arrives: int
    every: int


@dataclass(frozen=True, slots=True)
class Journey:
    """Consecutive rides, with the walk (metres) before each and after the last."""

    legs: tuple[Leg, ...]
    walks: tuple[float, ...]
    arrives: int

    @property
    def fare(self) -> int | None:
        """Sum of the fares; None if one is unknown."""
        fares = [leg.run.fare for leg in self.legs]
        return sum(fare or 0 for fare in fares) if None not in fares else None


def journeys(timetable: Timetable, start: int, end: int, now: datetime, most: int = 3) -> list[Journey]:
    """Journeys with at most one change, by arrival. A change counts as five minutes."""
    day, second = service_day(now)
    net, services = network(timetable.pk), active_services(timetable, day)
    starts, ends = dict(net.around(start)), dict(net.around(end))
    out = fetch_rows(_RIDES.format(side="a"), [timetable.pk, _stops(net, starts)])
    back = fetch_rows(_RIDES.format(side="b"), [timetable.pk, _stops(net, ends)])
    trips = trip_runs(timetable.pk, {row[0] for row in (*out, *back)})
    firsts = _first_legs(net, out, trips, starts, second, services)
    candidates = [
        Journey((leg,), (starts[net.stops[leg.start].place], metres), leg.arrives + _walk(metres))
        for place, metres in ends.items()
        for leg in firsts.get(place, {}).values()
    ]
    candidates += _with_change(net, back, trips, firsts, starts, ends, services)
    return _best_journeys(candidates, second, most)


def _stops(net: Network, places: Iterable[int]) -> list[int]:
    return [number for place in places for number in net.members[place]]


def _walk(metres: float) -> int:
    return round(metres / rules.WALK_SPEED)


def _first_legs(
    net: Network,
    rides: list[tuple[Any, ...]],
    trips: Mapping[int, TripRun],
    starts: Mapping[int, float],
    second: int,
    services: ActiveServices,
) -> dict[int, dict[int, Leg]]:
    """Earliest arrival at each place by each line that runs there directly from the start."""
    leaves: dict[tuple[int, int, int], DepartureTime | None] = {}
    earliest: dict[int, dict[int, Leg]] = {}
    for trip, stop_a, departs, stop_b, arrives in rides:
        key, run = (trip, stop_a, departs), trips[trip]
        if key not in leaves:
            ready = second + _walk(starts[net.stops[stop_a].place])
            leaves[key] = next(iter(departure_times(run, departs, ready, services, 1)), None)
        if then := leaves[key]:
            leg = Leg(run, stop_a, stop_b, then.at, then.at + arrives - departs, then.every)
            _keep_earliest(earliest.setdefault(net.stops[stop_b].place, {}), run.route, leg)
    return earliest


def _keep_earliest(legs: dict[int, Leg], route: int, leg: Leg) -> None:
    if route not in legs or leg.arrives < legs[route].arrives:
        legs[route] = leg


def _with_change(
    net: Network,
    rides: list[tuple[Any, ...]],
    trips: Mapping[int, TripRun],
    firsts: Mapping[int, Mapping[int, Leg]],
    starts: Mapping[int, float],
    ends: Mapping[int, float],
    services: ActiveServices,
) -> list[Journey]:
    """Journeys with one change, at the place where the first ride ends or a walk from there."""
    best: dict[tuple[int, int], Journey] = {}
    for trip, stop_a, departs, stop_b, arrives in rides:
        run, last = trips[trip], ends[net.stops[stop_b].place]
        ready: dict[int, tuple[Leg, float]] = {}
        for place, metres in net.around(net.stops[stop_a].place):
            for route, leg in firsts.get(place, {}).items():
                if route != run.route and (route not in ready or leg.arrives + _walk(metres) < _ready_at(ready[route])):
                    ready[route] = leg, metres
        for route, (leg, metres) in ready.items():
            after = leg.arrives + _walk(metres) + rules.CHANGE_SECONDS
            for then in departure_times(run, departs, after, services, 1):
                second = Leg(run, stop_a, stop_b, then.at, then.at + arrives - departs, then.every)
                walks = (starts[net.stops[leg.start].place], metres, last)
                way = Journey((leg, second), walks, second.arrives + _walk(last))
                key = route, run.route
                if key not in best or way.arrives < best[key].arrives:
                    best[key] = way
    return list(best.values())


def _ready_at(ready: tuple[Leg, float]) -> int:
    return ready[0].arrives + _walk(ready[1])


def _best_journeys(candidates: list[Journey], second: int, most: int) -> list[Journey]:
    """Best journeys, each with a different first line."""
    horizon = second + round(HORIZON.total_seconds())
    ranked = sorted(
        (each for each in candidates if each.legs[0].leaves <= horizon),
        key=lambda each: (each.arrives + 300 * (len(each.legs) - 1), len(each.legs)),
    )
    chosen: dict[tuple[int, int], Journey] = {}
    for each in ranked:
        chosen.setdefault((each.legs[0].run.route, len(each.legs)), each)
    return list(chosen.values())[:most]
