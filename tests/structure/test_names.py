"""Names and prose: standard file names, terms of the glossary that exist, docstrings in plain engineering English."""

import ast
import importlib
import re
from collections import defaultdict
from pathlib import Path

import pytest

from kini.core.environment import ROOT

SOURCE = ROOT / "src" / "kini"
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text("utf-8")
MODULES = [path for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts]

#: Names that say nothing, or that meant several things.
BANNED = {
    *("holding", "keeping", "taking", "saying", "telling", "answering", "reading", "showing", "choosing", "playing"),
    *("laying", "wishing", "reckoning", "asking", "speaking", "handing", "leaving", "working", "visiting", "walks"),
    *("held", "told", "found", "shelf", "lane", "house", "worded", "moments", "faults", "notices", "sorts", "tables"),
    *("helpers", "utils", "misc", "common", "registered", "mending", "ground", "together", "closing", "collecting"),
}
#: Beginnings of a docstring whose subject is a relative clause or that asks a question.
QUESTION = re.compile(r"(What|Who|Whose|Whom|Where|Whether|Which|How|When|Whatever|Whoever|Those|That)\b")


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [str(path.relative_to(ROOT)) for path in MODULES if path.stem in BANNED] == []


def test_one_file_name_means_one_thing() -> None:
    """A name that stands in several rooms is one of those that the glossary explains."""
    standard = set(re.findall(r"`(\w+\.py)`", GLOSSARY))
    rooms = defaultdict(set)
    for path in MODULES:
        if (room := path.relative_to(SOURCE).parts[0]) not in (
            "cli",
            "bench",
            "demo",
            "robot",
        ):  # named after what they drive
            rooms[path.name].add(room)
    several = {name: sorted(where) for name, where in rooms.items() if len(where) > 1 and name not in standard}
    assert several == {}


def _terms() -> list[str]:
    tables = GLOSSARY.split("## Files that every room may have")[0]
    rows = [line.rsplit("|", 2)[1] for line in tables.splitlines() if line.startswith("| ") and "`" in line]
    return sorted({name for row in rows for name in re.findall(r"`([\w.]+)`", row)})


@pytest.mark.parametrize("name", _terms())
def test_every_term_of_the_glossary_is_where_it_says(name: str) -> None:
    parts, at = name.split("."), 0
    module = importlib.import_module("kini")
    for at, part in enumerate(parts):  # noqa: B007 -- the rest are attributes
        try:
            module = importlib.import_module(f"kini.{'.'.join(parts[: at + 1])}")
        except ModuleNotFoundError:
            break
    else:
        at = len(parts)
    value: object = module
    for part in parts[at:]:
        value = getattr(value, part)


def _docstrings(path: Path) -> list[tuple[int, str]]:
    tree = ast.parse(path.read_text("utf-8"))
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = [node for node in ast.walk(tree) if isinstance(node, kinds) and ast.get_docstring(node)]
    return [(getattr(node, "lineno", 1), ast.get_docstring(node) or "") for node in nodes]


def test_docstrings_say_what_it_is_or_what_to_do() -> None:
    """They begin with a noun phrase or an imperative, never with a relative clause."""
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {text.splitlines()[0]}"
        for path in MODULES
        for line, text in _docstrings(path)
        if QUESTION.match(text)
    ]
    assert wrong == []
