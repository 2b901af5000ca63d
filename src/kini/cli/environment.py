"""`./kini env`: list the variables that the program, its rooms and its plug-ins read, and which of them are set."""

import argparse
import os
import textwrap

from kini.core import environment


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--markdown", action="store_true", help="as the table of docs/operators.md")


def run(options: argparse.Namespace) -> int:
    if options.markdown:
        print(markdown_table(), end="")
        return 0
    for each in environment.variables():
        state = "set" if os.environ.get(each.name) else "not set"
        print(f"{each.name} ({state})")
        print(textwrap.fill(each.description, 110, initial_indent="    ", subsequent_indent="    "))
    return 0


def markdown_table() -> str:
    """Table of all variables for operators."""
    rows = [f"| `{each.name}` | {_escaped(each.description)} |\n" for each in environment.variables()]
    return "".join(["| variable | meaning |\n", "|---|---|\n", *rows])


def _escaped(text: str) -> str:
    return text.replace("|", r"\|")
