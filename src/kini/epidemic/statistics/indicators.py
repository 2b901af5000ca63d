"""Indicators of transmission by day. Days on the last axis; a window is the days until and with a day.

Definitions: WHO, Considerations for implementing and adjusting public health and social measures (14 June 2021).
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

type Floats = NDArray[np.float64]

#: Growth below so much a day has no doubling time worth saying.
LEAST_GROWTH = 0.005


def window_sums(counts: ArrayLike, days: int = 7) -> Floats:
    """Sum of the last `days` days; NaN on the first days, which have fewer."""
    values = np.asarray(counts, float)
    sums = np.full(values.shape, np.nan)
    if values.shape[-1] >= days:
        sums[..., days - 1 :] = sliding_window_view(values, days, axis=-1).sum(-1)
    return sums


def incidence(cases: ArrayLike, population: ArrayLike, days: int = 7, per: int = 100_000) -> Floats:
    """New cases of the last days for each `per` people.

    Args:
        population: for each area, shape of `cases` without days.
    """
    people = np.asarray(population, float)[..., None]
    return _ratio(per * window_sums(cases, days), people)


def positivity(positive: ArrayLike, tested: ArrayLike, days: int = 7) -> Floats:
    """Share of positive results among people tested in the last days; NaN without tests."""
    return _ratio(window_sums(positive, days), window_sums(tested, days))


def fatality(deaths: ArrayLike, cases: ArrayLike, lag: int = 0) -> Floats:
    """Deaths until a day for each case until `lag` days before.

    Without a lag it is too low while an epidemic grows, as the outcome of recent cases is not known.
    """
    died, fallen_ill = np.cumsum(deaths, axis=-1, dtype=float), np.cumsum(cases, axis=-1, dtype=float)
    if lag:
        fallen_ill = np.concatenate([np.zeros_like(fallen_ill[..., :lag]), fallen_ill[..., :-lag]], axis=-1)
    return _ratio(died, fallen_ill)


def growth(cases: ArrayLike, days: int = 7) -> Floats:
    """Daily growth rate between the sums of the last two windows; NaN when either has no case."""
    sums = window_sums(cases, days)
    before = np.full(sums.shape, np.nan)
    before[..., days:] = sums[..., :-days]
    ratio = _ratio(sums, before)
    return np.log(np.where(ratio > 0, ratio, np.nan)) / days


def doubling_time(cases: ArrayLike, days: int = 7) -> Floats:
    """Days until the sum of a window doubles; negative: until it halves; NaN while it hardly changes."""
    rate = growth(cases, days)
    return np.asarray(np.log(2) / np.where(np.abs(rate) >= LEAST_GROWTH, rate, np.nan))


def smoothed_rates(cases: ArrayLike, population: ArrayLike) -> Floats:
    """Rates of small areas, drawn towards the rate of all of them the more the fewer people live there.

    Empirical Bayes by moments (Marshall 1991, doi:10.2307/2347593).

    Args:
        cases, population: areas on the last axis.

    Returns:
        Cases for each person. Areas without people have the common rate.
    """
    counts, people = np.asarray(cases, float), np.asarray(population, float)
    total = people.sum(-1, keepdims=True)
    common = _ratio(counts.sum(-1, keepdims=True), total)
    raw = np.where(people > 0, _ratio(counts, people), common)
    spread = (people * (raw - common) ** 2).sum(-1, keepdims=True) / total
    between = np.maximum(spread - common / people.mean(-1, keepdims=True), 0)
    within = _ratio(np.broadcast_to(common, people.shape), people)
    weight = np.where(people > 0, _ratio(np.broadcast_to(between, people.shape), between + within), 0)
    weight = np.nan_to_num(weight)
    return np.asarray(common + weight * (raw - common))


def _ratio(upper: ArrayLike, lower: ArrayLike) -> Floats:
    top, bottom = np.broadcast_arrays(np.asarray(upper, float), np.asarray(lower, float))
    return np.asarray(np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0))
