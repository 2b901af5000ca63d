"""Numbers and days as tables write them."""

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from kini.epidemic.imports.vocabulary import normalize

MISSING = frozenset(("", "-", "na", "n/a", "nan", "null", "none", "#n/a", "."))
#: Excel counts days from here.
EXCEL_ZERO = date(1899, 12, 30)
_THOUSANDS = re.compile(r"-?\d{1,3}([.,]\d{3})+")
_MIXED = re.compile(r"-?\d{1,3}(?:([.,])\d{3})+(?!\1)([.,])\d+")
_NUMERIC_DAY = re.compile(r"(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{2,4})(?:[ T].*)?")


def parse_number(text: str, *, rate: bool = False) -> tuple[float, bool]:
    """Parse a number; also tell if it was written with signs of thousands or a decimal comma.

    Args:
        rate: it may have decimals, so that "84,200" and "84.2" are no thousands.

    Raises:
        ValueError: it is no number.
    """
    text = text.strip().rstrip("%").replace(" ", "").replace(" ", "").removeprefix("'")
    if mixed := _MIXED.fullmatch(text):
        return float(text.replace(mixed[1], "").replace(mixed[2], ".")), True
    if _THOUSANDS.fullmatch(text) and not rate:
        return float(re.sub("[.,]", "", text)), True
    if re.fullmatch(r"-?\d+,\d+", text):
        return float(text.replace(",", ".")), True
    if not re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", text):
        raise ValueError(text)
    return float(text), False


def month_comes_first(cells: Iterable[str]) -> bool | None:
    """Tell if a column writes the month before the day (12/31/2020); None when nothing tells."""
    orders = set()
    for cell in cells:
        if (parts := _NUMERIC_DAY.fullmatch(cell.strip())) and len(parts[1]) <= 2:
            first, second = int(parts[1]), int(parts[2])
            if first > 12 or second > 12:
                orders.add(second > 12)
    return orders.pop() if len(orders) == 1 else None


def parse_day(text: str, months: Mapping[str, int], *, month_first: bool = False) -> date:
    """Parse a day; a month without a day is its last day, a year alone its last one.

    Raises:
        ValueError: it is no day.
    """
    text = text.strip()
    if parts := _NUMERIC_DAY.fullmatch(text):
        first, second, third = (int(each) for each in parts.groups())
        if len(parts[1]) > 2:
            return date(first, second, third)
        day, month = (second, first) if month_first else (first, second)
        return date(_year(third), month, day)
    if text.isdigit():
        if len(text) == 8:
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
        if len(text) == 5:
            return EXCEL_ZERO + timedelta(int(text))
        if len(text) == 4:
            return date(int(text), 12, 31)
    return day_in_words(text, months)


def day_in_words(text: str, months: Mapping[str, int]) -> date:
    """Parse the day in a text such as "Data (31 Juli 2021)" or "Feb 2021".

    Raises:
        ValueError: there is none.
    """
    words = normalize(text).split()
    for at, word in enumerate(words):
        if word in months:
            years = [each for each in words[at + 1 : at + 3] if each.isdigit() and len(each) in (2, 4)]
            days = [each for each in (*words[max(at - 1, 0) : at], *words[at + 1 : at + 2]) if each.isdigit()]
            if not years:
                continue
            year, month = _year(int(years[-1])), months[word]
            day = next((int(each) for each in days if len(each) <= 2 and each != years[-1]), 0)
            return date(year, month, day or monthrange(year, month)[1])
    raise ValueError(text)


def _year(year: int) -> int:
    return year if year >= 100 else 2000 + year
