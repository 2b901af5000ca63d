"""Queries for areas, agencies, units and places."""

import shapely
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from kini.city import area_lookup, pack
from kini.city.city_cache import city_tables
from kini.city.models import Agency, Area, Place, Unit
from kini.core.actors import ActionRefused
from kini.core.geometry import Point, Projection, distance_m, nearest

#: Maximum distance of a landmark, in metres.
NEAR_M = 1_000


def areas_by_level(level: str) -> QuerySet[Area]:
    """Active areas of a level, with their parents, in the model's order."""
    return Area.objects.filter(level=level, active=True).select_related("parent__parent")


def area(code: str, *, active: bool = True) -> Area | None:
    """Area by code, with its parents; None for inactive ones unless `active` is False."""
    match = city_tables().areas.get(code)
    return match if match and (match.active or not active) else None


def agency(key: str) -> Agency:
    """Agency by key, active or not.

    Raises:
        Agency.DoesNotExist: there is none.
    """
    match = city_tables().agencies.get(key)
    if match is None:
        raise Agency.DoesNotExist
    return match


def unit(key: str) -> Unit | None:
    """Unit by key, active or not, with its agency and area."""
    return city_tables().units_by_key.get(key)


def facilities(type_: str) -> list[Unit]:
    """Active facilities of a type ("hospital", "laboratory"), with their agencies and areas, ordered by area."""
    return list(city_tables().facilities.get(type_, ()))


def areas_page(level: str, within: str, after: str, count: int) -> list[Area]:
    """Active areas after a path, parents before children.

    Args:
        level: only this level; "": all.
        within: code of an area: only it and its descendants; "": all.
    """
    areas = Area.objects.filter(active=True, path__gt=after).order_by("path")
    if level:
        areas = areas.filter(level=level)
    return list(_within(areas, "", within)[:count])


def places_page(kind: str, within: str, after: str, count: int) -> list[Place]:
    """Active places after an id, with their areas and agencies."""
    places = _places().filter(pk__gt=after).order_by("pk")
    if kind:
        places = places.filter(kind=kind)
    return list(_within(places, "area__", within)[:count])


def place(pk: str) -> Place:
    """Active place by key.

    Raises:
        Place.DoesNotExist: there is none.
    """
    return _places().get(pk=pk)


def agencies_page(after: str, count: int) -> list[Agency]:
    """Active agencies after an id."""
    return list(Agency.objects.filter(active=True, pk__gt=after).order_by("pk")[:count])


def _places() -> QuerySet[Place]:
    return Place.objects.filter(active=True).select_related("area__parent", "agency")


def _within[M: Model](rows: QuerySet[M], prefix: str, code: str) -> QuerySet[M]:
    """Restrict to rows within an area."""
    if not code:
        return rows
    path = Area.objects.filter(code=code).values_list("path", flat=True).first()
    if path is None:
        return rows.none()
    return rows.filter(Q(**{f"{prefix}path": path}) | Q(**{f"{prefix}path__startswith": f"{path}/"}))


class UnknownArea(ActionRefused):
    """There is no active area with the given code."""


def chosen_area(code: str) -> Area | None:
    """Area of a chosen code; None for "", the whole city.

    Raises:
        UnknownArea: there is no active area with that code.
    """
    match = area(code) if code else None
    if code and match is None:
        raise UnknownArea(_("There is no such area. Choose one from the list."))
    return match


def whole_city() -> Area | None:
    """Root area."""
    return next((area for area in city_tables().areas.values() if area.depth == 0 and area.active), None)


def lowest_level_areas() -> list[tuple[Area, list[Area]]]:
    """Smallest areas grouped by parent, for grouped lists."""
    groups: dict[str, tuple[Area, list[Area]]] = {}
    level = pack.current().lowest_level
    for each in city_tables().areas.values():
        if each.level == level and each.active and each.parent:
            groups.setdefault(each.parent.code, (each.parent, []))[1].append(each)
    return list(groups.values())


def locate(latitude: float, longitude: float) -> Area | None:
    """Smallest area that contains the point; None outside the city."""
    code = area_lookup.area_index().locate(latitude, longitude)
    return area(code) if code else None


def metres_from_area(code: str, point: Point) -> int | None:
    """Metres from a point to one of the smallest areas, 0 inside of it; None for other areas."""
    shape = area_lookup.area_shapes().shapes.get(code)
    if shape is None:
        return None
    distance: float = Projection(*point).flatten(shape).distance(shapely.Point(0, 0))
    return round(distance)


def area_by_name(typed: str) -> Area | None:
    """Smallest area with this name (case-insensitive); None unless there is exactly one."""
    areas = list(areas_by_level(pack.current().lowest_level).filter(name__iexact=typed.strip())[:2])
    return areas[0] if len(areas) == 1 else None


def boundaries_are_official() -> bool:
    """Return True if the outline of every smallest area is known; else maps say that boundaries are approximate."""
    return area_lookup.area_shapes().official


def place_options(kind: str) -> list[Place]:
    """Active places of a kind with their areas, ordered by area."""
    return [place for place in city_tables().places if place.active and place.kind == kind]


def nearest_places(kind: str, latitude: float, longitude: float, count: int) -> list[tuple[Place, float]]:
    """Nearest active places of a kind ("": of any) with their distance in metres, nearest first."""
    here, known = (latitude, longitude), city_tables()
    places = [known.places_by_key[key] for key in nearest(here, known.points.get(kind, ()), count)]
    return [(place, distance_m(here, (place.latitude, place.longitude))) for place in places]


def landmark(latitude: float, longitude: float) -> str:
    """Name of the nearest place within NEAR_M; empty if there is none."""
    places = nearest_places("", latitude, longitude, 1)
    return places[0][0].name if places and places[0][1] <= NEAR_M else ""


def unit_for(agency_id: str, area: Area | None) -> Unit | None:
    """Responsible unit of an agency for an area: the one with the smallest enclosing area.

    Without an area: the agency's unit for the whole city, if any.
    """
    around = area.path.split("/") if area else [each.pk for each in (whole_city(),) if each]
    responsible = city_tables().responsible
    return next((responsible[agency_id, code] for code in reversed(around) if (agency_id, code) in responsible), None)


def units_around(area: Area) -> list[Unit]:
    """Unit of each agency with the smallest enclosing area, most local first, without citywide units. One query."""
    units = Unit.objects.filter(
        area_id__in=area.path.split("/"), area__depth__gt=0, type="", active=True, agency__active=True
    )
    by_agency: dict[str, Unit] = {}
    for unit in units.select_related("agency").order_by("-area__depth", "agency_id", "id"):
        by_agency.setdefault(unit.agency_id, unit)
    return list(by_agency.values())


def nearest_unit(agency_id: str, latitude: float, longitude: float) -> Unit | None:
    """Nearest unit of an agency to a point, among those with the smallest areas; used for dispatch."""
    known = city_tables()
    keys = nearest((latitude, longitude), known.bases.get(agency_id, ()), 1)
    return known.units_by_key[keys[0]] if keys else None
