"""Quasi-Poisson regression with a log link, for many areas at once.

It follows R's `glm`: the same start, iteration until the deviance changes by less than 1e-8 of itself, and covariance,
leverage and dispersion by the weights with which the last iteration began.
"""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]

MAX_ITERATIONS = 25
TOLERANCE = 1e-8


@dataclass(frozen=True, slots=True)
class PoissonFit:
    """Fits of several areas with one design.

    Attributes:
        coefficients: shape (areas, columns).
        mean: fitted means, shape (areas, weeks).
        covariance: inverse of X'WX, shape (areas, columns, columns); to be multiplied by the dispersion.
        working_residuals: shape (areas, weeks).
        leverage: diagonal of the hat matrix, shape (areas, weeks).
        degrees: residual degrees of freedom, shape (areas,).
        dispersion: Pearson's, not less than 0; shape (areas,).
    """

    coefficients: Floats
    mean: Floats
    covariance: Floats
    working_residuals: Floats
    leverage: Floats
    degrees: Floats
    dispersion: Floats


def fit(design: Floats, counts: Floats, weights: Floats, offset: Floats | float = 0.0) -> PoissonFit:
    """Fit log(mean) = offset + design @ coefficients by iteratively reweighted least squares.

    Args:
        design: shape (weeks, columns).
        counts: shape (areas, weeks).
        weights: prior weights, shape (areas, weeks); 0 where a count is missing, whose value is ignored.
        offset: logarithms, shape (weeks,) or (areas, weeks).
    """
    known = weights > 0
    observed = np.where(known, counts, 0)
    mean = observed + 0.1
    linear = np.log(mean)
    products = _products(design)
    saturated = (weights * (scipy.special.xlogy(observed, observed) - observed)).sum(-1)
    deviance = _deviance(saturated, observed, mean, linear, weights)
    coefficients = np.zeros((len(counts), design.shape[1]))
    last_weights = np.zeros_like(mean)
    running = np.ones(len(counts), bool)
    for _ in range(MAX_ITERATIONS):
        if not running.any():
            break
        now = slice(None) if running.all() else np.flatnonzero(running)
        offsets = offset[now] if np.ndim(offset) == 2 else offset  # type: ignore[index]
        response = linear[now] - offsets + (observed[now] - mean[now]) / mean[now]
        working = weights[now] * mean[now]
        last_weights[now] = working
        right = (working * response) @ design
        coefficients[now] = np.linalg.solve(_normal(working, products), right[..., None])[..., 0]
        linear[now] = coefficients[now] @ design.T + offsets
        mean[now] = np.maximum(np.exp(linear[now]), np.finfo(float).tiny)
        changed = _deviance(saturated[now], observed[now], mean[now], linear[now], weights[now])
        running[now] = np.abs(changed - deviance[now]) >= TOLERANCE * (np.abs(changed) + 0.1)
        deviance[now] = changed
    return _described(design, products, observed, mean, last_weights, coefficients)


def _products(design: Floats) -> Floats:
    """Products of each pair of columns, so that the normal equations of all areas are one product of matrices."""
    return np.asarray((design[:, :, None] * design[:, None, :]).reshape(len(design), -1))


def _normal(working: Floats, products: Floats) -> Floats:
    columns = round(products.shape[1] ** 0.5)
    return np.asarray((working @ products).reshape(-1, columns, columns))


def _described(
    design: Floats, products: Floats, counts: Floats, mean: Floats, working: Floats, coefficients: Floats
) -> PoissonFit:
    covariance = np.linalg.inv(_normal(working, products))
    leverage = working * (covariance.reshape(len(counts), -1) @ products.T)
    residuals = (counts - mean) / mean
    degrees = (working > 0).sum(-1) - design.shape[1]
    pearson = (working * residuals**2).sum(-1)
    dispersion = np.divide(pearson, degrees, out=np.full(len(counts), np.nan), where=degrees > 0)
    return PoissonFit(coefficients, mean, covariance, residuals, leverage, degrees.astype(float), dispersion)


def _deviance(saturated: Floats, counts: Floats, mean: Floats, linear: Floats, weights: Floats) -> Floats:
    """Deviance; the logarithms of the means are known, but for those at the least number."""
    return np.asarray(2 * (saturated - (weights * (counts * linear - mean)).sum(-1)))
