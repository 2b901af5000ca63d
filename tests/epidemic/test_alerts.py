"""EARS, CUSUM and Farrington Flexible equal R's surveillance 1.20.3, week by week."""

from datetime import date, timedelta

import numpy as np
import pytest

from kini.epidemic.statistics import cusum, ears, farrington
from tests.epidemic.conftest import VECTORS, cases_of, close, columns, parametrized, rows

FOLDER = VECTORS / "surveillance"
THRESHOLDS = {"delta": "delta", "nbPlugin": "negative-binomial", "muan": "mean-quantile"}
POWERS = {"2/3": 2 / 3, "1/2": 1 / 2, "none": 1}
exactly = close(1e-9)


def cases(method):
    return parametrized([case for case in cases_of("surveillance") if case["method"].startswith(method)])


def weeks(case):
    control = case["control_resolved"]
    return range(control["range_first"] - 1, control["range_last"])


@cases("ears")
def test_ears_equals_the_reference(case):
    control, expected = case["control_resolved"], columns(FOLDER / case["file"])
    counts = columns(FOLDER / "series" / f"{case['series']}.csv")["observed"]
    bounds = ears.upper_bounds(
        counts,
        control["method"],
        baseline=control["baseline"],
        alpha=control["alpha"],
        min_sd=control["minSigma"],
    )[list(weeks(case))]
    exactly(bounds, expected["upperbound"])
    known = ~np.isnan(expected["alarm"])
    assert ((expected["observed"] > bounds) == (expected["alarm"] == 1))[known].all()


@cases("algo.cusum")
def test_cusum_equals_the_reference(case):
    control, expected = case["control_resolved"], columns(FOLDER / case["file"])
    counts = columns(FOLDER / "series" / f"{case['series']}.csv")["observed"]
    judged, before = list(weeks(case)), weeks(case).start
    mean = control["m"] or counts[:before].mean()
    if mean == "glm":
        mean = cusum.seasonal_means(counts, before)[judged]
    result = cusum.cumulative_sums(
        counts[judged],
        mean,
        transformation={"pearsonNegBin": "negative-binomial"}.get(control["trans"], control["trans"]),
        reference=control["k"],
        decision=control["h"],
        dispersion=control["alpha"],
    )
    exactly(result.statistic, expected["cusum"])
    exactly(result.upper_bound, expected["upperbound"])
    assert (result.alarm == (expected["alarm"] == 1)).all()


@cases("farringtonFlexible")
def test_farrington_equals_the_reference(case):
    control, expected = case["control_resolved"], columns(FOLDER / case["file"])
    table = rows(FOLDER / "series" / f"{case['series']}.csv")
    numbers = columns(FOLDER / "series" / f"{case['series']}.csv")
    options = farrington.FarringtonOptions(
        years=control["b"],
        half_window=control["w"],
        periods=control["noPeriods"],
        excluded_weeks=control["pastWeeksNotIncluded"],
        alpha=control["alpha"],
        threshold=THRESHOLDS[control["thresholdMethod"]],
        power=POWERS[control["powertrans"]],
        outlier=control["weightsThreshold"],
        reweight=control["reweight"],
        trend=control["trend"],
        trend_p=control["pThresholdTrend"],
        min_cases=control["limit54"][0],
        min_cases_weeks=control["limit54"][1],
    )
    result = farrington.detect(
        [numbers["observed"]],
        weeks(case),
        first_day=date.fromisoformat(table[0]["date"]) if control["epochAsDate"] else None,
        population=numbers["population"] if control["populationOffset"] else None,
        options=options,
    )
    exactly(result.upper_bound[0], expected["upperbound"])
    exactly(result.expected[0], expected["expected"])
    judged = ~np.isnan(expected["upperbound"])
    exactly(result.dispersion[0][judged], expected["phi"][judged])
    assert (result.trend[0] == (expected["trend"] == 1))[judged].all()
    assert ((expected["observed"] > result.upper_bound[0]) == (expected["alarm"] == 1)).all()


def test_a_jump_is_an_alarm_and_an_equal_count_is_none():
    counts = [3, 4, 5, 4, 3, 4, 5, 4, 30]
    bounds = ears.upper_bounds(counts, "C1")
    assert np.isnan(bounds[:7]).all()
    assert counts[7] < bounds[7] < 8
    assert counts[8] > bounds[8]
    assert ears.upper_bounds([2] * 8, "C1")[7] == 2


def test_a_missing_week_leaves_the_weeks_that_need_it_without_a_bound():
    counts = np.full(30, 4.0) + np.arange(30) % 3
    counts[10] = np.nan
    missing = np.flatnonzero(np.isnan(ears.upper_bounds(counts, "C2")))
    assert missing.tolist() == [*range(9), *range(13, 20)]


def test_a_short_series_has_no_bounds():
    assert np.isnan(ears.upper_bounds([1, 2, 3], "C3")).all()


def seasonal(weeks_of_counts, areas=3, seed=5):
    generator = np.random.default_rng(seed)
    mean = 12 + 6 * np.cos(np.arange(weeks_of_counts) * 2 * np.pi / 52)
    return generator.poisson(mean, (areas, weeks_of_counts)).astype(float)


def test_an_outbreak_is_found_in_its_area_only():
    counts = seasonal(53 * 6)
    counts[1, -1] += 60
    last = counts.shape[1] - 1
    result = farrington.detect(counts, range(last, last + 1), first_day=date(2016, 1, 4))
    assert (counts[:, -1] > result.upper_bound[:, 0]).tolist() == [False, True, False]


def test_several_areas_at_once_are_each_area_alone():
    counts = seasonal(53 * 6)
    judged = range(counts.shape[1] - 5, counts.shape[1])
    together = farrington.detect(counts, judged, first_day=date(2016, 1, 4))
    for area in range(3):
        alone = farrington.detect(counts[[area]], judged, first_day=date(2016, 1, 4))
        exactly(together.upper_bound[area], alone.upper_bound[0])
        exactly(together.expected[area], alone.expected[0])


def test_few_cases_say_nothing_and_few_years_are_refused():
    counts = np.zeros((1, 53 * 6))
    counts[0, ::30] = 1
    last = counts.shape[1] - 1
    assert np.isnan(farrington.detect(counts, range(last, last + 1)).upper_bound).all()
    with pytest.raises(ValueError, match="needs 5 years"):
        farrington.detect(counts, range(200, 201))


def test_past_years_begin_in_the_same_week_of_the_calendar():
    monday = date(2024, 2, 26)
    first = monday - timedelta(weeks=300)
    back = farrington._weeks_back(300, first, 5)
    past = [monday - timedelta(weeks=each) for each in back]
    assert all(each.weekday() == 0 for each in past)
    assert all(abs((each.replace(year=2024) - monday).days) <= 4 for each in past)
