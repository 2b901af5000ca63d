"""Process-wide cache of the sites and, once somebody signs in at one, of their access points. It is renewed when a list
is imported. Treat its contents as read-only.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kini.city.public import AUDIT_SUBJECT as AREAS
from kini.city.public import city_tables, pack
from kini.core import audit
from kini.core.geometry import Coordinates, Point, Projection, distance_m
from kini.core.process_cache import cached as kept
from kini.wifi import rules
from kini.wifi.inventory.actions import SUBJECT
from kini.wifi.inventory.models import AccessPoint, Site


@dataclass(frozen=True, slots=True, eq=False)
class SiteCache:
    """All active sites with their areas, and their positions in local metres (east, north), in the same order."""

    sites: tuple[Site, ...]
    by_code: Mapping[str, Site]
    projection: Projection
    spots: Coordinates

    def nearest(self, point: Point, count: int) -> list[tuple[Site, float]]:
        """Return the nearest sites with their distance in metres, nearest first."""
        square = self._squares(point)
        some = np.argpartition(square, count)[:count] if count < len(self.sites) else np.arange(len(self.sites))
        return [(self.sites[n], self._far(point, n)) for n in some[np.argsort(square[some], kind="stable")]]

    def by_distance(self, point: Point, fits: Callable[[Site], bool]) -> Iterator[tuple[Site, float]]:
        """Yield every site that fits with its distance in metres, nearest first."""
        for n in np.argsort(self._squares(point), kind="stable"):
            if fits(self.sites[n]):
                yield self.sites[n], self._far(point, n)

    def access_point(self, names: Sequence[str]) -> AccessPoint | None:
        """Find an access point by NAS-Identifier, else by MAC; earlier names win."""
        by_identifier, by_mac = _access_points(self)
        point = next((by_identifier[name] for name in names if name in by_identifier), None)
        return point or next((by_mac[mac] for mac in map(rules.leading_mac, names) if mac in by_mac), None)

    def _squares(self, point: Point) -> np.ndarray:
        offsets = self.spots - np.array(self.projection.to_metres(point))
        squares: np.ndarray = (offsets * offsets).sum(axis=1)
        return squares

    def _far(self, point: Point, n: int) -> float:
        return distance_m(point, (self.sites[n].latitude, self.sites[n].longitude))


def site_cache() -> SiteCache:
    """Return the current cache."""
    newest = audit.latest_entry_id(SUBJECT)
    # Rows that were stored without an action have no audit entry that could invalidate a cache.
    return (_read if newest else _read.__wrapped__)(newest, audit.latest_entry_id(AREAS), pack.current().center)


@kept(maxsize=1)
def _read(_newest: int | None, _areas: int | None, center: Point) -> SiteCache:
    areas, projection = city_tables().areas, Projection(*center)
    sites = tuple(Site.objects.filter(active=True).order_by("name", "code"))
    for site in sites:
        site.area = areas[site.area_id]
    spots = np.array([projection.to_metres((site.latitude, site.longitude)) for site in sites]).reshape(-1, 2)
    return SiteCache(sites, {site.code: site for site in sites}, projection, spots)


@kept(maxsize=1)
def _access_points(network: SiteCache) -> tuple[Mapping[str, AccessPoint], Mapping[str, AccessPoint]]:
    """The access points of the sites, by NAS-Identifier and by MAC."""
    sites = {site.pk: site for site in network.sites}
    points = [each for each in AccessPoint.objects.filter(active=True) if each.site_id in sites]
    for each in points:
        each.site = sites[each.site_id]
    return {each.nas_identifier: each for each in points if each.nas_identifier}, {each.mac: each for each in points}
