"""The Wi-Fi configuration of the pack (wifi.yaml, wifi-points.csv), and the check of these files."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest

from kini.city import pack
from kini.city.csv_rows import CsvRow, read_rows
from kini.city.pack_tables import read_pack_tables
from kini.core.config_files import ConfigError, ConfigErrors, SourceFile, parse_model, read_source_file
from kini.core.localized_text import missing_translations
from kini.wifi.planning.schema import CandidateRow, kind_errors
from kini.wifi.schema import CountRow, GroupEntry, WifiFile

FILE, COUNTS, CANDIDATES = "wifi.yaml", "wifi-points.csv", "wifi-candidates.csv"


def network() -> WifiFile | None:
    """Return this city's Wi-Fi configuration, cached; None if the pack has none.

    Raises:
        PackFaults: if the file is invalid.
    """
    return _once(settings.CITY_PATH)


def has_portal(_request: HttpRequest | None = None) -> bool:
    """Return True if the city has a captive portal."""
    found = network()
    return found is not None and found.portal is not None


def voucher_groups() -> dict[str, GroupEntry]:
    """Return the groups for which officers print vouchers, by id."""
    found = network()
    return {name: group for name, group in found.groups.items() if group.sheets} if found else {}


def monitoring_agency(provider: str) -> str:
    """Return the agency that monitors the sites of a provider; empty if the pack names none."""
    found = network()
    return (found.providers.get(provider) or found.agency or "") if found else ""


@lru_cache(maxsize=4)
def _once(root: Path) -> WifiFile | None:
    return parse_model(read_source_file(root / FILE, root), WifiFile) if (root / FILE).is_file() else None


def point_counts() -> list[CsvRow[CountRow]]:
    """Return the number of points in each area according to wifi-points.csv; empty without the file.

    Raises:
        PackFaults: with every error of the table.
    """
    root, faults = Path(settings.CITY_PATH), list[ConfigError]()
    rows = read_rows(root / COUNTS, root, CountRow, faults) if (root / COUNTS).is_file() else []
    if faults:
        raise ConfigErrors(faults)
    return rows


def linked_services(root: Path) -> Iterable[str]:
    """Yield the information service whose page links to the list of sites."""
    try:
        found = _once(root)
    except ConfigErrors:
        return []  # reported by `check_wifi`
    return [found.find] if found and found.find else []


def check_wifi(root: Path) -> Iterable[ConfigError]:
    """Check wifi.yaml, wifi-points.csv and wifi-candidates.csv."""
    if not (root / FILE).is_file():
        return
    try:
        city = pack.load_city(root)
        source = read_source_file(root / FILE, root)
        network = parse_model(source, WifiFile)
        yield from missing_translations(source, network, city.languages)
        yield from _services(root, source, network)
        tables = read_pack_tables(root, city)
        yield from _candidates(root, source, network, {place.kind for place in tables.places})
        areas, agencies = {area.code for area in tables.areas}, {agency.id for agency in tables.agencies}
    except ConfigErrors as error:
        yield from error.errors
        return
    named = {("agency",): network.agency} | {("providers", name): each for name, each in network.providers.items()}
    for place, agency in named.items():
        if agency and agency not in agencies:
            yield source.error_at(place, f'there is no agency "{agency}"', "Name one of agencies.yaml.")
    faults: list[ConfigError] = []
    if (root / COUNTS).is_file():
        rows = read_rows(root / COUNTS, root, CountRow, faults)
        faults += [row.error_at("area", "the city has no such area") for row in rows if row.value.area not in areas]
    yield from faults


def _candidates(root: Path, source: SourceFile, network: WifiFile, kinds: set[str]) -> Iterable[ConfigError]:
    """Check the kinds and the list of candidate sites."""
    known = kinds | {path.stem for path in root.glob("feeds/*.yaml")}
    for number, entry in enumerate(network.plans):
        for sort in sorted(set(entry.candidates) - known):
            message = f'there is no kind of place and no feed "{sort}"'
            yield source.error_at(
                ("plans", number, "candidates", sort), message, "Name one of places.csv or of feeds/."
            )
    faults: list[ConfigError] = []
    if (root / CANDIDATES).is_file():
        rows = read_rows(root / CANDIDATES, root, CandidateRow, faults)
        faults += [fault for row in rows for fault in kind_errors(row, network.kinds)]
    yield from faults


def _services(root: Path, source: SourceFile, network: WifiFile) -> Iterable[ConfigError]:
    named = {
        ("find",): network.find,
        ("fault", "service"): network.fault and network.fault.service,
        ("wish", "service"): network.wish and network.wish.service,
    }
    for place, service in named.items():
        if service and not list(root.glob(f"services/*/{service}.yaml")):
            yield source.error_at(place, f'there is no service "{service}"', "Name a file of services/.")
