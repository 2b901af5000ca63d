"""Examples of docs/service-authors.md are services and feeds of the pack."""

import re
import shutil
from pathlib import Path

import pytest

from kini.city.pack_checks import check_pack
from kini.core.environment import ROOT

JAKARTA = ROOT / "cities" / "jakarta"
GUIDE = (ROOT / "docs" / "service-authors.md").read_text("utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", GUIDE, re.S)


@pytest.mark.parametrize(
    ("beginning", "file"),
    [("kind: application", "services/licensing/example.yaml"), ("name:  {id: Pos pengamatan", "feeds/example.yaml")],
)
def test_an_example_of_the_guide_has_no_errors(tmp_path: Path, beginning: str, file: str) -> None:
    (example,) = [each for each in EXAMPLES if each.startswith(beginning)]
    pack = Path(shutil.copytree(JAKARTA, tmp_path / "pack"))
    (pack / file).write_text(example, "utf-8")
    assert [error for error in check_pack(pack) if error.file == file] == []


def test_the_example_of_a_report_names_an_input() -> None:
    assert "evidence: true" not in GUIDE
