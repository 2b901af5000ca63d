"""Presentation of a plan's points: map, CSV, remark."""

from collections.abc import Sequence
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kini.city.public import CityMap, point_map, render_map_file
from kini.web import downloads
from kini.wifi.planning.models import PlannedPoint
from kini.wifi.planning.plan_request import PlanRequest

#: Numbered points on a standalone map.
NUMBERED = 20
#: Limit of dots on a map; above the largest plan.
MOST_DOTS = 5_000
HEAD = ("number", "code", "name", "kind", "area", "area_name", "latitude", "longitude", "people", "cost", "made_up")


def map_of(points: Sequence[PlannedPoint], numbered: Sequence[PlannedPoint]) -> CityMap | None:
    """Draw a map on which some of the points are numbered."""
    shown = {point.place for point in numbered}
    others = [(point.latitude, point.longitude) for point in points if point.place not in shown]
    dots = [(point.place, (point.latitude, point.longitude), "") for point in numbered]
    return point_map(dots, others, most=MOST_DOTS)


def map_file(points: Sequence[PlannedPoint]) -> str:
    """Render a standalone map (SVG); the points that serve most are numbered."""
    drawn = map_of(points, points[:NUMBERED])
    return render_map_file(drawn) if drawn else ""


def write_table(file: downloads.TextWriter, points: Sequence[PlannedPoint]) -> None:
    """Write the points as CSV."""
    downloads.write_csv(file, HEAD, plan_rows(points))


def plan_rows(points: Sequence[PlannedPoint]) -> list[tuple[object, ...]]:
    """Return the points as rows with the columns of HEAD."""
    return [
        (
            *(each.place, each.code, each.name, each.kind, each.area_id, each.area.name),
            *(each.latitude, each.longitude, each.people, each.cost, each.made_up),
        )
        for each in points
    ]


class PlanFigures(Protocol):
    """Figures of a plan, stored or not."""

    @property
    def left(self) -> int: ...
    @property
    def reachable(self) -> int | None: ...
    @property
    def gained(self) -> int | None: ...


def plan_remark(request: PlanRequest, figures: PlanFigures, points: int) -> str:
    """Explain why there are fewer points than requested, or nothing more to gain; empty if there is no need to."""
    if not figures.left:
        return _("Nothing is left to gain: everybody has a point within reach already.")
    if not figures.reachable:
        return _(
            "Nothing is left to gain here: nobody without a point is near any of the places. Add other places, or let "
            "people walk farther."
        )
    if figures.gained == figures.reachable:
        text = ngettext(
            "%(count)d point is enough: nobody else without one is near any of the places.",
            "%(count)d points are enough: nobody else without one is near any of the places.",
            points,
        )
        return text % {"count": points}
    if not points:
        return _("The budget does not cover a single point.")
    return _("The budget covers no more points.") if points < request.points else ""
