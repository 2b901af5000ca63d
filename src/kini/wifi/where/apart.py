"""A question answered in a process of its own: what that loads (OR-Tools, 400 MB with a city) does not stay here.

The process imports this module alone, so it knows nothing of Django.
"""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module

from kini.wifi.where.question import Answer, Question


def solved(question: Question) -> Answer:
    """The answer.

    Raises:
        BrokenProcessPool: when the process was ended from outside.
    """
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as alone:
        return alone.submit(_solve, question).result()


def _solve(question: Question) -> Answer:
    found: Answer = import_module("kini.wifi.where.solving").solve(question)
    return found
