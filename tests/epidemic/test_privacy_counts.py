"""Published counts of areas against somebody who compares all of them, between areas, levels, weeks and versions."""

from itertools import pairwise

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from kini.analytics.disclosure import SMALLEST_COUNT
from kini.epidemic.spread.weekly_counts import settled_counts, suppress_areas, suppress_cells

#: A city with three municipalities of two to four districts with one to four parts.
PARENTS = {
    **dict.fromkeys(("1", "2", "3"), "0"),
    **{f"{a}.{b}": a for a, districts in (("1", 3), ("2", 4), ("3", 2)) for b in range(1, districts + 1)},
}
PARENTS |= {f"{district}.{c}": district for district in list(PARENTS) if "." in district for c in range(1, 4)}
SMALLEST = sorted(set(PARENTS) - set(PARENTS.values()))
weeks = st.dictionaries(st.sampled_from([*SMALLEST, "1", "2.1"]), st.integers(0, 12))


def possible_range(shown: dict[str, int | None], code: str, own: dict[str, int]) -> tuple[float, float]:
    """Least and greatest count of a hidden area that fits all published ones, as an attacker computes it."""
    names = [*shown, *(f"own {area}" for area in set(PARENTS.values()))]
    place = {name: number for number, name in enumerate(names)}
    rows, sums = [], []
    for around in set(PARENTS.values()):
        row = np.zeros(len(names))
        row[place[around]] = -1
        row[place[f"own {around}"]] = 1
        for part in (each for each, parent in PARENTS.items() if parent == around):
            row[place[part]] = 1
        rows.append(row)
        sums.append(0)
    bounds = [(shown[name], shown[name]) if shown.get(name) is not None else (0, None) for name in names]
    # Worst case: the attacker knows of which larger areas no case lacks its kelurahan, and takes what is hidden beside
    # a shown zero for one at least.
    if 0 in shown.values():
        bounds = [(1, None) if shown.get(name, 0) is None else bound for name, bound in zip(names, bounds, strict=True)]
    bounds = [
        (0, 0) if name.startswith("own ") and not own.get(name.removeprefix("own ")) else bound
        for name, bound in zip(names, bounds, strict=True)
    ]
    aim = np.zeros(len(names))
    aim[place[code]] = 1
    least = linprog(aim, A_eq=rows, b_eq=sums, bounds=bounds)
    greatest = linprog(-aim, A_eq=rows, b_eq=sums, bounds=bounds)
    if not least.success:  # hidden zeros refute the assumption
        return 0, np.inf
    return least.fun, -greatest.fun if greatest.success else np.inf


@given(weeks)
@example(dict.fromkeys(("1.1.1", "1.1.2", "1.1.3", "1.2.1", "1.2.2"), 1))  # five parts of districts share five
@settings(max_examples=100, deadline=None)
def test_no_hidden_count_follows_from_published_ones(counts: dict[str, int]) -> None:
    shown = suppress_areas(counts, PARENTS)
    assert not [code for code, count in shown.items() if code != "0" and count and count < SMALLEST_COUNT]
    for code in [each for each, count in shown.items() if count is None][:6]:
        least, greatest = possible_range(shown, code, counts)
        assert greatest - least >= 1, (code, shown)


@given(weeks)
@settings(deadline=None)
def test_published_counts_are_right(counts: dict[str, int]) -> None:
    shown = suppress_areas(counts, PARENTS)
    assert shown["0"] == sum(counts.values())
    assert all(count in (None, counts.get(code, 0)) for code, count in shown.items() if code in SMALLEST)


def test_one_case_in_the_city_is_shown_nowhere() -> None:
    """Zeros beside a single hidden area would show where the person lives."""
    shown = suppress_areas({"1.1.1": 1}, PARENTS)
    assert shown["0"] == 1
    assert [shown[code] for code in ("1", "2", "3", "1.1", "1.1.1")] == [None] * 5


def test_a_week_without_cases_is_shown() -> None:
    assert set(suppress_areas({}, PARENTS).values()) == {0}


@given(st.lists(st.integers(0, 40), min_size=2, max_size=12))
def test_versions_of_a_count_never_differ_by_a_few(counts: list[int]) -> None:
    """A late report must not show as one more between two downloads."""
    versions = [{"1.1.1": counts[0]}]
    for count in counts[1:]:
        versions.append(settled_counts({"1.1.1": count}, versions[-1]))
    steps = [abs(after["1.1.1"] - before["1.1.1"]) for before, after in pairwise(versions)]
    assert not [step for step in steps if 0 < step < SMALLEST_COUNT]
    assert abs(versions[-1]["1.1.1"] - counts[-1]) < SMALLEST_COUNT


@given(st.lists(st.integers(0, 12), min_size=2, max_size=20))
def test_a_hidden_age_group_does_not_follow_from_the_total(values: list[int]) -> None:
    shown = suppress_cells({str(number): value for number, value in enumerate(values)})
    hidden = [values[int(name)] for name, value in shown.items() if value is None]
    assert not [value for value in shown.values() if value and value < SMALLEST_COUNT]
    assert len(hidden) != 1
