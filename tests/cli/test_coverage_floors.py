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


@pytest.fixture
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Percentages of the run that is reported; floors of 90 % for feeds and 80 % for web."""
    covered = {"api": 70, "feeds": 89, "web": 81}
    monkeypatch.setattr(coverage_floors, "FLOORS", tmp_path / "floors.json")
    monkeypatch.setattr(coverage_floors, "report", lambda _rooms: covered)
    coverage_floors.write({"feeds": 90, "web": 80})
    return covered


def test_a_room_is_measured_by_its_own_tests_and_no_floor_sinks(measured, capsys) -> None:
    assert coverage_floors.compare(["feeds"]) == 1
    words = capsys.readouterr().out
    assert "feeds has 89 % of its lines covered, not 90 %" in words
    assert "--include 'src/kini/feeds/*'" in words
    assert coverage_floors.read() == {"feeds": 90, "web": 80}
    assert coverage_floors.compare(["web", "api"]) == 0, "feeds was not tested"
    assert coverage_floors.read() == {"api": 70, "feeds": 90, "web": 81}


def test_a_run_of_all_tests_is_compared_and_raises_no_floor(measured) -> None:
    assert coverage_floors.compare() == 1
    measured["feeds"] = 95
    assert coverage_floors.compare() == 0
    measured.pop("web")
    assert coverage_floors.compare() == 1, "a room of which nothing ran"
    assert coverage_floors.read() == {"feeds": 90, "web": 80}


def test_only_whole_folders_of_rooms_are_measured() -> None:
    assert coverage_floors.rooms_of(["tests/people", "tests/feeds/", "-x", "tests/wifi/test_portal.py"]) == [
        *("people", "feeds"),
    ]
    assert coverage_floors.rooms_of(["tests/journeys", "tests"]) == []
