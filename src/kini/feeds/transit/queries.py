"""Queries of a timetable: stops by name and position, departures, walking network."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

import shapely
from django.db import connection
from django.db.models import F, FloatField, QuerySet, Value
from django.db.models.functions import Cos, Power, Radians

from kini.city.public import pack
from kini.core.database.compiled_queries import CompiledQuery
from kini.core.database.prepared_statements import execute_prepared
from kini.core.geometry import Point, Projection, distance_m
from kini.core.process_cache import cached
from kini.feeds.models import Days, Route, Stop, Timetable, Transfer
from kini.feeds.transit import rules
from kini.feeds.transit.rules import DAY_SECONDS, DepartureTime, ServiceCalendar

#: Longest walk between stops in metres.
WALK_M = 250.0
#: Time within which a departure is "next" and a journey must begin.
HORIZON = timedelta(hours=6)
TIMES_SHOWN = 3

#: Services of a day, and the offset of that day in seconds.
type ActiveServices = list[tuple[frozenset[int], int]]


@dataclass(frozen=True, slots=True)
class TripRun:
    """A trip with its line and fare."""

    begins: int
    frequencies: list[list[int]]
    days: int
    headsign: str
    route: int
    short: str
    line: str
    sort: str
    fare: int | None


@dataclass(frozen=True, slots=True)
class Departure:
    """Departures of a line in one direction: next times, and the headway in seconds of a repeating trip."""

    run: TripRun
    times: list[datetime]
    every: int

    @property
    def minutes(self) -> int:
        """Approximate headway in minutes."""
        return max(1, round(self.every / 60))


@dataclass(frozen=True, slots=True)
class Network:
    """Stops of an edition and the walking distances between them; cached while it is current."""

    stops: dict[int, Stop]
    members: dict[int, list[int]]
    spots: dict[int, tuple[float, float]]
    tree: shapely.STRtree
    order: list[int]
    transfers: dict[int, set[int]]
    near: dict[int, list[tuple[int, float]]] = field(default_factory=dict)

    def around(self, place: int) -> list[tuple[int, float]]:
        """Places within walking distance with metres, this one first."""
        if place not in self.near:
            here = self.spots[place]
            hits = self.tree.query(shapely.Point(here).buffer(WALK_M), predicate="intersects")
            reachable = {self.order[hit] for hit in hits} | self.transfers.get(place, set()) - {place}
            far = [(each, _metres(here, self.spots[each])) for each in reachable if each != place]
            self.near[place] = [(place, 0.0), *sorted(far, key=lambda each: each[1])]
        return self.near[place]


def _metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    return float(((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2) ** 0.5)


_COLUMNS = tuple(field.attname for field in Timetable._meta.concrete_fields)


@CompiledQuery
def _current(feed: str) -> QuerySet[Timetable, Any]:
    return Timetable.objects.filter(feed=feed, current=True).values_list(*_COLUMNS)


def current_timetable(feed: str) -> Timetable | None:
    """Current edition of a feed."""
    rows = _current(feed=feed)
    return Timetable.from_db("default", _COLUMNS, rows[0]) if rows else None


@cached(maxsize=4)
def network(timetable: int) -> Network:
    """Walking network of an edition. Editions never change."""
    projection = Projection(*pack.current().center)
    stops = {stop.number: stop for stop in Stop.objects.filter(timetable=timetable)}
    members: dict[int, list[int]] = {}
    for stop in stops.values():
        members.setdefault(stop.place, []).append(stop.number)
    order = [number for number, stop in stops.items() if stop.served and stop.place == number]
    spots = {n: projection.to_metres((stops[n].latitude, stops[n].longitude)) for n in order}
    transfers: dict[int, set[int]] = {}
    for one, other in Transfer.objects.filter(timetable=timetable).values_list("one", "other"):
        transfers.setdefault(stops[one].place, set()).add(stops[other].place)
    transfers = {one: {other for other in others if other in spots} for one, others in transfers.items()}
    tree = shapely.STRtree([shapely.Point(spots[number]) for number in order])
    return Network(stops, members, spots, tree, order, transfers)


def stops_by_name(timetable: Timetable, text: str, most: int = 20) -> list[Stop]:
    """Stops whose name contains the text, exact matches first."""
    stops = Stop.objects.filter(timetable=timetable, served=True, place=F("number"), name__icontains=text)
    return sorted(stops[: most * 5], key=lambda s: (s.name.casefold() != text.casefold(), len(s.name), s.name))[:most]


_STOP_COLUMNS = tuple(field.attname for field in Stop._meta.concrete_fields)


@CompiledQuery
def _stops(timetable: int, code: str) -> QuerySet[Stop, Any]:
    named = Stop.objects.filter(timetable=timetable, code=code, served=True)
    return Stop.objects.filter(timetable=timetable, number__in=named.values("place")).values_list(*_STOP_COLUMNS)


def stop(timetable: Timetable, code: str) -> Stop | None:
    """Served stop of that code; for a platform its station."""
    columns = [] if "\0" in code else _stops(timetable=timetable.pk, code=code)
    return Stop.from_db("default", _STOP_COLUMNS, columns[0]) if columns else None


def nearest_stops(timetable: Timetable, point: Point, most: int) -> list[tuple[Stop, float]]:
    """Nearest stops, with distance in metres."""
    east = (F("longitude") - Value(point[1])) * Cos(Radians(Value(point[0])))
    away = Power(east, 2, output_field=FloatField()) + Power(
        F("latitude") - Value(point[0]), 2, output_field=FloatField()
    )
    stops = Stop.objects.filter(timetable=timetable, served=True, place=F("number")).order_by(away, "number")[:most]
    return [(each, distance_m(point, (each.latitude, each.longitude))) for each in stops]


def lines_at(timetable: Timetable, numbers: Sequence[int]) -> dict[int, list[str]]:
    """Lines that stop at each of these places."""
    lines: dict[int, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT s.place, r.short FROM feeds_stop s
            JOIN feeds_call c ON c.timetable_id = s.timetable_id AND c.stop = s.number
            JOIN feeds_trip t ON t.timetable_id = s.timetable_id AND t.number = c.trip
            JOIN feeds_route r ON r.timetable_id = s.timetable_id AND r.number = t.route
            WHERE s.timetable_id = %s AND s.place = ANY(%s) ORDER BY 1, 2
            """,
            [timetable.pk, list(numbers)],
        )
        for place, short in cursor.fetchall():
            lines.setdefault(place, []).append(short)
    return lines


