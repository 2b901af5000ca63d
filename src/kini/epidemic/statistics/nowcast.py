"""Nowcast: how many cases of the last days will be known when all reports have come in.

After Höhle and an der Heiden 2014 (doi:10.1111/biom.12194), who continue Lawless 1994. Delays are counted to the
greatest one of interest; longer ones count as that.
"""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

type Floats = NDArray[np.float64]
type Counts = NDArray[np.int64]

#: Weight of one day of delay in the prior of the delay distribution (a symmetric Dirichlet distribution).
PRIOR_WEIGHT = 0.1


@dataclass(frozen=True, slots=True)
class ReportingTriangle:
    """Cases by day of event and delay of their report, as known on the last day.

    Attributes:
        cells: shape (days, greatest delay + 1); 0 where a report is still to come.
        window: number of last days from which each delay is learned; None: all.
    """

    cells: Counts
    window: int | None = None

    @classmethod
    def of(
        cls, event_days: ArrayLike, report_days: ArrayLike, today: int, max_delay: int, window: int | None = None
    ) -> "ReportingTriangle":
        """Count a line list, from the first event on.

        Args:
            event_days, report_days: day numbers of each case; cases that are reported after `today` are left out.

        Raises:
            ValueError: a report lies before its event, or there is no case.
        """
        events, reports = np.asarray(event_days, int), np.asarray(report_days, int)
        if (reports < events).any():
            raise ValueError("A report lies before its event. Correct the dates of these cases.")
        known = reports <= today
        if not known.any():
            raise ValueError("There is no case until today.")
        first = int(events[known].min())
        cells = np.zeros((today - first + 1, max_delay + 1), int)
        delays = np.minimum(reports - events, max_delay)
        # A long delay counts as the greatest one, so it may stand where nothing can be known yet.
        known &= events + delays <= today
        np.add.at(cells, (events[known] - first, delays[known]), 1)
        return cls(cells, window)

    @property
    def reported(self) -> Counts:
        """Cases of each day that are known."""
        return np.asarray(self.cells.sum(1))

    @property
    def by_delay(self) -> Counts:
        """Reports with each delay, of the last days for which it can be known: n_x of Lawless."""
        return self._last(self.cells)

    @property
    def at_risk(self) -> Counts:
        """Reports with at most each delay, of the same days: N_x of Lawless."""
        return self._last(self.cells.cumsum(1))

    def _last(self, values: Counts) -> Counts:
        days, delays = values.shape
        first = 0 if self.window is None else days - self.window
        columns = range(delays)
        return np.array([values[max(first - delay, 0) : max(days - delay, 0), delay].sum() for delay in columns])


def delay_distribution(triangle: ReportingTriangle, prior_weight: float = 0.0) -> Floats:
    """Probability that a report has come after 0, 1, ... days, by reverse hazards, so that recent days do not bias it.

    Args:
        prior_weight: 0 is the estimate of Lawless; PRIOR_WEIGHT the mean for `nowcast`.
    """
    first, second = _reverse_hazard_parameters(triangle, prior_weight)
    total = first + second
    hazards = np.divide(first, total, out=np.zeros(len(first)), where=total > 0)
    return _distribution(hazards)


@dataclass(frozen=True, slots=True)
class Nowcast:
    """Predicted number of cases of each of the last days, oldest first.

    Attributes:
        reported: cases known today.
        draws: predicted numbers, shape (draws, days).
    """

    reported: Counts
    draws: Counts

    @property
    def median(self) -> Floats:
        return np.asarray(np.quantile(self.draws, 0.5, axis=0, method="inverted_cdf"))

    def interval(self, probability: float) -> tuple[Floats, Floats]:
        """Bounds of the central interval with this probability, for each day."""
        tail = (1 - probability) / 2
        bounds = np.quantile(self.draws, [tail, 1 - tail], axis=0, method="inverted_cdf")
        return np.asarray(bounds[0], float), np.asarray(bounds[1], float)


def nowcast(
    triangle: ReportingTriangle,
    generator: np.random.Generator,
    *,
    prior_mean: float,
    prior_variance: float,
    draws: int = 2000,
    delays: ReportingTriangle | None = None,
) -> Nowcast:
    """Draw the final numbers of the days whose reports are not all in.

    The delay distribution is drawn from its posterior; given it, what is still to come is negative binomial under a
    gamma prior of the daily mean.

    Args:
        prior_mean, prior_variance: of the number of cases of a day; the variance is greater than the mean.
        delays: reports from which the delays are learned, such as those of the whole city; None: the same ones.
    """
    max_delay = triangle.cells.shape[1] - 1
    days = min(max_delay, len(triangle.cells))
    reported = triangle.reported[len(triangle.cells) - days :]
    shape = prior_mean**2 / (prior_variance - prior_mean)
    rate = prior_mean / (prior_variance - prior_mean)
    first, second = _reverse_hazard_parameters(delays or triangle, PRIOR_WEIGHT)
    hazards = np.zeros((draws, max_delay + 1))
    hazards[:, 1:] = generator.beta(first[1:], second[1:], size=(draws, max_delay))
    chance = _distribution(hazards)[:, days - 1 :: -1]
    missing = generator.negative_binomial(shape + reported, (rate + chance) / (rate + 1))
    return Nowcast(reported, reported + missing)


def predict_without_truncation(triangle: ReportingTriangle, delay: int) -> "tuple[int, scipy.stats.rv_discrete]":
    """Cases known of the day `delay` days ago, and the exact distribution of those to come, if delays do not change.

    The delay distribution is taken from all reports: a growing epidemic makes delays seem short. It is the beta
    negative binomial distribution of Höhle and an der Heiden 2014, with a flat prior.
    """
    counts = triangle.by_delay + PRIOR_WEIGHT
    known = int(triangle.reported[len(triangle.cells) - 1 - delay])
    come, open_ = float(counts[: delay + 1].sum()), float(counts[delay + 1 :].sum())
    return known, scipy.stats.betanbinom(known + 1, come, open_)


def _reverse_hazard_parameters(triangle: ReportingTriangle, prior_weight: float) -> tuple[Floats, Floats]:
    """Parameters of the beta posteriors of P(delay = x | delay <= x)."""
    delays = np.arange(triangle.cells.shape[1])
    with_delay, at_risk = triangle.by_delay, triangle.at_risk
    return np.asarray(with_delay + prior_weight, float), np.asarray(at_risk - with_delay + prior_weight * delays, float)


def _distribution(hazards: Floats) -> Floats:
    """Distribution of the delay (last axis) from its reverse hazards."""
    later = np.cumprod(1 - hazards[..., :0:-1], axis=-1)[..., ::-1]
    return np.concatenate([later, np.ones((*hazards.shape[:-1], 1))], axis=-1)
