"""Verbs import what needs a running city after it has started; no type checker sees what they use of it."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from kini.core.environment import ROOT

COMMANDS = sorted((ROOT / "src").rglob("commands/*.py"))


def uses(path: Path) -> Iterator[tuple[str, str]]:
    """(module, attribute) that a verb uses of a module it loads late."""
    tree = ast.parse(path.read_text("utf-8"))
    modules = {}
    for node in ast.walk(tree):
        match node:
            case ast.Assign([ast.Name(name)], ast.Call(ast.Attribute(ast.Call(ast.Name("Verb"), arguments), "load"))):
                modules[name] = ast.literal_eval(arguments[0])
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(ast.Name(name), attribute) if name in modules:
                yield modules[name], attribute


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: path.stem)
def test_what_a_verb_uses_of_a_module_exists(path: Path) -> None:
    missing = [
        f"{module}.{attribute}"
        for module, attribute in uses(path)
        if not hasattr(importlib.import_module(module), attribute)
    ]
    assert missing == []


def test_late_modules_are_found() -> None:
    assert ("kini.robot.screenshots", "take_screenshots") in uses(ROOT / "src/kini/robot/commands/screenshots.py")
