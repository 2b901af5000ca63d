"""Location and address of sites."""

from kini.core.geometry import Point
from kini.vaccination.sites.models import Site


def site_point(site: Site) -> Point:
    """Point of a site: of its place, of the facility that runs it, or of its area."""
    for each in (site.place, site.facility):
        if each and each.latitude is not None and each.longitude is not None:
            return each.latitude, each.longitude
    return site.area.latitude, site.area.longitude


def site_address(site: Site) -> str:
    """Address as text; the area where none is known."""
    for each in (site.place, site.facility):
        if each and each.address:
            return each.address
    return str(site.area)
