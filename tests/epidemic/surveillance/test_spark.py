"""The same questions about case rows asked of DuckDB and of a Spark cluster."""

from datetime import date, timedelta

import numpy as np
import pytest

from kini.bench.epidemic import LAST, write_rows
from kini.epidemic.surveillance import case_counts
from kini.epidemic.surveillance.areas import smallest_areas
from kini.epidemic.surveillance.case_changes import CASE_CHANGES
from kini.epidemic.surveillance.case_counts import CASE_MEASURES, Question
from tests.environment import replace
from tests.epidemic.surveillance.conftest import DISEASE
from tests.wifi.usage.test_spark import cluster as cluster
from tests.wifi.usage.test_spark import needs_spark

FIRST = LAST - timedelta(days=59)


def answers(files, known_on):
    areas = smallest_areas()
    questions = [*(Question.usual(name) for name in CASE_MEASURES), Question("confirmed", "onset", ("sex", "female"))]
    return [
        case_counts.count_cases(DISEASE, questions, areas, FIRST, LAST, known_on, files=files),
        case_counts.reporting_cells(DISEASE, areas, "onset", known_on or LAST, 40, 21, files=files),
    ]


def test_made_up_rows_are_counted_as_they_are(jakarta, var):
    files = CASE_CHANGES.store(var / "rows")
    write_rows(var / "rows", 3_000, smallest_areas().codes)
    confirmed, _cells = answers(files, None)
    assert 0 < confirmed[0].sum() < 3_000
    day = LAST - timedelta(days=20)
    known, _cells = answers(files, day)
    assert known[0, :, 40:].sum() == 0, "nothing is known of the days after"
    assert (known[0, :, :40] == confirmed[0, :, :40]).all()
    assert case_counts.first_day(DISEASE, files=files) >= date(2025, 7, 1)


# PySpark calls what pandas will take away, and leaves sockets to its Java process open.
@pytest.mark.filterwarnings("ignore")
@pytest.mark.long
@needs_spark
def test_spark_gives_the_same_numbers(jakarta, var, cluster, settings, monkeypatch):
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    files = CASE_CHANGES.store(var / "rows")
    write_rows(var / "rows", 20_000, smallest_areas().codes)
    for known_on in (None, LAST - timedelta(days=15)):
        settings.ENV = replace(settings.ENV, analytics="")
        duckdb = answers(files, known_on)
        settings.ENV = replace(settings.ENV, analytics=cluster)
        for ours, theirs in zip(duckdb, answers(files, known_on), strict=True):
            assert ours.any()
            np.testing.assert_array_equal(ours, theirs)
