"""Places in words, in the language of the page."""

from django.utils.translation import gettext as _

from kini.city import pack
from kini.city.models import Area


def whereabouts(area: Area, near: str = "") -> str:
    """An area with what it is called here and what is around it, and what a point in it is near.

    Args:
        near: name of a place (queries.landmark), or nothing.
    """
    words = _("%(level)s %(name)s") % {"level": pack.current().level_name(area.level), "name": area.name}
    around = area.parent.name if area.parent else ""
    close = _("Near %(place)s") % {"place": near} if near else ""
    return ", ".join(part for part in (close, words, around) if part)


def outside() -> str:
    """What to say of a point that is not in the city."""
    return _("This point lies outside %(city)s. Give a point in the city, or write the address.") % {
        "city": pack.current().name
    }
