"""Numbers, days, moments and JSON of a request, within bounds in which nothing computed from them overflows.

`str.isdigit` accepts "²", `int` refuses more than 4,300 digits, and a day of the year 1 has no yesterday: pages
read what was typed with these functions only (`tests/structure/test_typed_values.py`).
"""

import re
from datetime import UTC, date, datetime
from math import isfinite
from typing import Any

from pydantic_core import from_json

from kini.core.ids import MOST_DIGITS

FIRST_YEAR, LAST_YEAR = 1900, 2199
#: Only such a number becomes infinite.
_HUGE = re.compile(rb"[0-9][eE]\+?[0-9]{3}|[0-9]{309}")


def parse_number(text: str | None) -> int | None:
    """Parse a whole number of digits alone; None for anything else.

    >>> parse_number("12"), parse_number(""), parse_number("-1"), parse_number("²"), parse_number("9" * 5000)
    (12, None, None, None, None)
    """
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None


def parse_day(text: str | None) -> date | None:
    """Parse a day by ISO 8601; None for anything else.

    >>> parse_day("2026-12-02"), parse_day("0001-01-01"), parse_day("yesterday")
    (datetime.date(2026, 12, 2), None, None)
    """
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def parse_month(text: str | None) -> date | None:
    """Parse a month such as "2026-12" to its first day; None for anything else."""
    return parse_day(f"{text}-01") if text else None


def parse_moment(text: str | None) -> datetime | None:
    """Parse a moment with its offset by ISO 8601, in UTC; None for anything else. A "+" may have become a blank.

    >>> parse_moment("2026-12-02T07:00:00 07:00"), parse_moment("0001-01-01T00:00:00+14:00"), parse_moment("2026-12-02")
    (datetime.datetime(2026, 12, 2, 0, 0, tzinfo=datetime.timezone.utc), None, None)
    """
    try:
        at = datetime.fromisoformat((text or "").replace(" ", "+"))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo and FIRST_YEAR <= at.year <= LAST_YEAR else None


def parse_json(body: bytes) -> Any:
    """Parse JSON that a column can hold and Python can compute with.

    Raises:
        ValueError: for anything else: NUL, half characters (`\\ud800`), NaN, infinite numbers, deep nesting.

    >>> parse_json(b'{"a": 1}')
    {'a': 1}
    """
    if b"\\u0000" in body:
        raise ValueError("The text contains NUL characters.")
    value = from_json(body, allow_inf_nan=False)
    if _HUGE.search(body) and not _is_finite(value):
        raise ValueError("A number is too large.")
    return value


def _is_finite(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    return all(map(_is_finite, value)) if isinstance(value, list) else not isinstance(value, float) or isfinite(value)
