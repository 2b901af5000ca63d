"""`./kini wifi import FILE`: import sites and access points from CSV or GeoJSON."""

import argparse
from pathlib import Path

from kini.core import command_line
from kini.core.actors import ActionRefused, system
from kini.core.config_files import ConfigErrors
from kini.wifi import actions
from kini.wifi.public import list_parser


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="list of sites: .csv, .geojson or .json")
    parser.add_argument("--mapping", type=Path, help="mapping of columns (TOML, docs/operators.md)")
    parser.add_argument("--dry-run", action="store_true", help="only report what would change")


def run(options: argparse.Namespace) -> int:
    try:
        mapping = list_parser.read_mapping(options.mapping) if options.mapping else None
        listed = list_parser.read_list(options.file, mapping)
        outcome = actions.import_points(by=system("wifi import"), listed=listed, dry_run=options.dry_run)
    except ConfigErrors as faults:
        print(*faults.errors, sep="\n")
        raise command_line.CommandError(f"{options.file} was not loaded; fix the errors above.") from None
    except ActionRefused as reason:
        raise command_line.CommandError(str(reason)) from None
    print(*outcome.faults, sep="\n", end="\n" if outcome.faults else "")
    print(
        f"{'Dry run, nothing was changed: ' if options.dry_run else ''}"
        f"{outcome.new_sites} new sites, {outcome.changed_sites} changed; "
        f"{outcome.new_access_points} new access points, {outcome.changed_access_points} changed; "
        f"{outcome.same} rows unchanged, {len(outcome.faults)} errors."
    )
    return 1 if outcome.faults else 0
