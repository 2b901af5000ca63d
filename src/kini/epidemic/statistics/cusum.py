"""Cumulative sums (CUSUM) of standardized counts (Rossi et al. 1999; `algo.cusum` of R's surveillance 1.20.3)."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kini.epidemic.statistics import poisson_regression

type Floats = NDArray[np.float64]
type Transformation = Literal["standard", "rossi", "anscombe", "anscombe2nd", "negative-binomial"]


@dataclass(frozen=True, slots=True)
class Cusum:
    """Result for each week.

    Attributes:
        statistic: cumulative sum after the week.
        upper_bound: greatest count without an alarm; rounded up for "standard".
        alarm: the statistic has reached `decision`; it is not reset.
    """

    statistic: Floats
    upper_bound: Floats
    alarm: NDArray[np.bool_]


def cumulative_sums(
    counts: ArrayLike,
    expected: ArrayLike,
    *,
    transformation: Transformation = "rossi",
    reference: float = 1.04,
    decision: float = 2.26,
    dispersion: float | Floats = 0.1,
) -> Cusum:
    """Cumulative sums of the standardized excess over `reference`, never below 0.

    Args:
        counts: weeks on the last axis.
        expected: in-control means, broadcast to `counts`.
        dispersion: alpha of the negative binomial variance, mean + alpha mean².
    """
    observed = np.asarray(counts, float)
    mean = np.broadcast_to(np.asarray(expected, float), observed.shape)
    excess = _standardized(observed, mean, transformation, dispersion) - reference
    statistic, before = np.zeros_like(excess), np.zeros_like(excess)
    running = np.zeros(excess.shape[:-1])
    for week in range(excess.shape[-1]):
        before[..., week] = running
        running = statistic[..., week] = np.maximum(running + excess[..., week], 0)
    bound = _count_of(decision + reference - before, mean, transformation, dispersion)
    if transformation == "standard":
        bound = np.ceil(bound)
    return Cusum(statistic, np.maximum(bound, 0), statistic >= decision)


def seasonal_means(counts: ArrayLike, weeks: int, *, phase: int = 1, frequency: int = 52) -> Floats:
    """Means of one area by a Poisson regression with trend and one harmonic on its first `weeks` counts.

    Args:
        phase: number of the first week within its year.
        frequency: weeks of a year.
    """
    series = np.asarray(counts, float)
    time = phase + np.arange(len(series))
    angle = 2 * np.pi * time / frequency
    design = np.column_stack([np.ones(len(series)), np.cos(angle), np.sin(angle)])
    fitted = poisson_regression.fit(design[:weeks], series[None, :weeks], np.ones((1, weeks)))
    return np.asarray(np.exp(design @ fitted.coefficients[0]))


def _standardized(counts: Floats, mean: Floats, transformation: Transformation, dispersion: float | Floats) -> Floats:
    match transformation:
        case "standard":
            return (counts - mean) / np.sqrt(mean)
        case "rossi":
            return np.asarray((counts - 3 * mean + 2 * np.sqrt(counts * mean)) / (2 * np.sqrt(mean)))
        case "anscombe":
            return 1.5 * (counts ** (2 / 3) - mean ** (2 / 3)) / mean ** (1 / 6)
        case "anscombe2nd":
            return 1.5 * (counts ** (2 / 3) - mean ** (2 / 3) + mean ** (-1 / 3) / 9) / mean ** (1 / 6)
        case "negative-binomial":
            return (counts - mean) / np.sqrt(mean + dispersion * mean**2)


def _count_of(value: Floats, mean: Floats, transformation: Transformation, dispersion: float | Floats) -> Floats:
    """Count whose standardized value is `value`."""
    root = np.sqrt(mean)
    match transformation:
        case "standard":
            return mean + value * root
        case "rossi":
            inner = 4 * mean + 2 * value * root
            return np.where(inner < 0, 0, (np.sqrt(np.maximum(inner, 0)) - root) ** 2)
        case "anscombe":
            return np.maximum(mean ** (2 / 3) + value * mean ** (1 / 6) / 1.5, 0) ** 1.5
        case "anscombe2nd":
            # As in the package; exactly it would be mean ** (-1 / 3), as in the statistic.
            return np.maximum(mean ** (2 / 3) - mean ** (1 / 3) / 9 + value * mean ** (1 / 6) / 1.5, 0) ** 1.5
        case "negative-binomial":
            return mean + value * np.sqrt(mean + dispersion * mean**2)
