"""Early Aberration Reporting System (EARS): methods C1, C2 and C3 (Hutwagner et al. 2003).

The results are those of `earsC` in the R package surveillance 1.20.3, whose C3 differs from the paper: its bound moves
with the week's own count, and a week is an alarm by the two weeks before it. Only its comparison with the count has a
meaning.
"""

from typing import Literal

import numpy as np
import scipy
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

type Method = Literal["C1", "C2", "C3"]

#: Weeks between the baseline and the week that is judged.
GAPS: dict[Method, int] = {"C1": 0, "C2": 2, "C3": 2}
#: Probability of a false alarm for each week.
ALPHAS: dict[Method, float] = {"C1": 0.001, "C2": 0.001, "C3": 0.025}


def upper_bounds(
    counts: ArrayLike, method: Method, *, baseline: int = 7, alpha: float | None = None, min_sd: float = 0
) -> NDArray[np.float64]:
    """Upper bound of each week's count; a greater count is an alarm, an equal one is not.

    Args:
        counts: by week (or day) on the last axis; NaN for a missing one, which makes bounds that need it NaN.
        baseline: number of weeks from which mean and standard deviation are computed.
        alpha: probability of a false alarm; by default 0.001, for C3 0.025.
        min_sd: least standard deviation. With 0 a single case after equal weeks is an alarm of C1 and C2, and C3 has
            no bound there.

    Returns:
        Array of the same shape, NaN in the first weeks and where there is no bound.
    """
    series = np.asarray(counts, float)
    bounds = np.full(series.shape, np.nan)
    first = baseline + GAPS[method]
    if series.shape[-1] <= first:
        return bounds
    windows = sliding_window_view(series, baseline, axis=-1)[..., : series.shape[-1] - first, :]
    mean, sd = windows.mean(-1), np.maximum(windows.std(-1, ddof=1), min_sd)
    factor = float(scipy.special.ndtri(1 - (ALPHAS[method] if alpha is None else alpha)))
    if method != "C3":
        bounds[..., first:] = mean + factor * sd
        return bounds
    with np.errstate(divide="ignore", invalid="ignore"):
        excess = np.maximum((series[..., first:] - mean) / sd - 1, 0)
        before = excess[..., :-2] + excess[..., 1:-1]
        bound = series[..., first + 2 :] + sd[..., 2:] * (factor - before)
    bounds[..., first + 2 :] = np.maximum(bound, 0)
    return bounds
