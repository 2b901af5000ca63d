"""The reproduction number equals that of EpiEstim, and behaves at the edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kini.epidemic.statistics import reproduction
from tests.epidemic.conftest import VECTORS, cases_of, close, columns, parametrized, rows

FOLDER = VECTORS / "epiestim-more"
WINDOWS = {"daily": 1, "weekly": 7, "blocks": 7, "biweekly": 14}
QUANTILES = {"q0.025": 0.025, "q0.05": 0.05, "q0.25": 0.25, "median": 0.5, "q0.75": 0.75, "q0.95": 0.95}
#: Influenza in a school in Pennsylvania, 2009 (Cori et al. 2013, doi:10.1093/aje/kwt133), and its serial interval.
FLU = [1, 1, 0, 2, 5, 3, 3, 3, 6, 2, 5, 9, 13, 12, 13, 11, 12, 6, 6, 6, 3, 1, 0, 2, 0, 0, 0, 0, 2, 0, 2, 0]
INTERVAL = [0, 0.233, 0.359, 0.198, 0.103, 0.053, 0.027, 0.014, 0.007, 0.003, 0.002, 0.001]
exactly = close(1e-10)


def cases(*methods):
    return parametrized([case for case in cases_of("epiestim-more") if case["method"].startswith(methods)])


def incidence(case):
    table = columns(FOLDER / "series" / f"{case['series']}.csv")
    return (table["local"], table["imported"]) if "local" in table else (table["I"], 0)


def prior(case):
    config = case["config"]
    return {"prior_mean": config.get("mean_prior", 5), "prior_sd": config.get("std_prior", 5)}


def interval(case, days):
    config = case["config"]
    return config.get("si_distr") or reproduction.discretize_serial_interval(config["mean_si"], config["std_si"], days)


def test_influenza_in_a_school():
    local = [0, *FLU[1:]]
    posterior = reproduction.estimate_reproduction_number(local, INTERVAL, imported=[FLU[0]] + [0] * 31)
    exactly(posterior.mean[[0, 1, 2, -1]], [1.735608909459069, 1.749049429657795, 1.537042729787888, 1.004016064257028])
    exactly(posterior.sd[0], 0.4090869431220987)
    exactly(posterior.quantile(0.025)[0], 1.0286318368912863)
    exactly(posterior.quantile(0.975)[0], 2.624495884283735)


def test_a_parametric_serial_interval():
    weights = reproduction.discretize_serial_interval(2.6, 1.5, 32)
    exactly(reproduction.estimate_reproduction_number(FLU, weights).mean[0], 1.735797663694952)


def test_a_worked_example_of_another_program():
    """Shapes and scales of the unit test of epyestim 0.1, for a window of 3 days."""
    posterior = reproduction.estimate_reproduction_number([1, 3, 4, 7, 10, 3], [0, 0.3, 0.4, 0.2, 0.1], window=3)
    exactly(posterior.shape[1:], [22, 21])
    close(1e-5)(posterior.scale[1:], [0.117647, 0.070922])


@cases("estimate_R/non_parametric_si", "estimate_R/parametric_si")
def test_estimates_equal_the_reference(case):
    expected, (local, imported) = columns(FOLDER / case["file"]), incidence(case)
    window = WINDOWS[case["window"]]
    at = expected["t_end"].astype(int) - window - 1
    posterior = reproduction.estimate_reproduction_number(
        local, interval(case, len(local)), imported=imported, window=window, **prior(case)
    )
    exactly(posterior.mean[at], expected["mean"])
    exactly(posterior.sd[at], expected["sd"])
    for name, probability in QUANTILES.items():
        exactly(posterior.quantile(probability)[at], expected[name])


@cases("estimate_R/uncertain_si", "estimate_R/si_from_sample")
def test_uncertain_serial_intervals_equal_the_exact_mixture(case):
    expected, (local, imported) = columns(FOLDER / case["file"]), incidence(case)
    if "si_sample_file" in case:
        table = columns(FOLDER / case["si_sample_file"])
        intervals = [values for name, values in table.items() if name != "delay"]
    else:
        draws = rows(FOLDER / case["si_draws_file"])
        intervals = [
            reproduction.discretize_serial_interval(float(draw["mean_si"]), float(draw["std_si"]), len(local))
            for draw in draws
        ]
    window = WINDOWS[case["window"]]
    at = expected["t_end"].astype(int) - window - 1
    mixture = reproduction.Mixture(
        [reproduction.estimate_reproduction_number(local, each, imported=imported, window=window) for each in intervals]
    )
    exactly(mixture.used[at], expected["pairs_used"])
    exactly(mixture.mean[at], expected["mix_mean"])
    exactly(mixture.sd[at], expected["mix_sd"])
    exactly(mixture.quantile(0.025)[at], expected["mix_q0.025"])
    exactly(mixture.quantile(0.5)[at], expected["mix_median"])


@cases("wallinga_teunis")
def test_cohort_numbers_equal_the_reference(case):
    expected, (local, _imported) = columns(FOLDER / case["file"]), incidence(case)
    window = 7 if "weekly" in case["id"] else 1
    at = expected["t_end"].astype(int) - window - 1
    exactly(
        reproduction.estimate_cohort_reproduction_number(local, interval(case, len(local)), window)[at],
        expected["mean"],
    )


@cases("overall_infectivity")
def test_infectivity_equals_the_reference(case):
    local, imported = incidence(case)
    close(1e-10)(reproduction.infectivity(local + imported, case["si_distr"]), columns(FOLDER / case["file"])["lambda"])


@cases("discr_si")
def test_discrete_serial_intervals_equal_the_reference(case):
    table = columns(FOLDER / case["file"])
    for mean, sd in case["pairs"]:
        expected = table["w"][(table["mu"] == mean) & (table["sigma"] == sd)]
        np.testing.assert_allclose(
            reproduction.discretize_serial_interval(mean, sd, len(expected)), expected, rtol=1e-9, atol=1e-12
        )


@given(st.floats(2, 20), st.floats(0.2, 0.8))
def test_a_long_serial_interval_is_a_distribution_with_its_mean(mean, spread):
    sd = spread * mean
    weights = reproduction.discretize_serial_interval(mean, sd, 400)
    assert weights[0] == 0
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(1, abs=1e-6)
    assert weights @ np.arange(400) == pytest.approx(mean, rel=1e-4)


def test_several_areas_at_once_are_each_area_alone():
    areas = np.random.default_rng(3).poisson(9, (4, 40))
    together = reproduction.estimate_reproduction_number(areas, INTERVAL).mean
    exactly(together, [reproduction.estimate_reproduction_number(area, INTERVAL).mean for area in areas])


def test_no_cases_bring_the_prior_back():
    posterior = reproduction.estimate_reproduction_number([0] * 30, INTERVAL)
    assert posterior.mean[-1] == 5
    assert posterior.sd[-1] == 5


def test_missing_counts_and_impossible_intervals_are_refused():
    with pytest.raises(ValueError, match="count is missing"):
        reproduction.estimate_reproduction_number([1, float("nan"), 3], INTERVAL)
    with pytest.raises(ValueError, match="mean above 1 day"):
        reproduction.discretize_serial_interval(1, 0.5, 10)


def test_drawn_serial_intervals_keep_their_bounds():
    generator = np.random.default_rng(1)
    intervals = reproduction.draw_serial_intervals((5, 3, 3, 7), (2, 3, 1, 4), 50, 200, generator)
    means = [weights @ np.arange(200) for weights in intervals]
    assert 3 <= min(means) < max(means) <= 7.001
