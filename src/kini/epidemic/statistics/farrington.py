"""Farrington Flexible: a week is compared with the same season of past years (Noufaily et al. 2013).

The results are those of `farringtonFlexible` in the R package surveillance 1.20.3, also where it differs from the
papers: after reweighting, the trend's p-value and the standard error of the prediction are computed with the weights of
the residuals in the place of the regression's own; and weeks missing at the start of the baseline move the trend's
prediction back by as many weeks.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Literal

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from kini.epidemic.statistics.poisson_regression import Floats, PoissonFit, fit

#: Series that are computed together: their arrays stay within the processor's cache.
SERIES_AT_ONCE = 256

type Threshold = Literal["delta", "negative-binomial", "mean-quantile"]


@dataclass(frozen=True, slots=True)
class FarringtonOptions:
    """Options; by default those of Noufaily et al. 2013.

    Attributes:
        years: past years that are looked at.
        half_window: weeks before and after the same week of each past year that count as the same season.
        periods: seasons of a year; 1 uses only the weeks of the windows.
        excluded_weeks: last weeks that are left out of the baseline.
        alpha: probability of a false alarm of one week.
        threshold: "delta": of the power-transformed count; "negative-binomial": quantile at the expected mean;
            "mean-quantile": quantile at the upper quantile of the mean.
        power: of the transformation; 2/3, 1/2, or 1 for none.
        outlier: standardized residual above which a baseline week is given less weight.
        reweight: give outliers less weight.
        trend: fit a linear trend.
        trend_p: the trend is kept if its p-value is below.
        min_cases, min_cases_weeks: without so many cases in the last weeks, this one too, a week is not judged.
    """

    years: int = 5
    half_window: int = 3
    periods: int = 10
    excluded_weeks: int = 26
    alpha: float = 0.01
    threshold: Threshold = "negative-binomial"
    power: float = 2 / 3
    outlier: float = 2.58
    reweight: bool = True
    trend: bool = True
    trend_p: float = 1
    min_cases: int = 5
    min_cases_weeks: int = 4


@dataclass(frozen=True, slots=True)
class FarringtonResult:
    """Results for each area and week, shape (areas, weeks); NaN where a week is not judged.

    Attributes:
        upper_bound: a greater count is an alarm.
        expected: mean of the week.
        dispersion: at least 1.
        trend: the trend was kept.
    """

    upper_bound: Floats
    expected: Floats
    dispersion: Floats
    trend: NDArray[np.bool_]


def detect(
    counts: ArrayLike,
    weeks: range,
    *,
    first_day: date | None = None,
    population: ArrayLike | None = None,
    options: FarringtonOptions = FarringtonOptions(),
) -> FarringtonResult:
    """Compute the bounds of some weeks of several areas.

    Args:
        counts: shape (areas, weeks), NaN for a missing one.
        weeks: positions that are judged; each has the past years of `options` before it.
        first_day: day of the first week; past years are then calendar years. None: years of 52 weeks.
        population: by week, for rates; None: counts are compared as they are.

    Raises:
        ValueError: when a week has too few weeks before it.
    """
    series = np.asarray(counts, float)
    sizes = np.zeros(series.shape[-1]) if population is None else np.log(np.asarray(population, float))
    shape = len(series), len(weeks)
    result = FarringtonResult(
        np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape, bool)
    )
    recent = np.stack([series[:, week - options.min_cases_weeks + 1 : week + 1].sum(-1) for week in weeks], axis=1)
    judged = recent >= options.min_cases
    for baseline, columns in _baselines(weeks, first_day, options):
        places = [(area, column) for column in columns for area in np.flatnonzero(judged[:, column])]
        for begin in range(0, len(places), SERIES_AT_ONCE):
            areas, at = np.array(places[begin : begin + SERIES_AT_ONCE]).T
            week = np.array(weeks)[at]
            rows = week[:, None] + baseline.rows
            offset = sizes[rows] if sizes.any() else 0.0
            prediction, with_trend = _judge(series[areas[:, None], rows], baseline, offset, sizes[week], options)
            result.upper_bound[areas, at] = _bound(prediction, options)
            result.expected[areas, at] = prediction.mean
            result.dispersion[areas, at] = prediction.dispersion
            result.trend[areas, at] = with_trend
    return result


@dataclass(frozen=True, slots=True)
class _Baseline:
    """Weeks with which a week is compared, counted from it, and the season of each."""

    rows: NDArray[np.int64]
    seasons: NDArray[np.int64]


def _baselines(
    weeks: range, first_day: date | None, options: FarringtonOptions
) -> Iterator[tuple[_Baseline, list[int]]]:
    """Yield each baseline with the positions of the weeks that have it: most weeks have the same, so one design."""
    columns: dict[tuple[bytes, bytes], list[int]] = {}
    for column, week in enumerate(weeks):
        seasons = _seasons(week, first_day, options)
        rows = np.flatnonzero(seasons[: week - options.excluded_weeks] > 0)
        columns.setdefault(((rows - week).tobytes(), seasons[rows].tobytes()), []).append(column)
    for (back, season), same in columns.items():
        yield _Baseline(np.frombuffer(back, np.int64), np.frombuffer(season, np.int64)), same


def _judge(
    counts: Floats, baseline: _Baseline, offset: Floats | float, now: Floats, options: FarringtonOptions
) -> tuple["_Prediction", NDArray[np.bool_]]:
    """Predict a week for each series of `counts`, shape (series, weeks of the baseline)."""
    seasonal = (baseline.seasons[:, None] == np.arange(1, options.periods)).astype(float)
    plain = np.column_stack([np.ones(len(baseline.rows)), seasonal])
    target = np.zeros((len(counts), plain.shape[1] + 1))
    target[:, 0] = 1
    target[:, -1] = -np.argmax(np.isfinite(counts), axis=-1)

    with_trend = np.zeros(len(counts), bool)
    prediction = _predict(plain, counts, offset, now, target[:, :-1], options)
    if options.trend and options.years > 2:
        sloped = _predict(np.column_stack([plain, baseline.rows]), counts, offset, now, target, options)
        with_trend = (sloped.slope_p < options.trend_p) & (sloped.mean <= np.nanmax(counts, axis=-1))
        prediction = prediction.replaced(with_trend, sloped)
    return prediction, with_trend


def _seasons(week: int, first_day: date | None, options: FarringtonOptions) -> NDArray[np.int64]:
    """Season of each week before `week`: `periods` for its own, others from 1 in the order of time; 0: not used."""
    half, seasons = options.half_window, np.zeros(week + 1, int)
    same_weeks = [week - back for back in _weeks_back(week, first_day, options.years)]
    if same_weeks[-1] < 0:
        raise ValueError(f"Week {week} needs {options.years} years of counts before it.")
    later = same_weeks[0]
    for reference in same_weeks[1:]:
        between = np.arange(reference + half + 1, later - half)
        if options.periods > 1:
            seasons[between] = _split(len(between), options.periods - 1)
        seasons[max(reference - half, 0) : reference + half + 1] = options.periods
        later = reference
    return seasons


def _split(weeks: int, parts: int) -> NDArray[np.int64]:
    """Split weeks into parts as equal as possible, the longer ones first; numbers from 1."""
    length, longer = divmod(weeks, parts)
    return np.repeat(np.arange(1, parts + 1), [length + (part < longer) for part in range(parts)])


def _weeks_back(week: int, first_day: date | None, years: int) -> list[int]:
    """Number of weeks to the same week of this and each past year."""
    if first_day is None:
        return [52 * year for year in range(years + 1)]
    day = first_day + timedelta(weeks=week)
    return [round((day - _years_before(day, year)).days / 7) for year in range(years + 1)]


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return date(day.year - years, 3, 1)


@dataclass(frozen=True, slots=True)
class _Prediction:
    """Prediction for each area: mean, standard error on the log scale, dispersion, p-value of the trend."""

    mean: Floats
    log_error: Floats
    dispersion: Floats
    slope_p: Floats

    def replaced(self, where: NDArray[np.bool_], other: "_Prediction") -> "_Prediction":
        names = [field.name for field in fields(self)]
        return _Prediction(*(np.where(where, getattr(other, name), getattr(self, name)) for name in names))


def _predict(
    design: Floats,
    counts: Floats,
    offset: Floats | float,
    offset_now: Floats,
    target: Floats,
    options: FarringtonOptions,
) -> _Prediction:
    weights = np.isfinite(counts).astype(float)
    fitted = fit(design, counts, weights, offset)
    spread = fitted.dispersion
    if options.reweight:
        weights = _outlier_weights(counts, weights, fitted, options.outlier)
        fitted = fit(design, counts, weights, offset)
        spread = (weights * fitted.working_residuals**2).sum(-1) / fitted.degrees
    mean = np.exp((fitted.coefficients * target).sum(-1) + offset_now)
    error = np.sqrt(np.einsum("ai,aij,aj->a", target, fitted.covariance, target) * spread)
    slope_error = np.sqrt(fitted.covariance[:, -1, -1] * spread)
    slope_p = 2 * scipy.special.stdtr(fitted.degrees, -np.abs(fitted.coefficients[:, -1] / slope_error))
    return _Prediction(mean, error, np.maximum(fitted.dispersion, 1), slope_p)


def _outlier_weights(counts: Floats, known: Floats, fitted: PoissonFit, outlier: float) -> Floats:
    """Weights by standardized Anscombe residuals (Farrington et al. 1996, section 3.6); their sum is that before."""
    mean = fitted.mean
    dispersion = np.maximum(fitted.dispersion, 1)[:, None]
    observed = np.where(known > 0, counts, mean)
    residuals = 1.5 * (observed ** (2 / 3) - mean ** (2 / 3)) / mean ** (1 / 6)
    residuals /= np.sqrt(dispersion * np.maximum(1 - fitted.leverage, np.finfo(float).eps))
    weights = known * np.where(residuals > outlier, np.maximum(residuals, outlier) ** -2.0, 1)
    return np.asarray(weights * known.sum(-1, keepdims=True) / weights.sum(-1, keepdims=True))


def _bound(prediction: _Prediction, options: FarringtonOptions) -> Floats:
    mean, factor = prediction.mean, float(scipy.special.ndtri(1 - options.alpha))
    match options.threshold:
        case "delta":
            variance = (prediction.log_error * mean) ** 2
            spread = prediction.dispersion + variance / mean
            error = options.power * np.sqrt(mean ** (2 * options.power - 1) * spread)
            return np.maximum(mean**options.power + factor * error, 0) ** (1 / options.power)
        case "negative-binomial":
            return _count_quantile(mean, prediction.dispersion, 1 - options.alpha)
        case "mean-quantile":
            upper_mean = np.exp(np.log(mean) + factor * prediction.log_error)
            return _count_quantile(upper_mean, prediction.dispersion, 1 - options.alpha)


def _count_quantile(mean: Floats, dispersion: Floats, probability: float) -> Floats:
    """Quantile of a negative binomial distribution with variance dispersion x mean; Poisson where it is 1."""
    poisson = scipy.stats.poisson.ppf(probability, mean)
    excess = np.where(dispersion > 1, dispersion - 1, 1)
    negative_binomial = scipy.stats.nbinom.ppf(probability, mean / excess, 1 / (1 + excess))
    return np.asarray(np.where(dispersion > 1, negative_binomial, poisson))
