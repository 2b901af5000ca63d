"""`./kini wifi import FILE`: import sites and access points from CSV or GeoJSON."""

import argparse
from pathlib import Path

from kini.cli import console
from kini.core.actors import ActionRefused, system
from kini.core.config_files import ConfigErrors
from kini.wifi import actions
from kini.wifi.inventory import list_parser


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the list: .csv, .geojson or .json")
    parser.add_argument("--mapping", type=Path, help="how the list's columns become ours (TOML, docs/operators.md)")
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")


def run(options: argparse.Namespace) -> int:
    try:
        mapping = list_parser.read_mapping(options.mapping) if options.mapping else None
        listed = list_parser.read_list(options.file, mapping)
        found = actions.import_points(by=system("wifi import"), listed=listed, dry_run=options.dry_run)
    except ConfigErrors as faults:
        print(*faults.errors, sep="\n")
        raise console.CommandError(f"{options.file} was not loaded; mend the lines above.") from None
    except ActionRefused as reason:
        raise console.CommandError(str(reason)) from None
    print(*found.faults, sep="\n", end="\n" if found.faults else "")
    print(
        f"{'Nothing was changed. It would be: ' if options.dry_run else ''}"
        f"{found.new_sites} new sites, {found.changed_sites} changed; {found.new_access_points} new access points, "
        f"{found.changed_access_points} changed; {found.same} rows as before, {len(found.faults)} faults."
    )
    return 1 if found.faults else 0
