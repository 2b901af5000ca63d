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
#: Years before from which the usual number of a season is taken; with fewer it is that of the last half year.
LEAST_SEASONS = 2
#: Excess, in standard deviations, that CUSUM lets pass in each week, and the sum that is an alarm (Rossi et al. 1999).
REFERENCE, DECISION = 1.04, 2.26
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
    expected = _usual_counts(counts)
    by_method: dict[str, Floats] = {}
    for method in methods:
        if method.startswith("ears-"):
            by_method[method] = ears.upper_bounds(counts, method[5:].upper())[:, judged]  # type: ignore[arg-type]
        elif method == "cusum":
            by_method[method] = _cusum_bounds(counts, expected)[:, judged]
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


def _usual_counts(counts: Floats) -> Floats:
    """Usual number of each week: mean of the season in the years before, else of the weeks before; NaN at first."""
    means = np.full(counts.shape, np.nan)
    weeks = counts.shape[-1]
    for week in range(CUSUM_BASELINE + 2, weeks):
        seasons = [week - 52 * year for year in range(1, OPTIONS.years + 1)]
        around = [
            range(max(each - OPTIONS.half_window, 0), each + OPTIONS.half_window + 1) for each in seasons if each >= 0
        ]
        chosen = [each for span in around for each in span]
        if len(around) < LEAST_SEASONS:
            chosen = list(range(week - 2 - CUSUM_BASELINE, week - 2))
        means[:, week] = counts[:, chosen].mean(-1)
    return means


def _cusum_bounds(counts: Floats, expected: Floats) -> Floats:
    """Bounds of the cumulative sums, with the dispersion of each area about its usual numbers; NaN at first."""
    known = np.isfinite(expected)
    usual = np.maximum(np.where(known, expected, counts), LEAST_EXPECTED)
    excess = np.sum(known * ((counts - usual) ** 2 - usual), -1) / np.maximum(np.sum(known * usual**2, -1), 1)
    dispersion = np.clip(excess, 0, 2)[:, None]
    found = cusum.cumulative_sums(
        counts, usual, transformation="negative-binomial", reference=REFERENCE, decision=DECISION, dispersion=dispersion
    )
    return np.where(known, np.floor(found.upper_bound), np.nan)


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
