"""`./kini wifi import FILE`: import sites and access points from CSV or GeoJSON."""

import argparse
from pathlib import Path

from kini.cli import console
from kini.core.actors import Refused, system
from kini.core.faults import PackFaults
from kini.wifi import actions, reading


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the list: .csv, .geojson or .json")
    parser.add_argument("--mapping", type=Path, help="how the list's columns become ours (TOML, docs/operators.md)")
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")


def run(options: argparse.Namespace) -> int:
    try:
        mapping = reading.read_mapping(options.mapping) if options.mapping else None
        listed = reading.read_list(options.file, mapping)
        found = actions.import_points(by=system("wifi import"), listed=listed, dry_run=options.dry_run)
    except PackFaults as faults:
        print(*faults.errors, sep="\n")
        raise console.Fault(f"{options.file} was not loaded; mend the lines above.") from None
    except Refused as reason:
        raise console.Fault(str(reason)) from None
    print(*found.faults, sep="\n", end="\n" if found.faults else "")
    print(
        f"{'Nothing was changed. It would be: ' if options.dry_run else ''}"
        f"{found.new_sites} new sites, {found.changed_sites} changed; {found.new_access_points} new access points, "
        f"{found.changed_access_points} changed; {found.same} rows as before, {len(found.faults)} faults."
    )
    return 1 if found.faults else 0
