"""Private interfaces of allauth are imported in one module only."""

import re

from kini.core.environment import ROOT

INTERNAL = re.compile(r"^\s*(from|import) allauth\.[\w.]*internal", re.MULTILINE)


def test_private_interfaces_are_imported_in_one_module():
    modules = [path for path in (ROOT / "src").rglob("*.py") if INTERNAL.search(path.read_text("utf-8"))]
    assert [path.name for path in modules] == ["allauth_internals.py"]


def test_the_release_of_allauth_has_an_upper_bound():
    assert re.search(r'"django-allauth\[[\w,-]+\]>=[\d.]+,<[\d.]+"', (ROOT / "pyproject.toml").read_text("utf-8"))
