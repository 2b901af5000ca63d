"""`./kini services schema`: JSON Schema of service files, for completion in editors."""

import argparse
import json

from kini.services.schema import service_file_schema


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["schema"], help="schema: JSON Schema of a service file, on standard output")


def run(options: argparse.Namespace) -> int:
    print(json.dumps(service_file_schema(), indent=2, ensure_ascii=False))
    return 0
