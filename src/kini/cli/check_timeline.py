"""`./kini check timeline`: whether everything that happened to cases still reads as it was written."""

import argparse

from kini.cases import timeline


def arguments(parser: argparse.ArgumentParser) -> None:
    """No words of its own."""


def run(options: argparse.Namespace) -> int:
    checked = tampered = 0
    for reference, faults in timeline.verify_all():
        checked += 1
        tampered += bool(faults)
        for fault in faults:
            print(f"{reference}: {fault}")
    print(f"{checked} cases checked, {tampered} tampered with.")
    return 1 if tampered else 0
