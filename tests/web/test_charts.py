"""Lines through numbers."""

import pytest

from kini.web.charts import EDGE, HEIGHT, WIDTH, trend


def test_it_goes_from_edge_to_edge_and_up_where_numbers_grow():
    line = trend([0, 5, 10])
    assert line is not None
    assert line.points == f"{EDGE},{HEIGHT - EDGE} {WIDTH / 2:g},{HEIGHT / 2:g} {WIDTH - EDGE},{EDGE}"
    assert (line.x, line.y) == (WIDTH - EDGE, EDGE)


@pytest.mark.parametrize("values", [[], [3], [None, 3], [None, None]])
def test_one_number_is_no_trend(values):
    assert trend(values) is None


def test_nothing_at_all_lies_on_the_ground():
    line = trend([0, 0, None])
    assert line is not None
    assert line.y == HEIGHT - EDGE
