"""Public API of the nearest sites. The caller's location is not stored."""

from datetime import datetime, time
from itertools import islice
from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query
from pydantic import Field, WithJsonSchema

from kini.api.operations import Named, Out, Router
from kini.api.problems import Problem, Wrong
from kini.city.public import geocoding
from kini.core.geometry import Point
from kini.wifi.health import queries as health
from kini.wifi.health.rules import State
from kini.wifi.inventory import queries
from kini.wifi.inventory.models import Site
from kini.wifi.inventory.site_cache import site_cache

router = Router()
NEAREST = 10
_FRACTION = r"(\.[0-9]{1,15})?"
_POINT = rf"^-?([0-8]?[0-9]{_FRACTION}|90(\.0+)?),-?((1[0-7][0-9]|[0-9]{{1,2}}){_FRACTION}|180(\.0+)?)$"
#: Only for the description: `_point` refuses other texts with its own message.
_Text = Annotated[str, WithJsonSchema({"type": "string", "maxLength": 60, "pattern": _POINT})]
Near = Annotated[_Text, Query(max_length=60, description="A point as latitude,longitude (WGS 84).")]


class SiteOut(Out):
    """A place with free Wi-Fi."""

    code: str
    name: str
    kind: Named
    area: Named
    latitude: float = Field(description="WGS 84.")
    longitude: float
    address: str
    open: bool = Field(description="Whether it is open now.")
    closes: time | None = Field(description="When it closes today; null when it is closed, or does not close today.")
    made_up: bool = Field(description="Sample data of a demo; not a real place.")
    state: Literal["up", "busy", "down", "unknown"] = Field(
        description="Whether it works, according to its access points; unknown if nothing was heard from them lately."
    )
    heard_at: datetime | None = Field(description="Time of the last sign of life; null: never.")
    metres: int
    walking_minutes: int


class SitesOut(Out):
    """The nearest sites, the nearest first."""

    items: list[SiteOut]


@router.get("/wifi/points")
def list_wifi_points(
    request: HttpRequest,
    near: Near,
    kind: str = Query("", max_length=60, description="Only sites of this kind."),
    open_now: bool = Query(False, description="Only sites that are open now."),
) -> SitesOut:
    """The nearest ten places with free Wi-Fi."""
    point = _point(near)
    if kind or open_now:
        nearest = list(islice(site_cache().by_distance(point, queries.site_filter(kind, open_now)), NEAREST))
    else:
        nearest = site_cache().nearest(point, NEAREST)
    return SitesOut(items=[_site(site, metres) for site, metres in nearest])


def _point(text: str) -> Point:
    latitude, _comma, longitude = text.partition(",")
    parsed = geocoding.parse_point({"lat": latitude, "lon": longitude})
    if parsed is None:
        detail = _("Write a point as latitude,longitude, for example -6.2,106.83.")
        raise Problem(422, detail, "invalid", (Wrong(parameter="near", detail=detail),))
    return parsed


def _site(site: Site, metres: float) -> SiteOut:
    opening, state = queries.opening(site), health.site_health(site.pk)
    return SiteOut(
        code=site.code,
        name=site.name,
        kind=Named(id=site.kind, name=str(queries.kind_name(site))),
        area=Named(id=site.area_id, name=site.area.name),
        latitude=site.latitude,
        longitude=site.longitude,
        address=site.address,
        open=opening.open,
        closes=opening.closes,
        made_up=site.made_up,
        state="unknown" if state.state is State.SILENT else state.state.value,
        heard_at=state.heard,
        metres=round(metres),
        walking_minutes=queries.walking_minutes(metres),
    )
