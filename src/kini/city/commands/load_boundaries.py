"""`./kini city boundaries FILE.geojson`: load official borders in place of computed cells."""

import argparse
import os
from pathlib import Path

from kini.city import actions
from kini.core import command_line
from kini.core.actors import system
from kini.core.config_files import ConfigErrors


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a GeoJSON FeatureCollection in WGS 84")
    parser.add_argument("--source", default="", help="source of the borders, shown with maps")


def run(options: argparse.Namespace) -> int:
    source = options.source or options.file.name
    try:
        count = actions.load_boundaries(by=system("city boundaries"), path=options.file, source=source)
    except ConfigErrors as faults:
        print(*faults.errors, sep=os.linesep)
        raise command_line.CommandError(f"{options.file} was not loaded; fix the errors above.") from None
    print(f"{count} borders loaded.")
    return 0
