"""`./kini check health`: run the health checks of all rooms; the exit code is 1 when one finds a problem."""

import argparse

from kini.core import health


def arguments(parser: argparse.ArgumentParser) -> None:
    """No words of its own."""


def run(options: argparse.Namespace) -> int:
    problems = health.problems()
    for name, problem in problems.items():
        print(f"{name:<16} {problem or 'good'}")
    return 1 if any(problems.values()) else 0
