"""`./kini noticeboard`: list today's notices."""

import argparse

from tests.plugin_noticeboard import queries


def arguments(parser: argparse.ArgumentParser) -> None:
    """No words of its own."""


def run(options: argparse.Namespace) -> int:
    for notice in queries.current_notices():
        press = notice.press_receipt or "not at the press yet"
        print(f"{notice.pk}  until {notice.last_day}  {notice.title}  ({press})")
    return 0
