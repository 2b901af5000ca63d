"""The Wi-Fi configuration of the pack (wifi.yaml)."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest

from kini.core.config_files import ConfigErrors, parse_model, read_source_file
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
