"""The Wi-Fi configuration of the pack (wifi.yaml)."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest

from kini.core.config_files import ConfigErrors, parse_model, read_source_file
from kini.people.public import Permission
from kini.people.queries import actor_for
from kini.wifi.schema import GroupEntry, WifiFile

FILE = "wifi.yaml"


def network() -> WifiFile | None:
    """Return this city's Wi-Fi configuration, cached; None if the pack has none.

    Raises:
        ConfigErrors: if the file is invalid.
    """
    return _once(settings.CITY_PATH)


def has_portal(_request: HttpRequest | None = None) -> bool:
    """Return True if the city has a captive portal."""
    wifi = network()
    return wifi is not None and wifi.portal is not None


def voucher_groups() -> dict[str, GroupEntry]:
    """Return the groups for which officers print vouchers, by id."""
    wifi = network()
    return {name: group for name, group in wifi.groups.items() if group.sheets} if wifi else {}


def monitoring_agency(provider: str) -> str:
    """Return the agency that monitors the sites of a provider; empty if the pack names none."""
    wifi = network()
    return (wifi.providers.get(provider) or wifi.agency or "") if wifi else ""


def network_agencies() -> frozenset[str]:
    """Return the agencies that run the network or monitor sites of it."""
    wifi = network()
    return frozenset(filter(None, (wifi.agency, *wifi.providers.values()))) if wifi else frozenset()


def works_on_network(permission: Permission) -> Callable[[HttpRequest], bool]:
    """Predicate on requests: the visitor has the permission at an agency that runs the network.

    Heads of every agency have these permissions; an entry of the rail is for those who work with them.
    """

    def visible(request: HttpRequest) -> bool:
        if not request.user.is_authenticated:
            return False
        grants = (grant for grant in actor_for(request).grants if permission in grant.permissions)
        return any(grant.agency in network_agencies() for grant in grants)

    return visible


@lru_cache(maxsize=4)
def _once(root: Path) -> WifiFile | None:
    return parse_model(read_source_file(root / FILE, root), WifiFile) if (root / FILE).is_file() else None


def linked_services(root: Path) -> Iterable[str]:
    """Yield the information service whose page links to the list of sites."""
    try:
        wifi = _once(root)
    except ConfigErrors:
        return []  # reported by `check_wifi`
    return [wifi.find] if wifi and wifi.find else []
