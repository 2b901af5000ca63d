"""Nowcast of the cases of the last days, and its calibration on past days as they were known then.

The delay distribution is that of the whole city in the last weeks; each area's own reports are completed with it.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor
from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.statistics.nowcast import Nowcast, ReportingTriangle, nowcast
from kini.epidemic.surveillance import case_counts
from kini.epidemic.surveillance.areas import AreaSet, whole_city
from kini.epidemic.surveillance.measures import DayOf
from kini.epidemic.surveillance.models import Assessment

type Floats = NDArray[np.float64]

#: Days from which delays are learned, and share of the interval that is shown.
WINDOW, PROBABILITY = 28, 0.8
DRAWS = 1000
SEED = 20
#: Fewer reported cases in the window say nothing about delays.
LEAST_CASES = 30
#: Past days on which the calibration is measured, and days between them.
PAST_DAYS, STEP = 180, 3
#: Earlier predictions from which factors are learned before the coverage is measured.
LEAST_PREDICTIONS = 8
#: Subjects of the stored assessment: coverage, and the two factors.
SUBJECTS = ("nowcast", "nowcast-low", "nowcast-high")
#: Half a case, as counts are whole numbers.
HALF, TIE = 0.5, 1e-6


@dataclass(frozen=True, slots=True)
class Factors:
    """Factors of the distances from the median to the bounds, by which past intervals would have covered their share.

    Weekdays without reports make delays less regular than the model; small whole numbers make intervals too wide.
    """

    low: float = 1.0
    high: float = 1.0


@dataclass(frozen=True, slots=True)
class NowcastSeries:
    """Nowcast of areas for the last days.

    Attributes:
        first: first of these days.
        reported: known so far, shape (areas, days).
        median, low, high: predicted final numbers with the 80 % interval.
    """

    areas: AreaSet
    first: date
    reported: Floats
    median: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Calibration:
    """Share of past days whose final number lay in the interval that was predicted for them.

    Attributes:
        days: on which it was measured.
        factors: learned from all of them, for the next prediction.
    """

    covered: float
    days: int
    factors: Factors


def nowcast_series(
    disease: str, areas: AreaSet, day: date, by: DayOf = "onset", *, factors: Factors = Factors()
) -> NowcastSeries | None:
    """Nowcast the days until `day`, as known then, whose reports are not all in; None when too few cases are known."""
    delay = disease_of(disease).surveillance.longest_delay
    city, cells = (
        case_counts.reporting_cells(disease, each, by, day, WINDOW + delay, delay) for each in (whole_city(), areas)
    )
    predicted = _predict(cells, delay, city)
    if predicted is None:
        return None
    median, low, high = (np.array(each) for each in zip(*(_bounds(each, factors) for each in predicted), strict=True))
    reported = np.array([each.reported for each in predicted], float)
    return NowcastSeries(areas, day - timedelta(days=median.shape[1] - 1), reported, median, low, high)


def calibrate(disease: str, areas: AreaSet, day: date, by: DayOf = "onset") -> Calibration | None:
    """Measure the coverage of the interval on past days, each as it was known then; None without enough cases.

    Days whose numbers are not final are left out, and those that were certain when they were predicted.
    """
    delay = disease_of(disease).surveillance.longest_delay
    span = PAST_DAYS + WINDOW + 2 * delay
    return calibration_of(case_counts.reporting_cells(disease, areas, by, day, span, delay), delay)


@action
def measure_nowcast(*, by: Actor, disease: str, day: date) -> Calibration | None:
    """Measure the nowcast of the whole city on the past, and store its coverage and factors."""
    city = whole_city()
    measured = calibrate(disease, city, day)
    if measured:
        values = (measured.covered, measured.factors.low, measured.factors.high)
        for subject, value in zip(SUBJECTS, values, strict=True):
            Assessment.objects.update_or_create(
                disease=disease,
                subject=subject,
                level=city.areas[0].level,
                measured_on=day,
                defaults={"value": value, "cases": measured.days},
            )
        detail = {"covered": measured.covered, "days": measured.days}
        audit.record(by=by, action="epidemic.nowcast-measured", subject=f"disease:{disease}", detail=detail)
    return measured


def measured_calibration(disease: str, day: date) -> Calibration | None:
    """Newest stored calibration until a day."""
    stored = Assessment.objects.filter(disease=disease, subject__in=SUBJECTS, measured_on__lte=day)
    found = {each.subject: each for each in stored.order_by("-measured_on")[: len(SUBJECTS)]}
    if len(found) < len(SUBJECTS):
        return None
    covered, low, high = (found[subject] for subject in SUBJECTS)
    return Calibration(covered.value, covered.cases, Factors(low.value, high.value))


def calibration_of(cells: NDArray[np.int64], delay: int, step: int = STEP) -> Calibration | None:
    """Measure the coverage on cells (areas, days, delays) of which all but the last `delay` days are final.

    Each prediction is made with the factors that were known on its day: from predictions whose numbers were final then.
    """
    final = cells.sum(-1)
    covered, judged = 0, 0
    scores: list[tuple[int, Floats]] = []
    for today in range(WINDOW + delay - 1, cells.shape[1] - delay, step):
        known = [each for day, each in scores if day + delay <= today]
        factors = _factors(known)
        for place, each in enumerate(_predict(_as_known(cells, today, delay), delay) or ()):
            median, low, high = _bounds(each, Factors())
            truth = final[place, today + 1 - len(low) : today + 1].astype(float)
            open_ = high > low
            scores.append((today, _scores(truth, median, low, high)[:, open_]))
            if len(known) >= LEAST_PREDICTIONS:
                _median, low, high = _bounds(each, factors)
                covered += int(((truth >= low) & (truth <= high) & open_).sum())
                judged += int(open_.sum())
    return Calibration(covered / judged, judged, _factors([each for _day, each in scores])) if judged else None


def _as_known(cells: NDArray[np.int64], today: int, delay: int) -> NDArray[np.int64]:
    """The last days until `today`, without what was reported later."""
    seen = cells[:, today - WINDOW - delay + 1 : today + 1].copy()
    ages = np.arange(seen.shape[1])[::-1]
    seen[:, np.arange(seen.shape[2]) > ages[:, None]] = 0
    return seen


def _scores(truth: Floats, median: Floats, low: Floats, high: Floats) -> Floats:
    """Distances of final numbers below and above the median, in distances of the bounds; shape (2, days)."""
    below, above = median - truth - HALF, truth - median - HALF  # bounds are rounded
    return np.array([below / (median - low + HALF), above / (high - median + HALF)])


def _factors(scores: list[Floats]) -> Factors:
    if not scores:
        return Factors()
    both = np.concatenate(scores, axis=1)
    sides = np.maximum(np.quantile(both, (1 + PROBABILITY) / 2, axis=1), 0.1)
    farthest = (both / sides[:, None]).max(0)
    # Many days have the same score, as counts are whole: with or without them, what comes closer to the share.
    edge = np.quantile(farthest, PROBABILITY, method="lower")
    scale = (
        edge
        if abs((farthest <= edge).mean() - PROBABILITY) < abs((farthest < edge).mean() - PROBABILITY)
        else edge - TIE
    )
    return Factors(float(sides[0] * scale), float(sides[1] * scale))


def _bounds(prediction: Nowcast, factors: Factors) -> tuple[Floats, Floats, Floats]:
    """Median and bounds in whole numbers, not below what is known."""
    median = prediction.median
    low, high = prediction.interval(PROBABILITY)
    if factors != Factors():
        low = np.round(median - factors.low * (median - low + HALF))
        high = np.round(median + factors.high * (high - median + HALF))
    return median, np.maximum(low, prediction.reported), np.maximum(high, prediction.reported)


def _predict(cells: NDArray[np.int64], delay: int, learned: NDArray[np.int64] | None = None) -> list[Nowcast] | None:
    """Nowcast of each area, with the delays of the cells that are learned from (all areas together)."""
    counts = np.maximum(cells, 0)
    together = np.maximum(cells if learned is None else learned, 0).sum(0)
    if together.sum() < LEAST_CASES:
        return None
    delays = ReportingTriangle(together, WINDOW)
    generator = np.random.default_rng(SEED)
    result = []
    for area in counts:
        complete = area[:-delay].sum(-1)
        mean = max(float(complete[-WINDOW:].mean()), 0.2)
        result.append(
            nowcast(
                ReportingTriangle(area, WINDOW),
                generator,
                prior_mean=mean,
                prior_variance=mean + max(float(complete[-WINDOW:].var()), mean) + mean**2,
                draws=DRAWS,
                delays=delays,
            )
        )
    return result
