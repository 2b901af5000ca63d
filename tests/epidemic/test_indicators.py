"""Indicators: worked figures, edges, and smoothing that keeps the total."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kini.epidemic.statistics import indicators


def test_incidence_needs_a_whole_window():
    rates = indicators.incidence([[10, 0, 0, 0, 0, 0, 0, 4]], [20_000])
    assert np.isnan(rates[0, :6]).all()
    assert rates[0, 6:].tolist() == [50, 20]


def test_shares_without_anybody_are_unknown():
    assert indicators.positivity([3] * 7, [60] * 7)[-1] == pytest.approx(0.05)
    assert np.isnan(indicators.positivity([0] * 7, [0] * 7)[-1])
    assert np.isnan(indicators.incidence([1] * 7, 0)[-1])


def test_a_lag_compares_deaths_with_the_cases_of_before():
    cases, deaths = [100, 100, 200, 400], [0, 0, 2, 4]
    assert indicators.fatality(deaths, cases)[-1] == pytest.approx(6 / 800)
    assert indicators.fatality(deaths, cases, lag=2)[-1] == pytest.approx(6 / 200)
    assert np.isnan(indicators.fatality(deaths, cases, lag=2)[1])


def test_what_doubles_in_ten_days_is_said_to_double_in_ten_days():
    cases = 1000 * 2 ** (np.arange(30) / 10)
    assert indicators.doubling_time(cases)[-1] == pytest.approx(10)
    assert indicators.doubling_time(cases[::-1])[-1] == pytest.approx(-10)
    assert np.isnan(indicators.doubling_time(np.full(30, 50.0))[-1])
    assert np.isnan(indicators.doubling_time(np.zeros(30))[-1])


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(200, 60_000)), min_size=2, max_size=40).filter(
        lambda areas: any(cases for cases, _people in areas)
    )
)
def test_smoothed_rates_lie_between_their_own_and_the_common_one(areas):
    cases, people = map(np.array, zip(*areas, strict=True))
    smoothed, raw = indicators.smoothed_rates(cases, people), cases / people
    common = cases.sum() / people.sum()
    low, high = np.minimum(raw, common), np.maximum(raw, common)
    assert (smoothed >= low - 1e-12).all()
    assert (smoothed <= high + 1e-12).all()


def test_small_areas_are_drawn_further_to_the_common_rate():
    smoothed = indicators.smoothed_rates([4, 400, 10, 1500], [400, 40_000, 10_000, 500_000])
    common = 1914 / 550_400
    assert abs(smoothed[0] - 0.01) > abs(smoothed[1] - 0.01)
    assert common < smoothed[0] < smoothed[1] < 0.01
    assert indicators.smoothed_rates([0, 5], [0, 1000])[0] == pytest.approx(0.005)
