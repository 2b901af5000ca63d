"""Filters of a feed's rows: words, field values, level, area, nearness."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kini.city import queries as city
from kini.city.models import Area
from kini.city.public import geocoding, pack
from kini.core import current_time
from kini.core.geometry import Point, distance_m
from kini.feeds import queries
from kini.feeds.models import FeedState, Record
from kini.feeds.queries import Figure
from kini.feeds.schema import NUMBERS, Feed
from kini.feeds.value_formats import format_value

LONGEST = 80
MOST_OPTIONS = 200


@dataclass(frozen=True, slots=True)
class FilterControl:
    """A filter control: input name, options, and the chosen one."""

    name: str
    label: str
    options: list[tuple[str, str]]
    chosen: str


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Filter values of a request.

    Attributes:
        near: point from which distances are measured.
        exact: `near` is the visitor's position, not the centre of an area.
        near_text: typed name of the place.
        problem: error message about the place.
    """

    words: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    level: str = ""
    area: str = ""
    near: Point | None = None
    exact: bool = False
    near_text: str = ""
    problem: str = ""

    @property
    def any(self) -> bool:
        """Check whether any filter is set."""
        return bool(self.words or self.filters or self.level or self.area or self.near)


def parse_row_filter(feed: Feed, query: Mapping[str, str], point: Point | None = None) -> RowFilter:
    """Parse the filters of a query string. Unknown values are dropped."""
    words = "".join(c for c in query.get("q", "") if c.isprintable())[:LONGEST].strip()
    filters = {name: query[f"f-{name}"][:LONGEST] for name in feed.display.filters if query.get(f"f-{name}")}
    level = query.get("level", "") if feed.levels and query.get("level", "") in feed.levels.steps else ""
    near, text, problem = point, query.get("near", "")[:LONGEST].strip(), ""
    if point and city.locate(*point) is None:
        near, problem = None, geocoding.outside_city_text()
    elif text and not point:
        near, problem = geocoding.geocode(text)
    return RowFilter(words, filters, level, query.get("area", "")[:20], near, bool(point and near), text, problem)


def matching_figures(name: str, feed: Feed, state: FeedState, choice: RowFilter) -> list[Figure]:
    """Matching rows, in display order. One query."""
    now = current_time.now()
    shown = [
        queries.figure_of_record(feed, state, record, now, _distance(record, choice.near))
        for record in _matching_records(name, feed, choice)
    ]
    if choice.level:
        shown = [each for each in shown if each.level_id == choice.level]
    if choice.near:
        return sorted((each for each in shown if each.metres is not None), key=lambda each: each.metres or 0)
    return _sort(feed, shown)


def _matching_records(name: str, feed: Feed, choice: RowFilter) -> QuerySet[Record]:
    rows = queries.current_records(name).order_by("title", "key")
    if choice.words:
        rows = rows.filter(title__icontains=choice.words)
    for field_name, value in choice.filters.items():
        wanted: Any = value == "true" if feed.fields[field_name].type == "boolean" else value
        rows = rows.filter(**{f"values__{field_name}": wanted})
    if choice.area and (area := city.area(choice.area)):
        rows = rows.filter(area__path__startswith=area.path)
    return rows


def position_of(record: Record) -> Point | None:
    """Position of a row: its own point, else the centre of its area."""
    if record.latitude is not None and record.longitude is not None:
        return record.latitude, record.longitude
    return (record.area.latitude, record.area.longitude) if record.area else None


def _distance(record: Record, near: Point | None) -> float | None:
    place = position_of(record)
    return distance_m(near, place) if near and place else None


def _sort(feed: Feed, shown: list[Figure]) -> list[Figure]:
    steps = list(feed.levels.steps) if feed.levels else []
    show = feed.display

    def number(each: Figure) -> float:
        hidden = show.figure in each.suppressed  # its place in the list would reveal it
        return 0 if hidden else float(each.record.values.get(show.figure or "") or 0)

    match show.order:
        case "level":
            order = {step: place for place, step in enumerate(steps)}
            return sorted(shown, key=lambda each: (each.old, -order.get(each.level_id, -1), -number(each)))
        case "figure":
            return sorted(shown, key=number)
        case "figure-down":
            return sorted(shown, key=number, reverse=True)
        case "newest":
            return sorted(shown, key=lambda each: each.at.timestamp() if each.at else 0, reverse=True)
    return shown


def filter_controls(name: str, feed: Feed, choice: RowFilter) -> list[FilterControl]:
    """Filter controls of the page."""
    controls = [_filter(name, feed, each, choice) for each in feed.display.filters]
    if feed.levels:
        steps = [(step, str(each.name)) for step, each in feed.levels.steps.items()]
        controls.append(FilterControl("level", _("Level"), steps, choice.level))
    if feed.where:
        controls.append(
            FilterControl("area", _("Area"), [(area.code, area.name) for area in _large_areas()], choice.area)
        )
    return [each for each in controls if len(each.options) > 1]


def _filter(name: str, feed: Feed, field_name: str, choice: RowFilter) -> FilterControl:
    form = feed.fields[field_name]
    match form.type:
        case "choice":
            options = [(value, str(text)) for value, text in form.options.items()]
        case "boolean":
            options = [("true", pgettext("answer", "yes")), ("false", pgettext("answer", "no"))]
        case _:
            path = f"values__{field_name}"
            known = queries.current_records(name).order_by(path).values_list(path, flat=True).distinct()
            options = [
                (str(value), str(format_value(form, value))) for value in known[:MOST_OPTIONS] if value is not None
            ]
    return FilterControl(f"f-{field_name}", str(form.label), options, choice.filters.get(field_name, ""))


def _large_areas() -> Sequence[Area]:
    """Areas one level below the whole city."""
    levels = pack.current().area_levels
    return list(city.areas_by_level(levels[1].id))


def sortable(feed: Feed) -> bool:
    """Check whether the feed's main figure is a number."""
    return bool(feed.display.figure and feed.fields[feed.display.figure].type in NUMBERS)
