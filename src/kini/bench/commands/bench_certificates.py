"""`./kini bench certificates`: rates of issuing and verifying in one process, beside those of bare `cwt`."""

import argparse
import importlib.util

from kini.core import command_line


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--count", type=int, default=2_000, help="certificates a round (2000)")


def run(options: argparse.Namespace) -> int:
    """Print the rates; exit code 1 when a goal is missed."""
    if importlib.util.find_spec("cwt") is None:
        raise command_line.CommandError(
            "the comparison needs the development packages; run ./kini test once, which installs them."
        )
    from kini.bench import certificates

    compared, drawn, cached = certificates.compare(options.count)
    for each in compared:
        print(
            f"{each.name:8} {each.kini:8,.0f}/s   bare cwt {each.bare:8,.0f}/s   {each.ratio:.2f} of it "
            f"(goal {certificates.RATIO})"
        )
    print(f"pictures {drawn:8,.0f}/s drawn, {cached:,.0f}/s from the cache")
    return 0 if all(each.ratio >= certificates.RATIO for each in compared) else 1
