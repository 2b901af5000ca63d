"""The nowcast equals R's surveillance where that is exact, and its interval covers what it says."""

from datetime import date

import numpy as np
import pytest

from kini.epidemic.statistics import nowcast
from kini.epidemic.statistics.nowcast import PRIOR_WEIGHT, ReportingTriangle
from tests.epidemic.conftest import VECTORS, cases_of, close, columns, parametrized, rows

FOLDER = VECTORS / "surveillance"
PRIOR = {"prior_mean": 50, "prior_variance": 3000}
exactly = close(1e-9)


def cases(*methods):
    found = cases_of("surveillance", "nowcast-cases.json")
    return parametrized([case for case in found if case["method"].removeprefix("nowcast/") in methods])


def triangle_of(case):
    days = 7 if case["aggregate_by"] == "1 week" else 1
    origin = date(2011, 1, 3).toordinal()

    def period(text):
        return (date.fromisoformat(text).toordinal() - origin) // days

    table = rows(FOLDER / "series" / f"linelist_{case['linelist']}.csv")
    events, reports = [period(row["dEvent"]) for row in table], [period(row["dReport"]) for row in table]
    window = case["m"] + 1 if case["m"] else None
    return ReportingTriangle.of(events, reports, period(case["now"]), case["D"], window)


@cases("lawless", "bayes.trunc", "bayes.notrunc.bnb", "bayes.notrunc")
def test_the_triangle_counts_as_the_reference(case):
    triangle, expected = triangle_of(case), columns(FOLDER / case["file"])
    assert triangle.by_delay.tolist() == case["n_x"]
    assert triangle.at_risk.tolist() == case["N_x"]
    assert triangle.reported[-1 - expected["lag"].astype(int)].tolist() == expected["reported_by_now"].tolist()


@cases("lawless", "bayes.trunc")
def test_delays_equal_the_reference(case):
    weight = 0 if case["method"].endswith("lawless") else PRIOR_WEIGHT
    exactly(nowcast.delay_distribution(triangle_of(case), weight), case["delay_cdf"])


@cases("bayes.notrunc.bnb")
def test_the_exact_prediction_equals_the_reference(case):
    triangle, expected = triangle_of(case), columns(FOLDER / case["file"])
    whole = expected["lag"] >= 3  # the reference's support ends at 300 cases, which cuts the last days
    for lag, median, low, high, mean, sd in zip(
        *(expected[name][whole] for name in ("lag", "median", "pi_lo", "pi_hi", "pmf_mean", "pmf_sd")), strict=True
    ):
        known, to_come = nowcast.predict_without_truncation(triangle, int(lag))
        assert [known + to_come.ppf(q) for q in (0.5, 0.025, 0.975)] == [median, low, high]
        close(1e-6)([known + to_come.mean(), to_come.std()], [mean, sd])


@cases("bayes.trunc")
def test_the_drawn_prediction_is_near_the_drawn_reference(case):
    triangle, expected = triangle_of(case), columns(FOLDER / case["file"])
    result = nowcast.nowcast(triangle, np.random.default_rng(1), **PRIOR, draws=20_000)
    at = -1 - expected["lag"].astype(int)
    low, high = result.interval(0.95)
    assert np.abs(result.median[at] - expected["median"]).max() <= 1
    assert np.abs(low[at] - expected["pi_lo"]).max() <= 1
    np.testing.assert_allclose(high[at], expected["pi_hi"], rtol=0.1, atol=1)


def made_up(generator, days=90):
    """Line list of a growing and falling epidemic with delays of a few days."""
    mean = 8 + 60 * np.exp(-(((np.arange(days) - 60) / 20) ** 2))
    counts = generator.poisson(mean)
    events = np.repeat(np.arange(days), counts)
    return events, events + generator.negative_binomial(2, 0.35, len(events)), counts


def test_intervals_cover_as_often_as_they_say():
    generator, covered, said = np.random.default_rng(8), 0, 0
    for _ in range(60):
        events, reports, counts = made_up(generator)
        triangle = ReportingTriangle.of(events, reports, 70, 20)
        result = nowcast.nowcast(triangle, generator, prior_mean=30, prior_variance=900)
        low, high = result.interval(0.8)
        truth = counts[66:71]  # of older days little is open, and whole numbers cover more than they say
        covered += ((low[-5:] <= truth) & (truth <= high[-5:])).sum()
        said += len(truth)
    assert 0.75 <= covered / said <= 0.85


def test_it_never_falls_below_what_is_reported_and_knows_old_days():
    events, reports, _counts = made_up(np.random.default_rng(2))
    triangle = ReportingTriangle.of(events, reports, 70, 30)
    result = nowcast.nowcast(triangle, np.random.default_rng(0), **PRIOR)
    assert (result.draws >= result.reported).all()
    assert result.median[0] == result.reported[0]


def test_a_report_before_its_event_and_an_empty_list_are_refused():
    with pytest.raises(ValueError, match="before its event"):
        ReportingTriangle.of([5], [4], 10, 3)
    with pytest.raises(ValueError, match="no case"):
        ReportingTriangle.of([5], [9], 8, 3)
