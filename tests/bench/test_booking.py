"""A tiny run of the booking benchmark: every row is measured and nothing is oversold. No speed is asserted here."""

import json
import shutil

import pytest

from tests.bench.test_services import run

WORKS = [
    "one indexed SELECT",
    "one INSERT",
    "free slots of a month",
    "bookings at 100 venues",
    "bookings of one slot of 10000",
]


@pytest.mark.long
@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_a_tiny_run_measures_every_row_and_nothing_is_oversold(tmp_path):
    report_file = tmp_path / "rows.json"
    words = ["--people", "1500", "--seconds", "1", "--rounds", "1", "--json", str(report_file)]
    done = run("-m", "kini.cli", "bench", "booking", *words)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    rows = json.loads(report_file.read_text("utf-8"))["rows"]
    assert [row["work"] for row in rows] == WORKS
    assert all(row["per_second"] > 0 for row in rows)
    assert "Nothing oversold, nothing lost." in done.stdout
    assert "errors" not in done.stdout
