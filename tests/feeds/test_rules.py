"""Rules of figures."""

from datetime import UTC, date, datetime, timedelta

import pytest
import yaml
from pydantic import ValidationError

from kini.feeds import feed_config, rules
from kini.feeds.rules import ScaleRule
from kini.feeds.schema import Feed
from tests.feeds.conftest import SCHOOLS

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
STEPS = ["calm", "watch", "grave"]
SCALE = [
    ScaleRule(date.min, frozenset(), (("watch", 100.0), ("grave", 200.0))),
    ScaleRule(date(2026, 6, 1), frozenset(), (("watch", 50.0), ("grave", 150.0))),
    ScaleRule(date.min, frozenset({"mill"}), (("grave", 10.0),)),
]


@pytest.mark.parametrize(
    ("key", "value", "day", "step"),
    [
        ("post", 99, date(2026, 5, 31), "calm"),
        ("post", 100, date(2026, 5, 31), "watch"),
        ("post", 99, date(2026, 6, 1), "watch"),
        ("post", 150, date(2026, 6, 1), "grave"),
        ("mill", 9, date(2026, 6, 1), "calm"),
        ("mill", 10, date(2026, 6, 1), "grave"),
        ("mill", None, date(2026, 6, 1), None),
    ],
)
def test_a_number_is_judged_by_the_rule_of_its_day(key, value, day, step):
    assert rules.reached_level(SCALE, STEPS, key, value, day) == step


def test_without_a_rule_nothing_is_judged():
    assert (
        rules.reached_level([ScaleRule(date.min, frozenset({"mill"}), ())], STEPS, "post", 5, date(2026, 1, 1)) is None
    )


def test_a_figure_is_old_past_its_limit_and_when_it_was_never_measured():
    assert not rules.is_old(NOW - timedelta(hours=2), timedelta(hours=2), NOW)
    assert rules.is_old(NOW - timedelta(hours=2, seconds=1), timedelta(hours=2), NOW)
    assert rules.is_old(None, timedelta(hours=2), NOW)


def test_samples_say_how_long_ago():
    assert rules.relative_moment("now", NOW) == NOW
    assert rules.relative_moment("now-20m", NOW) == NOW - timedelta(minutes=20)
    assert rules.relative_moment("now-3d", NOW) == NOW - timedelta(days=3)
    assert rules.relative_moment("2026-11-23", NOW) is None


def test_keys_are_plain_and_stay_apart_however_long_they_are():
    assert rules.row_key(["Pintu Air – Pasar Ikan (Laut)", "Été"]) == "pintu-air-pasar-ikan-laut--ete"
    assert rules.row_key(["–", " "]) == ""
    long = [rules.row_key([f"{'Jalan Contoh ' * 30}{number}"]) for number in range(2)]
    assert len(set(long)) == 2
    assert all(len(each) <= rules.LONGEST_KEY for each in long)


def test_a_number_that_may_be_hidden_has_no_filter():
    feed = yaml.safe_load(SCHOOLS)
    feed["show"]["filters"] = ["places"]
    with pytest.raises(ValidationError, match="reveal the hidden numbers"):
        Feed.model_validate(feed)


def test_what_changes_fastest_is_shown_first_by_a_service():
    """Levels of the gates before the months of floods, departures before stations."""
    assert next(iter(feed_config.feeds_of_service("flood-monitoring"))) == "flood-gates"
    assert next(iter(feed_config.feeds_of_service("transit-route-information"))) == "transit"
