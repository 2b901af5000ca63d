"""`./kini services schema [FILE]`: print the JSON Schema of a kind of file of the pack, for editors."""

import argparse
import json

from kini.services.file_schemas import FILE_SCHEMAS


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["schema"], help="schema: JSON Schema, on standard output")
    parser.add_argument("file", choices=sorted(FILE_SCHEMAS), nargs="?", default="service", help="which file (service)")


def run(options: argparse.Namespace) -> int:
    print(json.dumps(FILE_SCHEMAS[options.file](), indent=2, ensure_ascii=False))
    return 0
