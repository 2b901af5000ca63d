"""Alerts of weekly counts by several methods, and the false alarms that each of them gives. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from kini.epidemic.diseases.level_schema import AlertRules
from kini.epidemic.statistics import cusum, ears, farrington
from kini.epidemic.statistics.farrington import FarringtonOptions

type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]

#: Weeks from which the usual number of cases is taken for CUSUM, before the weeks that are judged.
CUSUM_BASELINE = 26
#: Least expected number for CUSUM, as its statistic has no meaning at 0.
LEAST_EXPECTED = 0.5
OPTIONS = FarringtonOptions()
#: Weeks of history that Farrington needs: five years, with the half window of the first.
FARRINGTON_WEEKS = OPTIONS.years * 52 + OPTIONS.years + OPTIONS.half_window
WEEKS_OF_YEAR = 365.25 / 7
SEED = 2021


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds of several methods for the last weeks; NaN where a method cannot judge.

    Attributes:
        by_method: shape (areas, weeks) each; a greater count is an alarm.
        expected: from the method that expects most exactly, else the mean before.
    """

    by_method: Mapping[str, Floats]
    expected: Floats

    def alarms(self, counts: Floats, rules: AlertRules) -> Flags:
        """Weeks in which enough methods agree and there are enough cases."""
        agree = np.sum([counts > bound for bound in self.by_method.values()], axis=0)
        able = np.sum([np.isfinite(bound) for bound in self.by_method.values()], axis=0)
        needed = np.minimum(rules.needed, np.maximum(able, 1))
        return np.asarray((agree >= needed) & (counts >= rules.least_cases))


def bounds(counts: Floats, weeks: int, methods: Sequence[str], first_day: date | None = None) -> Bounds:
    """Compute the bounds of the last weeks.

    Args:
        counts: shape (areas, weeks), without gaps; all weeks before those judged are history.
        first_day: day of the first week, for calendar years; None: years of 52 weeks.
    """
    judged = slice(counts.shape[-1] - weeks, None)
    expected = _running_means(counts)
    by_method: dict[str, Floats] = {}
    for method in methods:
        if method.startswith("ears-"):
            by_method[method] = ears.upper_bounds(counts, method[5:].upper())[:, judged]  # type: ignore[arg-type]
        elif method == "cusum":
            usual = np.maximum(expected, LEAST_EXPECTED)
            found = cusum.cumulative_sums(np.nan_to_num(counts), np.where(np.isnan(usual), 1e9, usual))
            by_method[method] = np.where(np.isnan(usual), np.nan, np.floor(found.upper_bound))[:, judged]
        else:
            by_method[method] = np.full((len(counts), weeks), np.nan)
            able = [week for week in range(counts.shape[-1])[judged] if week >= FARRINGTON_WEEKS]
            if able:
                found_weeks = farrington.detect(counts, range(able[0], able[-1] + 1), first_day=first_day)
                by_method[method][:, weeks - len(able) :] = found_weeks.upper_bound
                expected[:, able] = np.where(np.isnan(found_weeks.expected), expected[:, able], found_weeks.expected)
    return Bounds(by_method, expected[:, judged])


def false_alarms(
    counts: Floats, rules: AlertRules, years: int = 2, generator: np.random.Generator | None = None
) -> dict[str, float]:
    """False alarms of an area in a year, for each method and for the rule as a whole ("rule").

    Series without an outbreak are drawn for each area: negative binomial, with the seasonal means and the dispersion of
    its own past, of which the highest tenth of the weeks is left out as possible outbreaks.
    """
    generator = generator or np.random.default_rng(SEED)
    quiet = _without_outbreaks(counts, generator, years)
    judged = round(years * WEEKS_OF_YEAR)
    found = bounds(quiet, judged, rules.methods)
    last = quiet[:, -judged:]
    enough = last >= rules.least_cases
    alarms = {method: (last > bound) & enough for method, bound in found.by_method.items()}
    alarms["rule"] = found.alarms(last, rules)
    return {name: float(flags.sum() / len(counts) / years) for name, flags in alarms.items()}


def _running_means(counts: Floats) -> Floats:
    """Mean of the weeks before each week, without the two before it; NaN on the first weeks."""
    means = np.full(counts.shape, np.nan)
    sums = np.cumsum(np.nan_to_num(counts), axis=-1)
    first = CUSUM_BASELINE + 2
    if counts.shape[-1] > first:
        upper = sums[:, CUSUM_BASELINE - 1 : -3]
        lower = np.concatenate([np.zeros((len(counts), 1)), sums[:, : -3 - CUSUM_BASELINE]], axis=1)
        means[:, first:] = (upper - lower) / CUSUM_BASELINE
    return means


def _without_outbreaks(counts: Floats, generator: np.random.Generator, years: int) -> Floats:
    """Drawn series as long as the methods need, from the past's level, season and dispersion."""
    history = np.nan_to_num(counts)
    cap = np.quantile(history, 0.9, axis=-1, keepdims=True)
    usual = np.minimum(history, cap)
    weeks = max(history.shape[-1], FARRINGTON_WEEKS + round(years * WEEKS_OF_YEAR) + 2)
    season = np.arange(history.shape[-1]) % 52
    means = np.stack(
        [usual[:, season == week].mean(-1) if (season == week).any() else usual.mean(-1) for week in range(52)], 1
    )
    smooth = np.mean([np.roll(means, shift, axis=1) for shift in (-2, -1, 0, 1, 2)], axis=0)
    mean = np.maximum(smooth[:, np.arange(weeks) % 52], 0.01)
    spread = usual.var(-1, keepdims=True) / np.maximum(usual.mean(-1, keepdims=True), 0.01)
    excess = np.clip(spread, 1.05, 5) - 1
    return np.asarray(generator.negative_binomial(mean / excess, 1 / (1 + excess)), float)
