"""Numbers, days and moments of requests."""

from datetime import UTC, date, datetime

import pytest

from kini.core.typed_values import parse_day, parse_json, parse_moment, parse_month, parse_number


@pytest.mark.parametrize("text", [None, "", "²", "٣", "-1", "1.5", " 1", "1_0", "9" * 19, "9" * 5000])
def test_what_int_refuses_or_a_column_cannot_hold_is_no_number(text: str | None):
    assert parse_number(text) is None


def test_digits_are_a_number():
    assert parse_number("0012") == 12
    assert parse_number("9" * 18) == 10**18 - 1


@pytest.mark.parametrize("text", [None, "", "0001-01-01", "9999-12-31", "2026-13-01", "2026-12-01T00:00", "x"])
def test_a_day_with_which_nothing_can_be_computed_is_none(text: str | None):
    assert parse_day(text) is None


def test_days_and_months_are_read():
    assert parse_day("2026-12-02") == date(2026, 12, 2)
    assert parse_month("2026-12") == date(2026, 12, 1)
    assert (parse_month("2026-12-02"), parse_month("9999-12"), parse_month("")) == (None, None, None)


@pytest.mark.parametrize("text", [None, "", "2026-12-02T07:00", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00"])
def test_a_moment_without_offset_or_beyond_the_calendar_is_none(text: str | None):
    assert parse_moment(text) is None


@pytest.mark.parametrize("text", ["2026-12-02T07:00:00+07:00", "2026-12-02T07:00:00 07:00", "2026-12-02T00:00:00Z"])
def test_a_moment_is_read_also_when_its_plus_was_lost(text: str):
    assert parse_moment(text) == datetime(2026, 12, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"x", b"NaN", b"1e999", b'{"a": [-1E+400]}', b"[" * 100_000, b"9" * 5000),
        *(b'{"a": "\\ud800"}', b'["\\u0000"]', b"\xff", b"9" * 400 + b".5"),
    ],
)
def test_json_that_no_column_holds_is_refused(body: bytes):
    with pytest.raises(ValueError):  # noqa: PT011 -- as any parser of JSON
        parse_json(body)


def test_json_is_read():
    assert parse_json(b'{"a": [1, 2.5, "1e999", null, 1e3]}') == {"a": [1, 2.5, "1e999", None, 1000.0]}
