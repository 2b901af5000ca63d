"""Parsing of primary keys."""

import pytest

from kini.core.numbers import key_of


@pytest.mark.parametrize("typed", [None, "", "0", "-1", "1.5", "abc", "²", "٣", "9" * 19, "9" * 5000])
def test_what_names_no_key_finds_no_row(typed: str | None) -> None:
    assert key_of(typed) == 0


def test_a_key_is_read() -> None:
    assert (key_of("12"), key_of("0012"), key_of("9" * 18)) == (12, 12, 10**18 - 1)
