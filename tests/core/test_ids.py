"""Parsing of primary keys."""

import pytest

from kini.core.ids import parse_pk


@pytest.mark.parametrize("typed", [None, "", "0", "-1", "1.5", "abc", "²", "٣", "9" * 19, "9" * 5000])
def test_what_names_no_key_finds_no_row(typed: str | None) -> None:
    assert parse_pk(typed) == 0


def test_a_key_is_read() -> None:
    assert (parse_pk("12"), parse_pk("0012"), parse_pk("9" * 18)) == (12, 12, 10**18 - 1)
