"""A tiny run of the feeds' benchmark: a timetable is loaded and its departures are asked for. No speed is asserted."""

import json
import shutil
from datetime import date

import pytest

from kini.bench import gtfs_sample
from kini.feeds.transit.gtfs import GtfsReader
from tests.bench.test_services import run

WORKS = ["one indexed SELECT", "one indexed SELECT, 100/s", "next departures, 100/s", "next departures"]


def test_the_made_up_timetable_is_as_large_as_a_real_one_and_without_a_fault():
    edition = GtfsReader(gtfs_sample.build_gtfs((-6.2, 106.8), date(2026, 11, 25))).read()
    assert (len(edition.stops), len(edition.calls), edition.faults) == (8_600, 24_500, [])


@pytest.mark.long
@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_a_tiny_run_measures_every_row(tmp_path):
    report_file = tmp_path / "rows.json"
    done = run("-m", "kini.cli", "bench", "feeds", "--seconds", "1", "--rounds", "1", "--json", str(report_file))
    assert done.returncode in (0, 1), done.stdout + done.stderr
    assert [row["work"] for row in json.loads(report_file.read_text("utf-8"))["rows"]] == WORKS
    assert "Loaded in" in done.stdout
    assert "errors" not in done.stdout
