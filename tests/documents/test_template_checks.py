"""Errors of templates in a pack are reported with file, line and remedy."""

import shutil
from pathlib import Path

import pytest

from kini.core.environment import ROOT
from kini.documents import template_checks


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return shutil.copytree(ROOT / "cities" / "jakarta" / "letters", tmp_path / "jakarta" / "letters").parent


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ('#import "layout.typ": letter\n#letter(\n', 2),
        ('#import "layout.typ": nothing\n', 1),
        ("text\n\n#unknown\n", 3),
    ],
)
def test_a_broken_template_names_its_line(copied, template, line):
    (copied / "letters" / "broken.typ").write_text(template, "utf-8")
    (fault,) = template_checks.check_templates(copied)
    assert (fault.file, fault.line) == ("letters/broken.typ", line)
    assert fault.message
    assert fault.remedy


def test_a_template_cannot_read_the_machine(copied):
    (copied / "letters" / "spy.typ").write_text('#read("/etc/passwd")\n', "utf-8")
    (fault,) = template_checks.check_templates(copied)
    assert fault.file == "letters/spy.typ"
