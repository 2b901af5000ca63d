"""`./kini check mutants MODULE ...`: change lines of the code, and report the changes that no test of the room notices.

Cosmic Ray makes the mutants (another operator, a condition negated, `and` for `or`, another number) in a copy of the
project. A sample of them is run, each against the tests of its room (`tests/ROOM`); a seed gives the same sample again.
"""

import argparse
import ast
import os
import random
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kini.core import command_line
from kini.core.database.embedded import EmbeddedServer
from kini.core.environment import ROOT

#: Percentage of mutants that the tests are expected to notice.
GOAL = 90
#: `|` is nearly always a type or a Q object, where another operator fails as the module is imported.
TRIVIAL = ("BitOr", "RemoveDecorator")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change of one file: the operator of Cosmic Ray, and which of its places."""

    path: Path
    operator: str
    occurrence: int
    start: tuple[int, int]
    end: tuple[int, int]


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("modules", nargs="+", type=Path, help="files or folders below src/kini")
    parser.add_argument("--sample", type=int, default=30, help="number of mutants (default: 30)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the sample (default: 1)")
    parser.add_argument("--timeout", type=float, default=300, help="seconds for one mutant (default: 300)")
    parser.add_argument("--tests", nargs="+", help="tests to run instead of those of the module's room")


def run(options: argparse.Namespace) -> int:
    folder = Path(tempfile.mkdtemp(prefix="kini-mutants-"))
    try:
        copy = copy_project(folder / "project")
        mutants = sample(files(copy, options.modules), options.sample, random.Random(options.seed))  # noqa: S311
        server = EmbeddedServer(folder / "database", durable=False)
        os.environ |= {"KINI_ENV": "local", "DATABASE_URL": server.start(), "PYTHONPATH": str(copy / "src")}
        try:
            for command in sorted({test_command(each, copy, options.tests) for each in mutants}):
                require_passing(command, copy)
            survivors = [each for each in mutants if survives(each, copy, options.tests, options.timeout)]
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    killed = 100 * (len(mutants) - len(survivors)) // len(mutants)
    print(f"{len(mutants) - len(survivors)} of {len(mutants)} mutants killed ({killed} %; goal {GOAL} %)")
    return 0 if killed >= GOAL else 1


def copy_project(target: Path) -> Path:
    """Copy the tracked files of the project."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        source = ROOT / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target / name)
    return target


def files(copy: Path, modules: Iterable[Path]) -> list[Path]:
    """Return the files of these modules in the copy.

    Raises:
        CommandError: if there is no such module.
    """
    result: list[Path] = []
    for module in modules:
        path = copy / module.resolve().relative_to(ROOT)
        if not path.exists():
            raise command_line.CommandError(f"{module} does not exist; name files or folders below src/kini.")
        result += [path] if path.is_file() else sorted(path.rglob("*.py"))
    return result


def sample(paths: Iterable[Path], size: int, choice: random.Random) -> list[Mutant]:
    """Choose mutants of these files: at most one for each place and kind of change."""
    places: defaultdict[tuple[Path, tuple[int, int], str], list[Mutant]] = defaultdict(list)
    for mutant in (mutant for path in paths for mutant in all_mutants(path)):
        kind = mutant.operator.partition("/")[2].partition("_")[0]
        places[mutant.path, mutant.start, kind].append(mutant)
    one_each = [choice.choice(each) for each in places.values()]
    return choice.sample(one_each, min(size, len(one_each)))


def all_mutants(path: Path) -> list[Mutant]:
    """Return every mutant of a file."""
    from cosmic_ray import plugins  # only there for development
    from cosmic_ray.ast import ast_nodes, get_ast_from_path

    tree = get_ast_from_path(path)
    options = _dataclass_options(path)
    mutants = []
    for name in plugins.operator_names():
        operator: Any = plugins.get_operator(name)
        if operator.arguments() or any(word in name for word in TRIVIAL):
            continue
        places = [place for node in ast_nodes(tree) for place in operator().mutation_positions(node)]
        mutants += [Mutant(path, name, number, start, end) for number, (start, end) in enumerate(places)]
    return [mutant for mutant in mutants if mutant.start[0] not in options]


def _dataclass_options(path: Path) -> set[int]:
    """Lines with options of a dataclass: without `frozen` and `slots` a program does the same."""
    classes = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ClassDef)]
    calls = [each for node in classes for each in node.decorator_list if ast.unparse(each).startswith("dataclass(")]
    return {line for each in calls for line in range(each.lineno, (each.end_lineno or each.lineno) + 1)}


def test_command(mutant: Mutant, copy: Path, tests: list[str] | None) -> str:
    """Return the command that runs the tests of the mutant's room."""
    room = mutant.path.relative_to(copy / "src" / "kini").parts[0]
    chosen = " ".join(tests or [f"tests/{room}"])
    return f"{sys.executable} -m pytest --rootdir {copy} -x -q -p no:randomly --reuse-db -m 'not long' {chosen}"


def require_passing(command: str, copy: Path) -> None:
    """Run the tests on the unchanged code.

    Raises:
        CommandError: if they fail: every mutant would count as killed.
    """
    done = subprocess.run(shlex.split(command), cwd=copy, capture_output=True, text=True, check=False)
    if done.returncode:
        raise command_line.CommandError(f"the tests fail on unchanged code: {command}\n{done.stdout[-2000:]}")


def survives(mutant: Mutant, copy: Path, tests: list[str] | None, timeout: float) -> bool:
    """Run the tests of the mutant's room on it; True, and its difference printed, if they all pass."""
    from cosmic_ray.mutating import mutate_and_test
    from cosmic_ray.work_item import MutationSpec, TestOutcome

    spec = MutationSpec(mutant.path, mutant.operator, mutant.occurrence, mutant.start, mutant.end)
    before = Path.cwd()
    os.chdir(copy)
    try:
        result = mutate_and_test([spec], test_command(mutant, copy, tests), timeout)
    finally:
        os.chdir(before)
    survived = bool(result.test_outcome == TestOutcome.SURVIVED)
    place = f"{mutant.path.relative_to(copy)}:{mutant.start[0]}"
    print(f"{'SURVIVED' if survived else 'killed  '} {place} {mutant.operator}", flush=True)
    if survived:
        print(result.diff, flush=True)
    return survived
