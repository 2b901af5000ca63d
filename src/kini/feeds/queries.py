"""Queries of feeds: status of a source, current rows, time series of a row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Count, F, Max, Q, QuerySet

from kini.analytics import disclosure
from kini.city.public import NamedPoint, pack
from kini.core import current_time
from kini.core.database.compiled_queries import CompiledQuery
from kini.core.process_cache import cached
from kini.feeds import feed_config, rules
from kini.feeds.models import FeedState, Record, RecordVersion, Stop
from kini.feeds.schema import Feed, Step

MOST_POINTS = 400
#: Condition for the stops of a current timetable that pages show.
SERVED = Q(timetable__current=True, served=True, place=F("number"))

#: Values of a row by moment, oldest first, with the fields that are suppressed then (`Figure.suppressed`).
type TimeSeries = list[tuple[datetime, dict[str, Any], frozenset[str]]]


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """Status of a feed.

    Attributes:
        rows: number of current rows.
        measured_at: newest moment of its rows; for rows without one, the last read of the source.
        old: no row is fresh.
    """

    name: str
    feed: Feed
    state: FeedState
    rows: int
    measured_at: datetime | None
    old: bool

    @property
    def is_late(self) -> bool:
        """True if an operator should look at its source."""
        return bool(self.state.failed_since or (self.old and self.state.checked_at))


@dataclass(frozen=True, slots=True)
class Figure:
    """A row with its age and level.

    Attributes:
        at: time of measurement, or the last read of its source.
        old: older than its feed's limit.
        level: level that it reaches; None without a rule.
        suppressed: fields whose numbers are not published, since they or others could identify persons.
    """

    record: Record
    at: datetime | None
    old: bool
    level_id: str
    level: Step | None
    doubtful: bool
    metres: float | None = None
    suppressed: frozenset[str] = frozenset()


def feed_statuses() -> list[FeedStatus]:
    """Status of every feed. Three queries."""
    states = {state.feed: state for state in FeedState.objects.all()}
    counted = Record.objects.filter(gone_at=None).values("feed").annotate(rows=Count("id"), newest=Max("moment"))
    counts = {each["feed"]: (each["rows"], each["newest"]) for each in counted}
    stops = Stop.objects.filter(SERVED).values("timetable__feed").annotate(rows=Count("id"))
    counts |= {each["timetable__feed"]: (each["rows"], None) for each in stops}
    return [
        _status(name, feed, states.get(name) or FeedState(feed=name), *counts.get(name, (0, None)))
        for name, feed in feed_config.feeds().items()
    ]


def feed_status(name: str) -> FeedStatus:
    """Status of a feed.

    Raises:
        LookupError: for an unknown feed.
    """
    feed = feed_config.find_feed(name)
    if feed is None:
        raise LookupError(name)
    states = _states(feed=name)
    state = FeedState.from_db("default", _COLUMNS, states[0]) if states else FeedState(feed=name)
    if feed.source.format == "gtfs":
        return _status(name, feed, state, _served(name, state.loaded_at), None)
    counted = Record.objects.filter(feed=name, gone_at=None).aggregate(rows=Count("id"), newest=Max("moment"))
    return _status(name, feed, state, counted["rows"], counted["newest"])


_COLUMNS = tuple(field.attname for field in FeedState._meta.concrete_fields)


@CompiledQuery
def _states(feed: str) -> QuerySet[FeedState, Any]:
    return FeedState.objects.filter(feed=feed).values_list(*_COLUMNS)


@lru_cache(maxsize=8)
def _served(name: str, _loaded: datetime | None) -> int:
    """Number of stops of a timetable, cached until the next import."""
    return Stop.objects.filter(SERVED, timetable__feed=name).count()


def _status(name: str, feed: Feed, state: FeedState, rows: int, newest: datetime | None) -> FeedStatus:
    at = newest if feed.at else state.checked_at
    return FeedStatus(name, feed, state, rows, at, rules.is_old(at, feed.fresh.length, current_time.now()))


def current_records(name: str) -> QuerySet[Record]:
    """Current rows of a feed."""
    return Record.objects.filter(feed=name, gone_at=None).select_related("area")


def feed_points(name: str) -> Iterator[NamedPoint]:
    """Points of a feed's current rows."""
    for row in current_records(name).select_related("load").order_by("key"):
        if row.latitude is not None and row.longitude is not None:
            yield NamedPoint(row.key, row.title, row.latitude, row.longitude, row.load.made_up)


def figure_of_record(
    feed: Feed, state: FeedState, record: Record, now: datetime, metres: float | None = None
) -> Figure:
    """Build the figure of a row: age and level."""
    at = record.moment if feed.at else state.checked_at
    level_id = level_of(feed, record.key, record.values, at or now)
    step = feed.levels.steps[level_id] if feed.levels and level_id else None
    doubtful = bool(step) and _doubtful(feed, record.key, at or now)
    suppressed = _suppressed_fields(feed, state, record)
    return Figure(record, at, rules.is_old(at, feed.fresh.length, now), level_id, step, doubtful, metres, suppressed)


