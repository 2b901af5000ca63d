"""The time-varying reproduction number, after Cori et al. 2013 and Wallinga and Teunis 2004.

Day numbers begin at 1, as in the R package EpiEstim 2.2-4, whose results these functions have: cases of day 1 count as
imported, and an estimate is NaN until its window ends after the mean serial interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

type Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Posterior:
    """Gamma posteriors of the reproduction number, one for each window; NaN where there is no estimate."""

    shape: Floats
    scale: Floats

    @property
    def mean(self) -> Floats:
        return self.shape * self.scale

    @property
    def sd(self) -> Floats:
        return np.sqrt(self.shape) * self.scale

    def quantile(self, probability: float) -> Floats:
        return np.asarray(scipy.special.gammaincinv(self.shape, probability) * self.scale)


def discretize_serial_interval(mean: float, sd: float, days: int) -> Floats:
    """Probabilities of a serial interval of 0, 1, ... `days` - 1 days: a gamma distribution shifted by one day.

    Not rescaled, so that they sum to less than one when long intervals are cut off (Cori et al. 2013, web appendix 11).

    Args:
        mean: more than 1 day.
        sd: more than 0 days.
    """
    if not (mean > 1 and sd > 0):
        raise ValueError("A serial interval has a mean above 1 day and a standard deviation above 0 days.")
    shape, scale = ((mean - 1) / sd) ** 2, sd**2 / (mean - 1)
    day = np.arange(-2, days)

    def distribution(form: float) -> Floats:
        return np.asarray(scipy.special.gammainc(form, np.maximum(day, 0) / scale))

    def second_difference(values: Floats) -> Floats:
        return values[2:] - 2 * values[1:-1] + values[:-2]

    mass = second_difference(day * distribution(shape)) - shape * scale * second_difference(distribution(shape + 1))
    return np.maximum(mass, 0)


def infectivity(incidence: ArrayLike, serial_interval: ArrayLike) -> Floats:
    """Total infectiousness of each day: earlier cases, weighted by the serial interval. NaN on the first day.

    Args:
        incidence: all cases, imported ones too; days on the last axis.
        serial_interval: probabilities from a delay of 0 days, which has probability 0.
    """
    cases, weights = np.asarray(incidence, float), np.asarray(serial_interval, float)
    total = np.zeros_like(cases)
    for delay in range(1, min(len(weights), cases.shape[-1])):
        total[..., delay:] += weights[delay] * cases[..., :-delay]
    total[..., 0] = np.nan
    return total


def estimate_reproduction_number(
    local: ArrayLike,
    serial_interval: ArrayLike,
    *,
    imported: ArrayLike = 0,
    window: int = 7,
    prior_mean: float = 5,
    prior_sd: float = 5,
) -> Posterior:
    """Posterior of the reproduction number for each window of days, by the last day of the window (Cori et al. 2013).

    Args:
        local: cases infected in the area, by day of onset; days on the last axis.
        imported: cases infected elsewhere: they infect others, but nobody here infected them.
        window: days of a window; the first one begins on day 2.

    Returns:
        Arrays for the windows that end on day `window` + 1 and later.
    """
    local_cases = np.asarray(local, float)
    arrived = np.broadcast_to(np.asarray(imported, float), local_cases.shape)
    if np.isnan(local_cases).any() or np.isnan(arrived).any():
        raise ValueError("A count is missing. Fill in or leave out the days without counts.")
    weights = np.asarray(serial_interval, float)
    pressure = infectivity(local_cases + arrived, weights)
    infected = sliding_window_view(local_cases[..., 1:], window, axis=-1).sum(-1)
    exposure = sliding_window_view(pressure[..., 1:], window, axis=-1).sum(-1)
    last_day = np.arange(window + 1, local_cases.shape[-1] + 1)
    early = last_day <= np.arange(len(weights)) @ weights
    shape = (prior_mean / prior_sd) ** 2 + infected
    scale = 1 / (prior_mean / prior_sd**2 + exposure)
    return Posterior(np.where(early, np.nan, shape), np.where(early, np.nan, scale))


def draw_serial_intervals(
    mean: tuple[float, float, float, float],
    sd: tuple[float, float, float, float],
    draws: int,
    days: int,
    generator: np.random.Generator,
) -> list[Floats]:
    """Draw serial intervals whose mean and standard deviation are uncertain.

    Args:
        mean: mean, standard deviation, least and greatest value of the mean in days; values outside are drawn again.
        sd: the same of the standard deviation; it is never above the mean that was drawn.
    """

    def draw(middle: float, spread: float, least: float, greatest: float) -> float:
        while not least <= (value := generator.normal(middle, spread)) <= greatest:
            pass
        return float(value)

    intervals: list[Floats] = []
    while len(intervals) < draws:
        average, deviation = draw(*mean), draw(*sd)
        if deviation <= average:
            intervals.append(discretize_serial_interval(average, deviation, days))
    return intervals


@dataclass(frozen=True, slots=True)
class Mixture:
    """Mixture of the posteriors for several serial intervals, in equal parts, for one area.

    Attributes:
        parts: one for each serial interval; those that are NaN for a window have no part in it.
    """

    parts: Sequence[Posterior]

    @property
    def used(self) -> NDArray[np.int64]:
        """Number of serial intervals behind each window's estimate."""
        return np.asarray(np.isfinite([part.shape for part in self.parts]).sum(0))

    @property
    def mean(self) -> Floats:
        return self._average([part.mean for part in self.parts])

    @property
    def sd(self) -> Floats:
        second_moment = self._average([part.mean**2 + part.sd**2 for part in self.parts])
        return np.sqrt(second_moment - self.mean**2)

    def quantile(self, probability: float) -> Floats:
        """Quantile of each window's mixture, exact to 1e-12 relative."""
        shapes = np.array([part.shape for part in self.parts])
        scales = np.array([part.scale for part in self.parts])
        return np.array([_mixed_quantile(*pair, probability) for pair in zip(shapes.T, scales.T, strict=True)])

    def _average(self, values: Sequence[Floats]) -> Floats:
        used = self.used
        total = np.nansum(values, axis=0)
        return np.asarray(np.divide(total, used, out=np.full(total.shape, np.nan), where=used > 0))


