"""Small counts are not shown, nor what they would follow from."""

from hypothesis import given
from hypothesis import strategies as st

from kini.analytics import disclosure

COUNTS = st.integers(0, 30)


def row(devices, people=0):
    return {"of": "x", "people": people, "devices": devices, "sessions": devices * 2}


def test_few_people_or_devices_hide_the_whole_row_and_one_more():
    rows = [row(50, 40), row(9, 3), row(0), row(7, 7)]
    assert disclosure.suppressed_rows(rows) == {1, 3}
    assert disclosure.suppress_small_counts(rows)[1] == {"of": "x", "people": None, "devices": None, "sessions": None}
    assert disclosure.suppress_small_counts(rows)[2] == rows[2]


def test_where_nothing_is_small_everything_is_shown():
    assert disclosure.suppressed_rows([row(5, 5), row(6), row(0)]) == set()


@given(st.lists(st.tuples(COUNTS, COUNTS), max_size=12))
def test_what_is_hidden_does_not_follow_from_the_total(counts):
    rows = [row(max(pair), min(pair)) for pair in counts]
    hidden = disclosure.suppressed_rows(rows)
    for n, each in enumerate(rows):
        if 0 < each["devices"] < disclosure.SMALLEST_COUNT or 0 < each["people"] < disclosure.SMALLEST_COUNT:
            assert n in hidden
    some = [n for n, each in enumerate(rows) if each["devices"]]
    if hidden and hidden != set(some):
        assert len(hidden) > 1
        assert sum(rows[n]["devices"] for n in hidden) >= disclosure.SMALLEST_COUNT
