"""The verb: proposes the kind, prints defects with their rules, stores or not, and its run can be undone."""

import argparse
from pathlib import Path

import pytest

from kini.core.actors import system
from kini.core.command_line import CommandError
from kini.core.models import ImportRun
from kini.core.table_import.loading import undo
from kini.epidemic.commands import import_file
from kini.epidemic.surveillance.models import AreaFigure

LINES = """tanggal;nama_kelurahan;positif;meninggal
1 Maret 2020;GAMBIR;1;0
2 Maret 2020;GAMBIR;3;0
3 Maret 2020;GAMBIR;2;1
4 Maret 2020;GAMBIR;5;1
4 Maret 2020;GAMBIRR;5;1
5 Maret 2020;ATLANTIS;5;1
"""


def run(path: Path, *more: str) -> int:
    parser = argparse.ArgumentParser()
    import_file.arguments(parser)
    return import_file.run(parser.parse_args([str(path), *more]))


@pytest.fixture
def path(areas: None, tmp_path: Path) -> Path:
    file = tmp_path / "covid.csv"
    file.write_text(LINES, "utf-8")
    return file


def test_a_dry_run_stores_nothing(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(path, "--dry-run") == 0
    told = capsys.readouterr().out
    assert "taken for area-totals" in told
    assert "covid.csv:4: positif: Gambir: a sum since the beginning falls from 3 on 2020-03-02. Kept:" in told
    assert "not stored (--dry-run)" in told
    assert not AreaFigure.objects.exists()


def test_an_import_reports_stores_and_is_undone(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(path, "--as", "area-totals", "--defects", str(tmp_path / "defects.csv"))
    told = capsys.readouterr().out
    assert "the city has no such area" in told
    assert "taken for Gambir" in told
    assert "with the same figures" in told
    listed = (tmp_path / "defects.csv").read_text("utf-8")
    assert "unknown-area" in listed
    daily = AreaFigure.objects.filter(measure="confirmed").order_by("day").values_list("value", flat=True)
    assert list(daily) == [0, 1, 3]
    undo(by=system("tests"), run=ImportRun.objects.get())
    assert not AreaFigure.objects.exists()


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--rule", "fall=corrected"], "fall can be: kept, refused"),
        (["--disease", "plague"], 'there is no disease "plague"; the pack has covid-19'),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(path: Path, more: list[str], told: str) -> None:
    with pytest.raises(CommandError, match=told):
        run(path, *more)
