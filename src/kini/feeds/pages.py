"""Public pages of feeds: rows with filters, map and list; one row with its time series."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from kini.city.public import CityMap, geocoding, point_map
from kini.core import current_time
from kini.feeds import filters, queries, value_formats
from kini.feeds.feed_view import feed_context, feed_status_or_404
from kini.feeds.filters import RowFilter
from kini.feeds.models import Record
from kini.feeds.queries import Figure
from kini.feeds.schema import Feed, Step
from kini.feeds.transit import pages as transit
from kini.web import charts
from kini.web.offline_pages import available_offline

ON_PAGE = 20
#: Types whose values need the label of their field.
LABELLED = frozenset({"integer", "number", "boolean"})
MOST_IN_TABLE = 30


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the list."""

    number: int
    figure: Figure
    url: str
    value: Any
    unit: str
    notes: list[tuple[str, Any]]
    text: str
    when: str
    title: str


@cache_control(no_cache=True)
@require_http_methods(["GET", "HEAD", "POST"])
@available_offline
def feed(request: HttpRequest, name: str) -> HttpResponse:
    """List and map. A device's position comes by POST, so that no log stores it."""
    status = feed_status_or_404(name)
    if status.feed.source.format == "gtfs":
        return transit.timetable(request, status)
    point = geocoding.parse_point(request.POST) if request.method == "POST" else None
    choice = filters.parse_row_filter(status.feed, request.GET, point)
    figures = filters.matching_figures(name, status.feed, status.state, choice)
    page = Paginator(figures, ON_PAGE).get_page(1 if point else request.GET.get("page"))
    first = page.start_index() or 1
    lines = [line(name, status.feed, number, each) for number, each in enumerate(page.object_list, first)]
    context = feed_context(status) | {
        "choice": choice,
        "filters": filters.filter_controls(name, status.feed, choice),
        "named": status.feed.display.title in status.feed.display.filters,
        "lines": lines,
        "page": page,
        "count": len(figures),
        "map": _map(status.feed, page, first, figures, choice),
        "steps": _steps(status.feed, figures),
        "query": request.GET.urlencode(),
        "errors": [("near", choice.problem)] if choice.problem else [],
    }
    return render(request, "feeds/feed.html", context, status=422 if choice.problem else 200)


@require_safe
@available_offline
def row(request: HttpRequest, name: str, key: str) -> HttpResponse:
    """One row with all its fields and its time series."""
    status = feed_status_or_404(name)
    record = queries.current_records(name).select_related("load", "area__parent").filter(key=key).first()
    if record is None:
        raise Http404
    figure = queries.figure_of_record(status.feed, status.state, record, current_time.now())
    course = queries.time_series(status.feed, status.state, record)
    shown_apart = (status.feed.display.title, status.feed.display.figure, status.feed.display.text)
    fields = [
        (
            form.label,
            value_formats.format_value(form, record.values.get(each), suppressed=each in figure.suppressed),
        )
        for each, form in status.feed.fields.items()
        if record.values.get(each) is not None and not form.internal and each not in shown_apart
    ]
    context = feed_context(status) | {
        "line": line(name, status.feed, 0, figure),
        "label": status.feed.fields[status.feed.display.figure].label if status.feed.display.figure else "",
        "fields": [*fields, *_area_field(record)],
        "chart": _chart(status.feed, record, course),
        "table": _table(status.feed, course),
        "map": _map_of_one(status.feed, figure),
        "history": reverse("feeds:history", args=[name, key]) if len(course) > 1 else "",
        "street": street(record),
    }
    return render(request, "feeds/row.html", context)


