"""`./kini services schema [FILE]`: print the JSON Schema of a kind of file of the pack, for editors."""

import argparse
import json

from kini.city.public import file_schemas


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["schema"], help="schema: JSON Schema, on standard output")
    parser.add_argument(
        "file", choices=sorted(file_schemas.names()), nargs="?", default="service", help="which file (service)"
    )


def run(options: argparse.Namespace) -> int:
    print(json.dumps(file_schemas.get(options.file)(), indent=2, ensure_ascii=False))
    return 0
