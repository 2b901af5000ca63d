"""A command in a process of its own: what it says, and what it takes."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Done:
    """A command that ended.

    Attributes:
        said: what it wrote.
        code: with which it ended.
        seconds, cpu: by the clock, and of a processor.
        megabytes: the most memory that it had.
    """

    said: str
    code: int
    seconds: float
    cpu: float
    megabytes: float


def run(words: Sequence[str], *, errors: int | None = subprocess.STDOUT) -> Done:
    """Run Python with those words, and wait for its end.

    Args:
        errors: where its errors go, as `subprocess` has it; None: to where those of this program go.
    """
    began = time.monotonic()
    with subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, stderr=errors, text=True) as child:
        assert child.stdout
        said = child.stdout.read()
        _pid, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    kilobytes = used.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    seconds = time.monotonic() - began
    return Done(said, child.returncode, seconds, used.ru_utime + used.ru_stime, kilobytes * 1024 / 1e6)
