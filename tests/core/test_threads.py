"""Numbers are computed in one thread: those of a library would spin while they wait for each other."""

import os
import subprocess
import sys

PROGRAM = """
import os, threading
import kini.core.geometry
import numpy
numpy.ones((600, 600)) @ numpy.ones((600, 600))
print(len(os.listdir("/proc/self/task")) - threading.active_count())
"""


def threads(**variables: str) -> int:
    env = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"} | variables
    return int(subprocess.run([sys.executable, "-c", PROGRAM], env=env, check=True, stdout=subprocess.PIPE).stdout)


def test_the_program_computes_in_one_thread() -> None:
    assert threads() == 0


def test_an_operator_may_choose_more() -> None:
    assert threads(OPENBLAS_NUM_THREADS="2") == min(2, os.cpu_count() or 1) - 1