def routes(timetable: Timetable) -> list[Route]:
    """All lines."""
    return list(Route.objects.filter(timetable=timetable).order_by("sort", "short"))


def service_day(now: datetime) -> tuple[date, int]:
    """Service day in the city's time zone, and its elapsed seconds (counted from noon minus 12 hours)."""
    here = now.astimezone(pack.current().timezone)
    return here.date(), round((here - _start(here.date())).total_seconds())


def _start(day: date) -> datetime:
    noon = datetime.combine(day, time(12), pack.current().timezone)
    return noon - timedelta(hours=12)


def moment_of_second(day: date, seconds: int) -> datetime:
    """Moment of a second of the service day."""
    return datetime.fromtimestamp(_start(day).timestamp() + seconds, pack.current().timezone)


def active_services(timetable: Timetable, day: date) -> ActiveServices:
    """Services of today, and those of yesterday with the offset of their day."""
    return _running(timetable.pk, day)


@lru_cache(maxsize=8)
def _running(timetable: int, day: date) -> ActiveServices:
    stored = Days.objects.filter(timetable=timetable)
    runs = {
        each.number: ServiceCalendar(each.weekdays, each.first, each.last, each.besides, each.without)
        for each in stored
    }
    days = ((day, 0), (day - timedelta(days=1), DAY_SECONDS))
    return [(frozenset(n for n, each in runs.items() if rules.runs_on(each, on)), ahead) for on, ahead in days]


_RUN = "t.begins, t.frequencies::text, t.days, t.headsign, t.route, r.short, r.name, r.sort, r.fare"
_LEAVING = f"""
    SELECT c.departs, {_RUN} FROM feeds_stop s
    JOIN feeds_call c ON c.timetable_id = s.timetable_id AND c.stop = s.number AND NOT c.ends
    JOIN feeds_trip t ON t.timetable_id = s.timetable_id AND t.number = c.trip
    JOIN feeds_route r ON r.timetable_id = s.timetable_id AND r.number = t.route
    WHERE s.timetable_id = %s AND s.place = %s
"""  # noqa: S608 -- names of our own
_RUNS = f"""
    SELECT t.number, {_RUN} FROM feeds_trip t
    JOIN feeds_route r ON r.timetable_id = t.timetable_id AND r.number = t.route
    WHERE t.timetable_id = %s AND t.number = ANY(%s)
"""  # noqa: S608 -- names of our own


def departures(timetable: Timetable, place: int, now: datetime) -> list[Departure]:
    """Next departures of a stop by line and direction, soonest first."""
    day, second = service_day(now)
    horizon, services = second + round(HORIZON.total_seconds()), active_services(timetable, day)
    by_direction: dict[tuple[int, str], tuple[TripRun, list[DepartureTime]]] = {}
    for run, departs in _board(timetable.pk, place):
        times = [each for each in departure_times(run, departs, second, services, TIMES_SHOWN) if each.at <= horizon]
        by_direction.setdefault((run.route, run.headsign), (run, []))[1].extend(times)
    boards = [
        Departure(run, [moment_of_second(day, each.at) for each in times[:TIMES_SHOWN]], times[0].every)
        for run, every in by_direction.values()
        if (times := sorted(set(every), key=lambda each: each.at))
    ]
    return sorted(boards, key=lambda each: each.times[0])


@lru_cache(maxsize=5_000)
def _board(timetable: int, place: int) -> list[tuple[TripRun, int]]:
    """Trips of a stop with the second of their departure, cached. Editions never change. One query."""
    return [(_run(row), departs) for departs, *row in execute_prepared(_LEAVING, [timetable, place])]


def trip_runs(timetable: int, trips: Iterable[int]) -> dict[int, TripRun]:
    """Trips by number, with their lines."""
    return {number: _run(row) for number, *row in fetch_rows(_RUNS, [timetable, list(trips)])}


def _run(row: Sequence[Any]) -> TripRun:
    begins, frequencies, *line = row
    return TripRun(begins, json.loads(frequencies), *line)


def departure_times(run: TripRun, departs: int, after: int, services: ActiveServices, most: int) -> list[DepartureTime]:
    """Departure times of a trip, including runs that began yesterday."""
    times = [
        DepartureTime(each.at - ahead, each.every)
        for active, ahead in services
        if run.days in active
        for each in rules.next_departure_times(run.begins, run.frequencies, departs, after + ahead, most)
    ]
    return sorted(times, key=lambda each: each.at)[:most]


def fetch_rows(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
