"""Sample of mutants: one for each place and kind of change, the same for a seed."""

import random
from pathlib import Path

import pytest

from kini.cli import check_mutants
from kini.core.command_line import CommandError
from kini.core.environment import ROOT

SOURCE = """
def is_late(days: int | None, limit: int) -> bool:
    return days is not None and days + 1 > limit
"""


@pytest.fixture
def module(tmp_path: Path) -> Path:
    path = tmp_path / "rules.py"
    path.write_text(SOURCE, "utf-8")
    return path


def test_a_sample_has_each_place_once_and_no_change_of_a_type(module: Path) -> None:
    mutants = check_mutants.sample([module], 100, random.Random(1))
    places = [(mutant.start, mutant.operator.partition("_")[0]) for mutant in mutants]
    assert len(places) == len(set(places))
    assert {name.partition("/")[2] for _start, name in places} >= {
        "ReplaceAndWithOr",
        "ReplaceBinaryOperator",
        "ReplaceComparisonOperator",
        "NumberReplacer",
    }
    assert all(line == 3 for (line, _column), _name in places)


def test_options_of_a_dataclass_are_left_alone(module: Path) -> None:
    module.write_text(f"@dataclass(frozen=True, slots=True)\nclass Limit:\n    days: int = 30\n{SOURCE}", "utf-8")
    lines = {mutant.start[0] for mutant in check_mutants.sample([module], 100, random.Random(1))}
    assert lines == {3, 6}


def test_a_seed_gives_the_same_sample_again(module: Path) -> None:
    first, second = (check_mutants.sample([module], 3, random.Random(7)) for _ in range(2))
    assert first == second
    assert len(first) == 3


def test_a_module_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere\.py does not exist"):
        check_mutants.files(tmp_path, [ROOT / "src" / "kini" / "nowhere.py"])
