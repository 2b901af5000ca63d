"""`./kini check chain`: verify that no record was changed or removed."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from kini.cases.public import checkpoints, timeline
from kini.core import chain, command_line, file_references
from kini.core.chain import heads


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--heads", type=Path, metavar="FILE", help="compare with shipped heads (KINI_CHAIN_HEADS, syslog)"
    )


def run(options: argparse.Namespace) -> int:
    """Check timelines with their files, checkpoints, chained tables and shipped heads; returns 1 for any finding."""
    tampered = check_timelines()
    tampered += shown(file_references.integrity_errors(checked=timeline.checked_files()))
    tampered += shown(checkpoints.verify_checkpoints())
    for report in chain.verify_all():
        tampered += shown(f"{report.chain}: {fault}" for fault in report.findings)
        removed = f", {report.removed} removed by retention" if report.removed else ""
        print(f"{report.chain}: {report.blocks} blocks, {report.rows} rows{removed}, {report.unsealed} not sealed yet.")
    if options.heads:
        tampered += compare(options.heads)
    print("Tampering found; see above." if tampered else "No tampering found.")
    return 1 if tampered else 0


def check_timelines() -> int:
    checked = tampered = 0
    for reference, faults in timeline.verify_all():
        checked += 1
        tampered += bool(faults)
        shown(f"{reference}: {fault}" for fault in faults)
    print(f"{checked} cases checked, {tampered} tampered with.")
    return tampered


def compare(file: Path) -> int:
    """Compare with shipped heads.

    Raises:
        command_line.CommandError: when the file cannot be read, or has none.
    """
    try:
        shipped = list(heads.read(file))
    except (OSError, ValueError) as error:
        raise command_line.CommandError(f"the shipped heads cannot be compared: {error}.") from None
    if not shipped:
        raise command_line.CommandError(f"{file} has no heads of chains.")
    tampered = shown(heads.compare(shipped))
    print(f"{len(shipped)} shipped heads compared.")
    return tampered


def shown(faults: Iterator[str]) -> int:
    """Print findings, a line each, and return their number."""
    listed = list(faults)
    for fault in listed:
        print(fault)
    return len(listed)
