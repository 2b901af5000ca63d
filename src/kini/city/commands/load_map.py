"""`./kini city map FILE --as LAYER`: load official boundaries or a layer for orientation, or write it into the pack."""

import argparse
import os
from pathlib import Path

from kini.city import actions, pack
from kini.city.maps import layer_import
from kini.city.maps.layers import FOLDER, LAYERS, dump_layer
from kini.core import command_line
from kini.core.actors import system
from kini.core.config_files import ConfigErrors


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, help="GeoJSON in WGS 84; stations may be a CSV file with the columns name, lat, lng"
    )
    parser.add_argument("--as", dest="layer", choices=LAYERS, required=True, help="what the file holds")
    parser.add_argument("--source", default="", help="source, shown with maps (the file's name)")
    parser.add_argument("--licence", default="", help="licence, shown with maps")
    parser.add_argument("--only", action="append", default=[], metavar="KEY=VALUE", help="only features with it")
    parser.add_argument(
        "--into-pack",
        type=float,
        metavar="METRES",
        help="instead of loading it, write map/LAYER.json of the pack, simplified to details of this size",
    )


def run(options: argparse.Namespace) -> int:
    source = options.source or options.file.name
    wanted = [tuple(each.partition("=")[::2]) for each in options.only]
    try:
        if options.into_pack is not None:
            layer = layer_import.simplified(
                layer_import.read_layer(options.file, options.layer, source, options.licence, wanted), options.into_pack
            )
            path = pack.current().root / FOLDER / f"{options.layer}.json"
            path.parent.mkdir(exist_ok=True)
            path.write_text(dump_layer(layer), "utf-8")
            print(f"{len(layer.features)} features written to {path} ({path.stat().st_size} bytes).")
        elif options.layer == "areas":
            count = actions.load_boundaries(by=system("city map"), path=options.file, source=source)
            print(f"{count} borders loaded.")
        else:
            layer = layer_import.read_layer(options.file, options.layer, source, options.licence, wanted)
            actions.load_map_layer(by=system("city map"), name=options.layer, layer=layer)
            print(f"{len(layer.features)} features loaded.")
    except ConfigErrors as faults:
        print(*faults.errors, sep=os.linesep)
        raise command_line.CommandError(f"{options.file} was not loaded; fix the errors above.") from None
    return 0
