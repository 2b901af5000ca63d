"""Check of booking schedules against the whole pack: kinds of places and levels that do not exist."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from kini.booking.queries import KIND
from kini.city.public import load_city
from kini.core.config_files import ConfigError, ConfigErrors, SourceFile, read_source_file


def check_schedules(root: Path) -> Iterable[ConfigError]:
    """Errors in the schedules of a pack's services."""
    return list(_faults(root))


def _faults(root: Path) -> Iterator[ConfigError]:
    try:
        levels = {level.id for level in load_city(root).area_levels}
    except ConfigErrors:
        return  # reported by the check of the city
    kinds = _kinds_of_places(root)
    for path in sorted((root / "services").rglob("*.yaml")):
        try:
            source = read_source_file(path, root)
        except ConfigErrors:
            continue
        options: Any = source.data.get(KIND) if isinstance(source.data, dict) else None
        if isinstance(source.data, dict) and source.data.get("kind") == KIND and isinstance(options, dict):
            yield from _fault(source, options, levels, kinds)


def _fault(source: SourceFile, options: dict[str, Any], levels: set[str], kinds: set[str]) -> Iterator[ConfigError]:
    if (level := options.get("level")) and level not in levels:
        yield source.error_at(
            (KIND, "level"),
            _('there is no level "%(level)s"') % {"level": level},
            _("Use: %(names)s.") % {"names": ", ".join(sorted(levels))},
        )
    if (kind := options.get("place")) and kind not in kinds:
        remedy = _("Add places of this kind to places.csv, or use: %(names)s.") % {"names": ", ".join(sorted(kinds))}
        yield source.error_at((KIND, "place"), _('there is no place of the kind "%(kind)s"') % {"kind": kind}, remedy)


def _kinds_of_places(root: Path) -> set[str]:
    try:
        with (root / "places.csv").open(encoding="utf-8-sig", newline="") as file:
            return {row.get("kind") or "" for row in csv.DictReader(file)}
    except (OSError, UnicodeDecodeError, csv.Error):
        return set()
