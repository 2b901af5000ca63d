"""`./kini check pack` names each mistake of an author once: file, line, field and remedy, in two languages."""

import re
import shutil
from pathlib import Path

import pytest
from django.utils import translation

from kini.city.pack_checks import check_pack
from kini.services.loader import read_pack
from tests.authors.mistakes import HOUSE, MISTAKES, Mistake, change
from tests.city.conftest import TOWN

PACK = Path(__file__).parent / "pack"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Copy of the town with a service of each kind, a flow, shared states and a feed."""
    root = tmp_path / "pack"
    shutil.copytree(TOWN, root)
    shutil.copytree(PACK, root, dirs_exist_ok=True)
    return root


def test_the_pack_has_no_errors(pack: Path) -> None:
    assert check_pack(pack) == []


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_is_named_once(pack: Path, mistake: Mistake) -> None:
    mistake.edit(pack)
    with translation.override("en"):
        errors = check_pack(pack)
    assert len(errors) == 1, "\n".join(map(str, errors))
    (error,) = errors
    assert (error.file, error.field) == (mistake.file, mistake.field)
    assert re.search(mistake.says, f"{error.message}. {error.remedy}"), error
    assert error.remedy
    if mistake.at and mistake.at != "?":
        line = (pack / error.file).read_bytes().decode("utf-8", "replace").splitlines()[error.line - 1]
        assert line.strip().startswith(mistake.at), f"{error.line}: {line}"


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_is_told_in_indonesian(pack: Path, mistake: Mistake) -> None:
    mistake.edit(pack)
    with translation.override("en"):
        (english,) = check_pack(pack)
    with translation.override("id"):
        (error,) = check_pack(pack)
    assert (error.file, error.line, error.field) == (english.file, english.line, english.field)
    assert error.message != english.message
    assert error.remedy != english.remedy


@pytest.mark.parametrize("name", ["no", "1", "yes"])
def test_an_option_is_called_as_it_is_written(pack: Path, name: str) -> None:
    change(HOUSE, "rented: {pt", f"{name}: {{pt")(pack)
    change(HOUSE, "{ownership: rented}", f'{{ownership: "{name}"}}')(pack)
    assert check_pack(pack) == []
    page = read_pack(pack).services["house-repair"].definition.ask[1]
    assert list(page.fields["ownership"].options) == ["own", name]  # type: ignore[union-attr]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "crlf"])
def test_files_of_other_editors_are_taken(pack: Path, encoding: str) -> None:
    text = (pack / HOUSE).read_text("utf-8")
    data = text.replace("\n", "\r\n").encode() if encoding == "crlf" else text.encode(encoding)
    (pack / HOUSE).write_bytes(data)
    assert check_pack(pack) == []
