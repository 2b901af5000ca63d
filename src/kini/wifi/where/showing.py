"""The new points of a plan as they are shown: a map, a table to take away."""

from collections.abc import Sequence
from typing import Protocol

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kini.city import drawing
from kini.city.drawing import Map
from kini.web import downloads
from kini.wifi.models import PlannedPoint
from kini.wifi.where.wishing import Wish

#: Numbered on a map that stands alone.
NUMBERED = 20
#: All of a plan are drawn.
MOST_DOTS = 5_000
HEAD = ("number", "code", "name", "kind", "area", "area_name", "latitude", "longitude", "people", "cost", "made_up")


def map_of(points: Sequence[PlannedPoint], numbered: Sequence[PlannedPoint]) -> Map | None:
    """A map on which some of the points have their numbers."""
    shown = {point.place for point in numbered}
    others = [(point.latitude, point.longitude) for point in points if point.place not in shown]
    dots = [(point.place, (point.latitude, point.longitude), "") for point in numbered]
    return drawing.map_of(dots, others, None, MOST_DOTS)


def map_file(points: Sequence[PlannedPoint]) -> str:
    """A map by itself (SVG); those that serve most have their numbers."""
    return render_to_string("wifi/plan_map.svg", {"map": map_of(points, points[:NUMBERED])})


def write_table(file: downloads.Written, points: Sequence[PlannedPoint]) -> None:
    """The points as CSV."""
    downloads.write(file, HEAD, rows(points))


def rows(points: Sequence[PlannedPoint]) -> list[tuple[object, ...]]:
    """The points as lines of a table with HEAD."""
    return [
        (
            *(each.place, each.code, each.name, each.kind, each.area_id, each.area.name),
            *(each.latitude, each.longitude, each.people, each.cost, each.made_up),
        )
        for each in points
    ]


class Outcome(Protocol):
    """The figures of what a wish led to, kept or not."""

    @property
    def left(self) -> int: ...
    @property
    def reachable(self) -> int | None: ...
    @property
    def gained(self) -> int | None: ...


def remark(wish: Wish, found: Outcome, points: int) -> str:
    """Why there are not more points, or not more people served, in words; empty: as many points as were wished."""
    if not found.left:
        return _("Nothing is left to gain: everybody has a point within reach already.")
    if not found.reachable:
        return _(
            "Nothing is left to gain here: nobody without a point is near any of the places. Add other places, or let "
            "people walk farther."
        )
    if found.gained == found.reachable:
        said = ngettext(
            "%(count)d point is enough: nobody else without one is near any of the places.",
            "%(count)d points are enough: nobody else without one is near any of the places.",
            points,
        )
        return said % {"count": points}
    if not points:
        return _("The budget pays for no point.")
    return _("The budget pays for no more points.") if points < wish.points else ""