def line(name: str, feed: Feed, number: int, figure: Figure) -> Line:
    """A row of the list."""
    show, values = feed.display, figure.record.values
    form = feed.fields[show.figure] if show.figure else None
    value = ""
    if form and show.figure and values.get(show.figure) is not None:
        suppressed = show.figure in figure.suppressed
        value = value_formats.format_number(form, values[show.figure], suppressed=suppressed)
    notes = [
        (
            feed.fields[each],
            value_formats.format_value(feed.fields[each], values.get(each), suppressed=each in figure.suppressed),
        )
        for each in show.notes
    ]
    return Line(
        number=number,
        figure=figure,
        url=reverse("feeds:row", args=[name, figure.record.key]),
        value=value,
        unit=str(form.unit or "") if form else "",
        notes=[(str(form.label) if form.type in LABELLED else "", note) for form, note in notes if note != ""],
        text=str(values.get(show.text, "")) if show.text else "",
        when=value_formats.format_moment(feed, figure.at),
        title=value_formats.row_title(feed, figure.record),
    )


def street(record: Record) -> str:
    """URL of a street map at an exact point; empty without one."""
    if record.latitude is None:
        return ""
    point = f"{record.latitude}/{record.longitude}"
    return f"https://www.openstreetmap.org/?mlat={record.latitude}&mlon={record.longitude}#map=17/{point}"


def _map(feed: Feed, page: Page[Figure], first: int, figures: list[Figure], choice: RowFilter) -> CityMap | None:
    if feed.where is None or not feed.display.map:
        return None
    numbered = [
        (number, place, each.level.tone if each.level else "")
        for number, each in enumerate(page.object_list, first)
        if (place := filters.position_of(each.record))
    ]
    shown = {each.record.pk for each in page.object_list}
    near = [] if choice.near else figures
    others = [place for each in near if each.record.pk not in shown and (place := filters.position_of(each.record))]
    return point_map(numbered, others, choice.near)


def _map_of_one(feed: Feed, figure: Figure) -> CityMap | None:
    place = filters.position_of(figure.record)
    if place is None or not feed.display.map:
        return None
    return point_map([(1, place, figure.level.tone if figure.level else "")], [], None)


def _area_field(record: Record) -> list[tuple[str, str]]:
    if record.area is None:
        return []
    around = f", {record.area.parent.name}" if record.area.parent else ""
    return [(_("Area"), f"{record.area.name}{around}")]


def _steps(feed: Feed, figures: list[Figure]) -> list[tuple[Step, int]]:
    """Steps of the scale, with the number of rows on each."""
    if feed.levels is None:
        return []
    counts = dict.fromkeys(feed.levels.steps, 0)
    for each in figures:
        if each.level_id:
            counts[each.level_id] += 1
    return [(feed.levels.steps[step], count) for step, count in counts.items()]


def _chart(feed: Feed, record: Record, course: queries.TimeSeries) -> charts.Chart | None:
    shown = [each for each in feed.display.chart if feed.fields[each].smallest is None]
    courses = [
        (
            str(feed.fields[each].label),
            [(at, values[each]) for at, values, _hidden in course if values.get(each) is not None],
        )
        for each in shown
    ]
    say = feed.fields[shown[0]] if shown else None
    if say is None:
        return None
    limits = queries.level_limits(feed, record, current_time.now()) if feed.levels and feed.levels.of in shown else []
    return charts.build_chart(
        courses,
        limits,
        lambda value: value_formats.format_number(say, value),
        lambda at: value_formats.format_moment(feed, at),
    )


def _table(feed: Feed, course: queries.TimeSeries) -> tuple[list[str], list[tuple[str, list[Any]]]] | None:
    """Newest values of the time series, as a table for those who cannot see the chart."""
    if len(course) < 2 or not feed.display.chart:
        return None
    heads = [str(feed.fields[each].label) for each in feed.display.chart]
    rows = [
        (
            value_formats.format_moment(feed, at),
            [
                value_formats.format_value(feed.fields[each], values.get(each), suppressed=each in suppressed)
                for each in feed.display.chart
            ],
        )
        for at, values, suppressed in reversed(course[-MOST_IN_TABLE:])
    ]
    return heads, rows
