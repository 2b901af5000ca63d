"""Nowcast of series from the data set, and its calibration on the past."""

from datetime import date, timedelta

import numpy as np
import pytest

from kini.core.actors import system
from kini.epidemic.models import Assessment
from kini.epidemic.surveillance import nowcasts, queries
from tests.epidemic.surveillance.conftest import CITY, DISEASE, count_on

DELAY, TODAY = 21, date(2026, 11, 30)


def wave(mean, *, weekends=False, areas=1, days=240):
    """Cells of a made-up wave: Poisson cases, Weibull delays, and no reports on weekends if asked."""
    generator = np.random.default_rng(5)
    expected = mean * np.exp(1.2 * np.sin(np.arange(days) / 25)) * np.ones((areas, 1))
    chance = np.diff(np.exp(-((np.arange(DELAY + 2) / 5) ** 1.3)))
    chance = chance / chance.sum()
    cells = np.zeros((areas, days, DELAY + 1), int)
    for area, day in np.ndindex(areas, days):
        cells[area, day] = generator.multinomial(generator.poisson(expected[area, day]), chance)
        if weekends:
            for delay in range(DELAY):
                if (day + delay) % 7 >= 5:
                    cells[area, day, delay + 1] += cells[area, day, delay]
                    cells[area, day, delay] = 0
    return cells


@pytest.mark.parametrize(("mean", "weekends"), [(30, False), (300, False), (60, True), (400, True)])
def test_the_interval_covers_its_share_of_past_days(mean, weekends):
    found = nowcasts.calibration_of(wave(mean, weekends=weekends), DELAY)
    assert 0.75 <= found.covered <= 0.85, found
    assert found.days > 500


def test_weekends_without_reports_widen_the_interval():
    regular, irregular = (nowcasts.calibration_of(wave(400, weekends=each), DELAY).factors for each in (False, True))
    assert irregular.high > 1.5 * regular.high


def test_nowcast_of_case_records(record):
    first = TODAY - timedelta(days=60)
    for number in range(60):
        for each in range(2):
            onset = first + timedelta(days=number)
            reported = onset + timedelta(days=2 + 3 * each)
            if reported <= TODAY:
                record("31.71.06.1001", reported, onset_on=onset, source="import")
    count_on(TODAY)
    found = queries.nowcast(DISEASE, [CITY, "31.72"], TODAY)
    assert found.reported[0, -6:].tolist() == [2, 1, 1, 1, 0, 0]
    assert (found.median[0] >= found.reported[0]).all()
    assert 1 <= found.median[0, -3] <= 3
    assert (found.low <= found.median).all()
    assert (found.median <= found.high).all()
    assert found.reported[1].sum() == 0
    assert queries.nowcast("measles", [CITY], TODAY) is None


def test_a_measured_calibration_is_stored_and_used(jakarta, monkeypatch):
    cells = wave(50)
    monkeypatch.setattr(nowcasts.case_counts, "reporting_cells", lambda *_args, **_named: cells)
    measured = nowcasts.measure_nowcast(by=system("test"), disease=DISEASE, day=TODAY)
    assert queries.calibration(DISEASE, TODAY) == measured
    assert queries.calibration(DISEASE, TODAY - timedelta(days=1)) is None
    assert queries.false_alarms(DISEASE, TODAY) == {}
    Assessment.objects.create(disease=DISEASE, subject="cusum", measured_on=TODAY, value=1.5, cases=60)
    assert queries.false_alarms(DISEASE, TODAY) == {"cusum": 1.5}
