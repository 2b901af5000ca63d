"""Layout of dots on a map."""

import math

from hypothesis import given
from hypothesis import strategies as st

from kini.city import dot_layout


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=20))
def test_dots_keep_apart_and_stay_where_there_is_room(spots):
    kept_spots = dot_layout.spread_apart(spots, 20)
    assert len(kept_spots) == len(spots)
    assert kept_spots[:1] == spots[:1]
    assert all(math.dist(one, other) >= 20 for n, one in enumerate(kept_spots) for other in kept_spots[:n])


@given(st.lists(st.integers(), min_size=1), st.integers(1, 50))
def test_thinning_keeps_the_last_and_the_order(points, most):
    kept_spots = dot_layout.thin_out(points, most)
    assert len(kept_spots) <= most
    assert kept_spots[-1] == points[-1]
    assert len(kept_spots) == min(most, len(points))
