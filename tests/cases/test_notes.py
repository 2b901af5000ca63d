"""Mentions in notes and placeholders in canned replies, with property tests."""

from hypothesis import given
from hypothesis import strategies as st

from kini.cases.rules import PLACEHOLDERS, fill_placeholders, find_mentions, unknown_placeholders

NAMES = {1: "Ani", 2: "Ani Wijaya", 3: "Budi", 4: "budi", 5: "Zoë O'Neil (2)"}


def test_the_longer_of_two_names_that_begin_alike_is_meant():
    assert find_mentions("Ask @Ani Wijaya.", NAMES) == {2}
    assert find_mentions("Ask @Ani, she knows", NAMES) == {1}
    assert find_mentions("@ani  WIJAYA and @ani", NAMES) == {1, 2}


def test_who_is_not_named_is_not_meant():
    for text in ("Ani", "@Anita", "mail@Ani", "@ Ani", "", "@"):
        assert find_mentions(text, NAMES) == frozenset()
    assert find_mentions("@Ani", {}) == frozenset()


def test_all_who_are_called_the_same_are_meant():
    assert find_mentions("@Budi?", NAMES) == {3, 4}
    assert find_mentions("see @zoë o'neil (2)!", NAMES) == {5}


@given(st.dictionaries(st.integers(), st.text(min_size=1).filter(lambda name: name.split()), max_size=5), st.text())
def test_any_names_and_any_text_are_taken(names: dict[int, str], text: str):
    assert find_mentions(text, names) <= names.keys()


def test_what_is_known_is_filled_in_and_the_rest_stays():
    assert (
        fill_placeholders("{reference}: {due} {other} {}", {"reference": "X-1", "due": ""}) == "X-1: {due} {other} {}"
    )
    assert unknown_placeholders("{reference} {dew} {} { due }") == ["", "dew"]


@given(st.text())
def test_a_text_without_braces_stays_as_it_is(text: str):
    if "{" not in text:
        assert fill_placeholders(text, dict.fromkeys(PLACEHOLDERS, "x")) == text
        assert unknown_placeholders(text) == []
