"""Rules for up, busy, silent and down."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kini.wifi.health import rules
from kini.wifi.health.rules import PointPlace, Signals, State
from kini.wifi.schema import HealthEntry, Hours

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday
RULE = HealthEntry(since=date(2026, 1, 1))
MORNINGS = Hours.model_validate({"monday": ["08:00-10:00"], "tuesday": ["08:00-10:00", "22:00-00:00"]})


def minutes(count):
    return NOON - timedelta(minutes=count)


@pytest.mark.parametrize(
    ("signs", "state"),
    [
        (Signals(None), State.UNKNOWN),
        (Signals(minutes(10), online=5, capacity=40), State.UP),
        (Signals(minutes(10), online=32, capacity=40), State.BUSY),
        (Signals(minutes(10), online=99), State.UP),
        (Signals(minutes(20)), State.SILENT),
        (Signals(minutes(23 * 60)), State.SILENT),
        (Signals(minutes(25 * 60)), State.DOWN),
        (Signals(minutes(25), minutes(25)), State.SILENT),
        (Signals(minutes(31), minutes(31)), State.DOWN),
        (Signals(minutes(31), minutes(40 * 1440)), State.SILENT),
    ],
)
def test_what_signs_say(signs, state):
    assert rules.health_state(signs, RULE, None, UTC, NOON) is state


def test_only_the_time_counts_in_which_a_site_is_open():
    beats = Signals(minutes(130), minutes(130))  # last heard of at ten to ten, ten minutes before it closes
    assert rules.health_state(beats, RULE, MORNINGS, UTC, NOON) is State.SILENT
    assert rules.health_state(beats, RULE, MORNINGS, UTC, NOON + timedelta(hours=20, minutes=19)) is State.SILENT
    assert rules.health_state(beats, RULE, MORNINGS, UTC, NOON + timedelta(hours=20, minutes=21)) is State.DOWN


def test_open_time():
    assert rules.open_seconds(None, UTC, minutes(90), NOON) == 5400
    assert rules.open_seconds(MORNINGS, UTC, minutes(180), NOON) == 3600
    assert rules.open_seconds(MORNINGS, UTC, NOON, NOON + timedelta(days=7)) == 6 * 3600


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), max_size=8))
def test_spans_that_overlap_count_once(pairs):
    spans = [(minutes(max(pair)), minutes(min(pair))) for pair in pairs]
    merged = rules.merge_spans(spans)
    whole = {minute for pair in pairs for minute in range(min(pair), max(pair))}
    assert sum((ends - begins).total_seconds() for begins, ends in merged) == len(whole) * 60
    assert all(one[1] < other[0] for one, other in itertools.pairwise(merged))


def test_a_site_works_while_one_of_its_points_does():
    assert rules.combined_state([State.DOWN, State.BUSY]) is State.BUSY
    assert rules.combined_state([State.BUSY, State.UP]) is State.UP
    assert rules.combined_state([State.DOWN, State.DOWN]) is State.DOWN
    assert rules.combined_state([State.DOWN, State.SILENT]) is State.SILENT
    assert rules.combined_state([]) is State.UNKNOWN


def test_the_cause_is_what_they_have_in_common():
    points = [
        PointPlace(n, site, "fast", area) for n, (site, area) in enumerate([(1, "a"), (1, "a"), (2, "b"), (3, "b")])
    ]
    points += [PointPlace(n, 10 + n, "slow", "b") for n in range(4, 10)]
    assert rules.outage_causes(points[:2], points) == {0: "site", 1: "site"}
    assert rules.outage_causes(points[:1], points) == {0: "unknown"}
    assert rules.outage_causes(points[4:7], points) == dict.fromkeys((4, 5, 6), "provider")
    assert rules.outage_causes(points[4:6], points) == dict.fromkeys((4, 5), "unknown")
