"""Checks of the pack's Wi-Fi files: wifi.yaml, wifi-points.csv and wifi-candidates.csv."""

from collections.abc import Iterable
from pathlib import Path

from django.utils.translation import gettext as _

from kini.city.public import pack, read_pack_tables
from kini.core.config_files import ConfigError, ConfigErrors, SourceFile, parse_model, read_source_file
from kini.core.localized_text import missing_translations
from kini.core.table_import import read_pack_table
from kini.wifi.config import FILE
from kini.wifi.inventory.sample_data import COUNTS
from kini.wifi.inventory.schema import CountRow
from kini.wifi.planning.candidate_sites import CANDIDATES, CandidateRow, kind_errors
from kini.wifi.schema import WifiFile


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
            yield source.error_at(
                place, _('there is no agency "%(agency)s"') % {"agency": agency}, _("Name one of agencies.yaml.")
            )
    faults: list[ConfigError] = []
    if (root / COUNTS).is_file():
        rows = read_pack_table(root / COUNTS, root, CountRow, faults)
        faults += [row.error_at("area", _("the city has no such area")) for row in rows if row.value.area not in areas]
    yield from faults


def _candidates(root: Path, source: SourceFile, network: WifiFile, kinds: set[str]) -> Iterable[ConfigError]:
    """Check the kinds and the list of candidate sites."""
    known = kinds | {path.stem for path in root.glob("feeds/*.yaml")}
    for number, entry in enumerate(network.plans):
        for kind in sorted(set(entry.candidates) - known):
            message = _('there is no kind of place and no feed "%(kind)s"') % {"kind": kind}
            yield source.error_at(
                ("plans", number, "candidates", kind), message, _("Name one of places.csv or of feeds/.")
            )
    faults: list[ConfigError] = []
    if (root / CANDIDATES).is_file():
        rows = read_pack_table(root / CANDIDATES, root, CandidateRow, faults)
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
            yield source.error_at(
                place, _('there is no service "%(service)s"') % {"service": service}, _("Name a file of services/.")
            )
