"""Console output of the verbs: steps with their duration, errors in one sentence."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

USAGE = 2  # exit code for invalid arguments or environment


class CommandError(Exception):
    """The command failed; the message is one sentence for its user."""


@contextmanager
def step(label: str) -> Iterator[None]:
    """Print the name of a long step, and its duration when it is done."""
    print(f"  {label} ...", end="", flush=True)
    started = time.monotonic()
    try:
        yield
    except BaseException:
        print(flush=True)
        raise
    print(f" {time.monotonic() - started:.1f} s", flush=True)
