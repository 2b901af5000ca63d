"""Descriptions of locations in the active language."""

from django.utils.translation import gettext as _

from kini.city import pack
from kini.city.models import Area


def describe_location(area: Area, near: str = "") -> str:
    """Describe a location: landmark, area with its level, parent area.

    Args:
        near: name of a place (queries.landmark), or "".
    """
    words = _("%(level)s %(name)s") % {"level": pack.current().level_name(area.level), "name": area.name}
    around = area.parent.name if area.parent else ""
    close = _("Near %(place)s") % {"place": near} if near else ""
    return ", ".join(part for part in (close, words, around) if part)


def outside_city_text() -> str:
    """Message for a point outside the city."""
    return _("This point is outside %(city)s. Choose a point in the city or enter the address.") % {
        "city": pack.current().name
    }
