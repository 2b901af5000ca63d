"""Floors of covered lines: percentages by room, and floors that only rise."""

from pathlib import Path

import pytest

from kini.cli import coverage_floors


def test_percentages_are_of_rooms_and_rounded_down() -> None:
    files = {
        "src/kini/feeds/rules.py": coverage_floors.Summary(covered_lines=9, num_statements=10),
        "src/kini/feeds/transit/rules.py": coverage_floors.Summary(covered_lines=10, num_statements=11),
        "src/kini/web/__init__.py": coverage_floors.Summary(covered_lines=0, num_statements=0),
        "src/kini/urls.py": coverage_floors.Summary(covered_lines=0, num_statements=5),
    }
    assert coverage_floors.percentages(files) == {"feeds": 90}


def test_a_room_below_its_floor_fails_the_run_and_no_floor_sinks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(coverage_floors, "FLOORS", tmp_path / "floors.json")
    coverage_floors.write({"feeds": 90, "web": 80})
    monkeypatch.setattr(coverage_floors, "report", lambda: {"api": 70, "feeds": 89, "web": 81})
    assert coverage_floors.compare() == 1
    assert "feeds has 89 % of its lines covered, not 90 %" in capsys.readouterr().out
    assert coverage_floors.read() == {"api": 70, "feeds": 90, "web": 81}
    monkeypatch.setattr(coverage_floors, "report", lambda: {"api": 70, "feeds": 90, "web": 81})
    assert coverage_floors.compare() == 0
