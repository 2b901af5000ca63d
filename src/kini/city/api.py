"""Public API: areas, places and agencies of the city, and the location of a point."""

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from kini.api import pagination
from kini.api.operations import In, Named, Out, Router
from kini.api.pagination import Cursor, Limit, Page
from kini.city import geocoding, queries
from kini.city.models import Agency, Area, Place
from kini.core.localized_text import Text

router = Router()
#: Number of nearest places returned for a point.
NEAREST = 5


class AreaOut(Out):
    """A part of the city."""

    code: str
    level: str = Field(description="Level of the area, as named by the city.")
    name: str
    parent: str | None = Field(description="Code of the area around it; null for the whole city.")
    latitude: float = Field(description="Of a point in it (WGS 84).")
    longitude: float
    km2: float | None
    population: int | None


class PlaceOut(Out):
    """A place to visit."""

    id: str
    kind: str
    name: str
    area: Named
    agency: Named | None
    latitude: float = Field(description="WGS 84.")
    longitude: float
    address: str
    note: str


class Near(Out):
    """A place and its distance."""

    place: PlaceOut
    metres: int


class Point(In):
    """A point (WGS 84)."""

    latitude: float = Field(ge=-90, le=90, strict=True)
    longitude: float = Field(ge=-180, le=180, strict=True)
    kind: str = Field(default="", max_length=40, description="Only places of this kind.")


class Whereabouts(Out):
    """Location of a point."""

    area: Named | None = Field(description="The smallest area that holds the point; null outside the city.")
    words: str = Field(description="The point in words.")
    places: list[Near] = Field(description=f"The {NEAREST} nearest places, the nearest first.")


@router.get("/areas")
def list_areas(
    request: HttpRequest,
    level: str = Query("", max_length=30),
    within: str = Query("", max_length=20, description="Code of an area: only this area and its descendants."),
    limit: Limit = 20,
    cursor: Cursor = "",
) -> Page[AreaOut]:
    """Areas of the city, parents before children."""
    rows = queries.areas_page(level, within, _after(cursor), limit + 1)
    return Page[AreaOut](
        **pagination.page_members(rows, limit, _area, lambda area: pagination.encode_cursor(area.path))
    )


@router.get("/areas/{code}")
def read_area(request: HttpRequest, code: str) -> AreaOut:
    """One area."""
    area = queries.area(code)
    if area is None:
        raise Area.DoesNotExist
    return _area(area)


@router.get("/places")
def list_places(
    request: HttpRequest,
    kind: str = Query("", max_length=40),
    area: str = Query("", max_length=20, description="Code of an area: only places within it."),
    limit: Limit = 20,
    cursor: Cursor = "",
) -> Page[PlaceOut]:
    """Places to visit, ordered by id."""
    rows = queries.places_page(kind, area, _after(cursor), limit + 1)
    return Page[PlaceOut](
        **pagination.page_members(rows, limit, _place, lambda place: pagination.encode_cursor(place.pk))
    )


@router.get("/places/{place}")
def read_place(request: HttpRequest, place: str) -> PlaceOut:
    """One place."""
    return _place(queries.place(place))


@router.get("/agencies")
def list_agencies(request: HttpRequest, limit: Limit = 20, cursor: Cursor = "") -> Page[Named]:
    """Agencies of the city that handle cases, ordered by id."""
    rows = queries.agencies_page(_after(cursor), limit + 1)
    return Page[Named](
        **pagination.page_members(rows, limit, named_agency, lambda agency: pagination.encode_cursor(agency.pk))
    )


@router.query_post("/whereabouts")
def find_whereabouts(request: HttpRequest, body: Point) -> Whereabouts:
    """Find the area and the nearest places of a point. The point is not stored."""
    area = queries.locate(body.latitude, body.longitude)
    near = queries.nearest_places(body.kind, body.latitude, body.longitude, NEAREST)
    landmark = queries.landmark(body.latitude, body.longitude) if area else ""
    return Whereabouts(
        area=_named(area) if area else None,
        words=geocoding.describe_location(area, landmark) if area else geocoding.outside_city_text(),
        places=[Near(place=_place(place), metres=round(metres)) for place, metres in near],
    )


def named_agency(agency: Agency) -> Named:
    """Agency with its full name, in the language of the response."""
    return Named(id=agency.pk, name=str(agency.title))


def _after(cursor: str) -> str:
    return str((pagination.decode_cursor(cursor, str) or [""])[0])


def _named(area: Area) -> Named:
    return Named(id=area.code, name=area.name)


def _area(area: Area) -> AreaOut:
    return AreaOut(
        code=area.code,
        level=area.level,
        name=area.name,
        parent=area.parent_id,
        latitude=area.latitude,
        longitude=area.longitude,
        km2=area.km2,
        population=area.population,
    )


def _place(place: Place) -> PlaceOut:
    return PlaceOut(
        id=place.pk,
        kind=place.kind,
        name=place.name,
        area=_named(place.area),
        agency=named_agency(place.agency) if place.agency else None,
        latitude=place.latitude,
        longitude=place.longitude,
        address=place.address,
        note=str(Text(place.note)) if place.note else "",
    )
