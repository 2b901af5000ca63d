"""A tiny run of the benchmark of reports: every row is measured, and the copies are reports. No speed is asserted."""

import json
import shutil

import pytest

from tests.bench.test_services import run

WORKS = [
    "one indexed SELECT",
    "one INSERT",
    "file a report (Open311)",
    "near reports, the query",
    "check page with near reports, 20/s",
    "public list and map",
    "list and map, filtered",
    "one public report",
    "newest requests (Open311)",
    "officer's queue, 50 rows",
    "reports to check",
]


@pytest.mark.long
@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_a_tiny_run_measures_every_row(tmp_path):
    report_file = tmp_path / "rows.json"
    words = ["--reports", "1500", "--seconds", "1", "--rounds", "1", "--json", str(report_file)]
    done = run("-m", "kini.cli", "bench", "reports", *words, seconds=600)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    rows = json.loads(report_file.read_text("utf-8"))["rows"]
    assert [row["work"] for row in rows] == WORKS
    assert [row for row in rows if row["errors"] or not row["per_second"] > 0] == []
