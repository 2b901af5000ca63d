"""Solve in a process of its own, so that the memory of OR-Tools (400 MB with a city) is released.

The process imports this module only, and not Django.
"""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module

from kini.wifi.planning.problem import SitingProblem, SitingSolution


def solve_in_subprocess(question: SitingProblem) -> SitingSolution:
    """Solve the problem in a subprocess.

    Raises:
        BrokenProcessPool: if the process was killed.
    """
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as alone:
        return alone.submit(_solve, question).result()


def _solve(question: SitingProblem) -> SitingSolution:
    solution: SitingSolution = import_module("kini.wifi.planning.solver").solve(question)
    return solution
