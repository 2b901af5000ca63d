"""Geocoding: device coordinates or typed names to a point, and a point to a description."""

import re
from collections.abc import Mapping

from django.utils.translation import gettext as _

from kini.city import pack, queries
from kini.city.city_cache import city_tables
from kini.city.models import Area, Place
from kini.core.geometry import Point


def parse_point(sent: Mapping[str, str]) -> Point | None:
    """Parse a device position (`lat`, `lon`); None if missing or invalid."""
    try:
        point = float(sent.get("lat", "")), float(sent.get("lon", ""))
    except ValueError:
        return None
    return point if -90 <= point[0] <= 90 and -180 <= point[1] <= 180 else None


def geocode(text: str) -> tuple[Point | None, str]:
    """Return the point of a typed name, or an error text: the area of that name, the place of that name, or the only
    area named in an address.
    """
    match = queries.area_by_name(text) or _place(text) or _named_in(text)
    if match is None:
        level = pack.current().level_name(pack.current().lowest_level)
        return None, _("Enter the full name of one area (%(level)s).") % {"level": level}
    return (match.latitude, match.longitude), ""


def _place(text: str) -> Place | None:
    name = " ".join(text.casefold().split())
    places = [place for place in city_tables().places if place.active and place.name.casefold() == name]
    return places[0] if len(places) == 1 else None


def _named_in(text: str) -> Area | None:
    """Smallest area named in an address; of several the last one, as addresses go from small to large."""
    level = pack.current().lowest_level
    spots = [
        (match.start(), len(area.name), area)
        for area in city_tables().areas.values()
        if area.level == level and area.active
        for match in [re.search(rf"(?<!\w){re.escape(area.name)}(?!\w)", text, re.IGNORECASE)]
        if match
    ]
    best = max(spots, key=lambda spot: spot[:2], default=None)
    same = [area for start, length, area in spots if best and (start, length) == best[:2]]
    return same[0] if len(same) == 1 else None


def describe_location(area: Area, near: str = "") -> str:
    """Describe a location: landmark, area with its level, parent area.

    Args:
        near: name of a place (queries.landmark), or "".
    """
    words = _("%(level)s %(name)s") % {"level": pack.current().level_name(area.level), "name": area.name}
    around = area.parent.name if area.parent else ""
    if area.parent and around == area.name:  # which of the two is meant
        around = _("%(level)s %(name)s") % {"level": pack.current().level_name(area.parent.level), "name": around}
    close = _("Near %(place)s") % {"place": near} if near else ""
    return ", ".join(part for part in (close, words, around) if part)


def outside_city_text() -> str:
    """Message for a point outside the city."""
    return _("This point is outside %(city)s. Choose a point in the city or enter the address.") % {
        "city": pack.current().name
    }
