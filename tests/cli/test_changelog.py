"""The version that a release gets is described in CHANGELOG.md."""

import re
import tomllib

from kini.core.environment import ROOT


def test_the_newest_changes_are_those_of_the_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    (newest, *_older) = re.findall(r"^## ([0-9.]+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest == version
