"""`./kini check retention`: report the terms of all data, and data past its term."""

import argparse

from kini.core import retention
from kini.core.retention import ReportLine


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--apply", action="store_true", help="first apply the rules, as the nightly job does")


def run(options: argparse.Namespace) -> int:
    if options.apply:
        for rule in retention.rules:
            retention.apply(rule)
    lines = retention.report()
    print(f"{'rule':<28} {'term':>10} {'due':>8} {'overdue':>8} {'on hold':>8}  data")
    for line in lines:
        print(row(line))
    overdue = sum(bool(line.overdue) for line in lines)
    print(f"{len(lines)} rules, {overdue} with data past its term; {sum(line.on_hold for line in lines)} rows on hold.")
    return 1 if overdue else 0


def row(line: ReportLine) -> str:
    """Format a line of the table."""
    days, seconds = line.term.days, line.term.seconds
    term = f"{days // 365} years" if days >= 730 else f"{days} days" if days else f"{seconds // 3600} hours"
    figures = f"{line.due:>8} {line.overdue:>8} {line.on_hold:>8}"
    return f"{line.rule.name:<28} {term:>10} {figures}  {line.rule.data} ({line.rule.basis})"
