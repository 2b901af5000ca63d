"""Layout of dots on a map."""

import math

from hypothesis import given
from hypothesis import strategies as st

from kini.city import dot_layout


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=20))
def test_dots_keep_apart_and_stay_where_there_is_room(spots):
    found = dot_layout.spread_apart(spots, 20)
    assert len(found) == len(spots)
    assert found[:1] == spots[:1]
    assert all(math.dist(one, other) >= 20 for n, one in enumerate(found) for other in found[:n])


@given(st.lists(st.integers(), min_size=1), st.integers(1, 50))
def test_thinning_keeps_the_last_and_the_order(points, most):
    found = dot_layout.thin_out(points, most)
    assert len(found) <= most
    assert found[-1] == points[-1]
    assert len(found) == min(most, len(points))
