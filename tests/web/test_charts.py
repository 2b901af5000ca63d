"""Lines through numbers."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kini.web import charts
from kini.web.charts import EDGE, HEIGHT, WIDTH, sparkline


def test_it_goes_from_edge_to_edge_and_up_where_numbers_grow():
    line = sparkline([0, 5, 10])
    assert line is not None
    assert line.points == f"{EDGE},{HEIGHT - EDGE} {WIDTH / 2:g},{HEIGHT / 2:g} {WIDTH - EDGE},{EDGE}"
    assert (line.x, line.y) == (WIDTH - EDGE, EDGE)


@pytest.mark.parametrize("values", [[], [3], [None, 3], [None, None]])
def test_one_number_is_no_trend(values):
    assert sparkline(values) is None


def test_nothing_at_all_lies_on_the_ground():
    line = sparkline([0, 0, None])
    assert line is not None
    assert line.y == HEIGHT - EDGE


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_ticks_are_round_and_reach_around(low, span):
    ticks = charts.round_ticks(low, low + span)
    assert ticks[0] <= low + 1e-6
    assert ticks[-1] >= low + span - 1e-6
    assert 2 <= len(ticks) <= 8


def test_a_grid_is_the_darker_the_more():
    grid = charts.build_heatmap([("Monday", [None, 0, 1, 50, *[100] * 20]), ("Sunday", [10.0] * 24)])
    assert [level for _x, level in grid.rows[0].cells][:5] == [0, 0, 1, 3, 5]
    assert grid.table[3] == ("03:00", [50, 10.0])
    assert grid.rows[1].y > grid.rows[0].y


def test_the_longest_number_has_room_at_the_left() -> None:
    day = datetime(2026, 11, 26, tzinfo=UTC)
    course = [(day, 12_600.0), (day + timedelta(days=1), 13_300.0)]
    short = charts.build_chart([("Price", course)], [], lambda value: f"{value:.0f}", str)
    long = charts.build_chart([("Price", course)], [], lambda value: f"Rp{value:,.2f}", str)
    assert short
    assert long
    assert short.left < long.left
    assert max(len(text) for _y, text in long.ticks) * 6 < long.left, "6 is how wide a sign of 11 px is on average"
