"""What the command says to people: steps with their time, and faults in one sentence."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

USAGE = 2  # exit code: something that was given cannot be used


class Fault(Exception):
    """The command cannot go on; the message is one clear sentence for the person who typed it."""


@contextmanager
def step(what: str) -> Iterator[None]:
    """Show a long step while it runs, and how long it took when it is done."""
    print(f"  {what} ...", end="", flush=True)
    started = time.monotonic()
    try:
        yield
    except BaseException:
        print(flush=True)
        raise
    print(f" {time.monotonic() - started:.1f} s", flush=True)