def _suppressed_fields(feed: Feed, state: FeedState, record: Record) -> frozenset[str]:
    small = tuple((field, form.smallest) for field, form in feed.fields.items() if form.smallest)
    keys = _suppressed_keys(record.feed, small, (state.loaded_at, state.digest)) if small else {}
    return frozenset(field for field, suppressed in keys.items() if record.key in suppressed)


@cached(maxsize=32)
def _suppressed_keys(name: str, small: tuple[tuple[str, int], ...], _load: object) -> Mapping[str, frozenset[str]]:
    """Keys of the current rows whose number is not published, by field: small ones, and what would reveal them."""
    rows = list(Record.objects.filter(feed=name, gone_at=None).order_by("key").values_list("key", "values"))
    hidden = {
        field: disclosure.suppressed_counts([values.get(field) for _key, values in rows], smallest)
        for field, smallest in small
    }
    return {field: frozenset(rows[n][0] for n in numbers) for field, numbers in hidden.items()}


def level_of(feed: Feed, key: str, values: dict[str, Any], at: datetime) -> str:
    """Level of a row by the rule of its day, else as given by the source; empty: none."""
    if feed.levels is None:
        return ""
    day = at.astimezone(pack.current().timezone).date()
    reached = rules.reached_level(
        feed.levels.scale, list(feed.levels.steps), key, values.get(feed.levels.of or ""), day
    )
    stated = values.get(feed.levels.given or "", "")
    return reached or (stated if stated in feed.levels.steps else "")


def _doubtful(feed: Feed, key: str, at: datetime) -> bool:
    assert feed.levels is not None
    return feed.levels.confidence(key, at.astimezone(pack.current().timezone).date()) == "low"


def level_limits(feed: Feed, record: Record, now: datetime) -> list[tuple[str, float]]:
    """Today's thresholds of a row's levels, with their names."""
    assert feed.levels is not None
    rule = rules.applicable_rule(feed.levels.rules, record.key, now.astimezone(pack.current().timezone).date())
    least = rule.at_least if rule else {}
    return [(str(feed.levels.steps[step].name), number) for step, number in least.items()]


#: Moments at which small numbers could be derived from the total, and the number to suppress with them.
_REVEALING = """
WITH valid AS (
    SELECT DISTINCT ON (key, moment) moment, (values ->> %(field)s)::numeric AS number
    FROM (
        SELECT key, moment, values, 0 AS age, id FROM feeds_record WHERE feed = %(feed)s AND gone_at IS NULL
        UNION ALL SELECT key, moment, values, 1, id FROM feeds_past WHERE feed = %(feed)s
    ) AS version
    WHERE moment IS NOT NULL ORDER BY key, moment, age, id DESC
)
SELECT moment, min(number) FILTER (WHERE number >= %(smallest)s) FROM valid GROUP BY moment
HAVING count(*) FILTER (WHERE number > 0 AND number < %(smallest)s) = 1
    OR sum(number) FILTER (WHERE number > 0 AND number < %(smallest)s) < %(smallest)s
"""


@cached(maxsize=32)
def _suppressed_in_past(name: str, field: str, smallest: int, _load: object) -> Mapping[datetime, float]:
    """Number to suppress beside the small ones at each moment that needs it."""
    with connection.cursor() as cursor:
        cursor.execute(_REVEALING, {"feed": name, "field": field, "smallest": smallest})
        return {moment: float(number) for moment, number in cursor.fetchall() if number is not None}


def time_series(feed: Feed, state: FeedState, record: Record, most: int = MOST_POINTS) -> TimeSeries:
    """Time series of a row, oldest first, latest correction of each moment; at most `most` moments."""
    if record.moment is None:
        return []
    past = RecordVersion.objects.filter(feed=record.feed, key=record.key, moment__isnull=False)
    past = past.filter(load__made_up=record.load.made_up).order_by("-moment", "-id")
    points: dict[datetime, dict[str, Any]] = {record.moment: record.values}
    for moment, values in past.values_list("moment", "values")[: most * 2]:
        if len(points) == most:
            break
        if moment is not None:
            points.setdefault(moment, values)
    hidden = {
        field: _suppressed_in_past(record.feed, field, form.smallest, (state.loaded_at, state.digest))
        for field, form in feed.fields.items()
        if form.smallest
    }
    now = _suppressed_fields(feed, state, record)
    return [
        (
            at,
            values,
            frozenset(field for field, numbers in hidden.items() if values.get(field) == numbers.get(at, -1))
            | (now if at == record.moment else frozenset()),
        )
        for at, values in sorted(points.items())
    ]
