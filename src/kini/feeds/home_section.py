"""Home section: current figures near the visitor's area, else those of the gravest level."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import ExpressionWrapper, F, FloatField
from django.db.models.functions import Abs, Coalesce
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from kini.city.models import Area
from kini.core import current_time
from kini.core.geometry import distance_m
from kini.feeds import feed_config, filters, queries, value_formats
from kini.feeds.models import FeedState, Record
from kini.feeds.queries import Figure
from kini.feeds.schema import Feed
from kini.people.public import nearby
from kini.web import formats

#: Distance in metres beyond which a figure is not shown as near.
FAR_M = 15_000


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure of the section; a row without a number shows its distance."""

    feed: Feed
    figure: Figure
    url: str
    value: str
    unit: str
    when: str


def home_section(request: HttpRequest) -> SafeString | None:
    """Figures that the pack puts on the home page; None without any. Two queries, and the area's."""
    named = {name: feed for name, feed in feed_config.feeds().items() if feed.show and feed.show.home}
    if not named:
        return None
    states = {each.feed: each for each in FeedState.objects.filter(feed__in=named)}
    area = nearby.area_of(request)
    figures = _nearest(named, states, area) if area else _gravest(named, states)
    tiles = [_tile(name, named[name], figures[name]) for name in named if name in figures]
    if not tiles:
        return None
    made_up = any(states[name].made_up for name in figures)
    return render_to_string("feeds/home.html", {"tiles": tiles, "made_up": made_up}, request)


def _nearest(named: Mapping[str, Feed], states: Mapping[str, FeedState], area: Area) -> dict[str, Figure]:
    """Row of each feed nearest to the centre of an area, on a flat map."""
    here = (area.latitude, area.longitude)
    off = [
        Abs(Coalesce(F(name), F(f"area__{name}"), output_field=FloatField()) - at)
        for name, at in zip(("latitude", "longitude"), here, strict=True)
    ]
    far = ExpressionWrapper(off[0] * off[0] + off[1] * off[1], output_field=FloatField())
    rows = Record.objects.filter(feed__in=states, gone_at=None).select_related("area").annotate(far=far)
    rows = rows.exclude(far=None).order_by("feed", "far", "key").distinct("feed")
    now, figures = current_time.now(), {}
    for row in rows:
        place = filters.position_of(row)
        metres = distance_m(here, place) if place else None
        if metres is None or metres > FAR_M:
            continue
        figures[row.feed] = queries.figure_of_record(named[row.feed], states[row.feed], row, now, metres)
    return figures


def _gravest(named: Mapping[str, Feed], states: Mapping[str, FeedState]) -> dict[str, Figure]:
    """Row of each feed on the gravest level, fresh ones before old ones."""
    graded = [name for name, feed in named.items() if feed.levels and feed.display.figure and name in states]
    rows = Record.objects.filter(feed__in=graded, gone_at=None).select_related("area").order_by("title", "key")
    now, figures = current_time.now(), {}
    ranks: dict[str, tuple[bool, int]] = {}
    for row in rows:
        feed = named[row.feed]
        figure = queries.figure_of_record(feed, states[row.feed], row, now)
        steps = list(feed.levels.steps) if feed.levels else []
        rank = (not figure.old, steps.index(figure.level_id) if figure.level_id in steps else -1)
        if row.feed not in figures or rank > ranks[row.feed]:
            figures[row.feed], ranks[row.feed] = figure, rank
    return figures


def _tile(name: str, feed: Feed, figure: Figure) -> Tile:
    form = feed.fields[feed.display.figure] if feed.display.figure else None
    known = figure.record.values.get(feed.display.figure) if feed.display.figure else None
    suppressed = feed.display.figure in figure.suppressed
    value, unit = ("", "")
    if form and known is not None:
        value, unit = value_formats.format_number(form, known, suppressed=suppressed), str(form.unit or "")
    if not value and figure.metres is not None:
        value = formats.distance(figure.metres)
    url = reverse("feeds:row", args=[name, figure.record.key])
    return Tile(feed, figure, url, value, unit, value_formats.format_moment(feed, figure.at))
