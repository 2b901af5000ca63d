"""Solve in a process of its own, so that the memory of OR-Tools (400 MB with a city) is released.

The process imports this module only, and not Django.
"""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module

from kini.wifi.where.question import Answer, Question


def solved(question: Question) -> Answer:
    """Solve the problem in a subprocess.

    Raises:
        BrokenProcessPool: if the process was killed.
    """
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as alone:
        return alone.submit(_solve, question).result()


def _solve(question: Question) -> Answer:
    found: Answer = import_module("kini.wifi.where.solving").solve(question)
    return found
