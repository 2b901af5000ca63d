"""Run a Python command in a subprocess and measure its resources."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CommandResult:
    """Result of a command.

    Attributes:
        said: standard output.
        code: exit code.
        seconds, cpu: wall time and CPU time.
        megabytes: peak memory.
    """

    output: str
    code: int
    seconds: float
    cpu: float
    megabytes: float


def run_python(words: Sequence[str], *, errors: int | None = subprocess.STDOUT) -> CommandResult:
    """Run Python with these arguments and wait for it.

    Args:
        errors: target of standard error, as in `subprocess`; None: inherited.
    """
    began = time.monotonic()
    with subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, stderr=errors, text=True) as child:
        assert child.stdout
        output = child.stdout.read()
        _pid, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    kilobytes = used.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    seconds = time.monotonic() - began
    return CommandResult(output, child.returncode, seconds, used.ru_utime + used.ru_stime, kilobytes * 1024 / 1e6)