def _mixed_quantile(shapes: Floats, scales: Floats, probability: float) -> float:
    known = np.isfinite(shapes)
    if not known.any():
        return float("nan")
    shapes, scales = shapes[known], scales[known]
    bounds = scipy.special.gammaincinv(shapes, probability) * scales
    low, high = float(bounds.min()), float(bounds.max())
    if low == high:
        return low

    def excess(value: float) -> float:
        return float(scipy.special.gammainc(shapes, value / scales).mean() - probability)

    return float(scipy.optimize.brentq(excess, low, high, xtol=1e-14 * high, rtol=1e-13))


def estimate_cohort_reproduction_number(incidence: ArrayLike, serial_interval: ArrayLike, window: int = 7) -> Floats:
    """Mean number of people whom a case of the window infects, by the window's last day (Wallinga and Teunis 2004).

    Cases that are not seen yet are missing from the last windows, which fall towards 0.

    Args:
        incidence: counts of one area by day of onset.

    Returns:
        Array for the windows that end on day `window` + 1 and later; NaN for a window without cases, and for one that
        begins before the first case.
    """
    cases, weights = np.asarray(incidence, float), np.asarray(serial_interval, float)
    pressure = infectivity(cases, weights)
    share = np.divide(cases, pressure, out=np.zeros_like(cases), where=pressure > 0)
    infected = np.zeros_like(cases)
    for delay in range(1, min(len(weights), len(cases))):
        infected[:-delay] += weights[delay] * share[delay:]
    windows = sliding_window_view(cases[1:], window)
    total = windows.sum(-1)
    sums = (windows * sliding_window_view(infected[1:], window)).sum(-1)
    means = np.divide(sums, total, out=np.full(total.shape, np.nan), where=total > 0)
    first_case = int(np.argmax(cases > 0))
    means[: max(0, first_case - 1)] = np.nan
    return np.asarray(means)
