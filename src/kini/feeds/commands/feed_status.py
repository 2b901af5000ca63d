"""`./kini feeds status`: state of every source; the exit code is 1 when one is late or broken."""

import argparse

from kini.core import current_time
from kini.feeds import queries
from kini.web import formats


def arguments(parser: argparse.ArgumentParser) -> None:
    """No words of its own."""


def run(options: argparse.Namespace) -> int:
    now, wrong = current_time.now(), 0
    print(f"{'feed':<24} {'rows':>7}  {'newest figure':<26} {'source read':<18} state")
    for each in queries.feed_statuses():
        remarks = ["samples"] if each.state.made_up else []
        if each.state.checked_at is None:
            remarks.append("nothing loaded yet")
        elif each.old:
            remarks.append("OLD")
        if each.state.failed_since:
            remarks.append(f"FAILING since {formats.moment(each.state.failed_since)}: {each.state.problem}")
        wrong += each.is_late
        newest = formats.moment(each.measured_at) if each.measured_at else "-"
        checked = formats.ago(each.state.checked_at, now) if each.state.checked_at else "-"
        print(f"{each.name:<24} {each.rows:>7}  {newest:<26} {checked:<18} {', '.join(remarks) or 'good'}")
    return 1 if wrong else 0
