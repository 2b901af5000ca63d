from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from kini.web import formats
from tests.web.town import Town

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def test_a_moment_is_told_on_the_citys_clocks() -> None:
    assert formats.moment(datetime(2026, 11, 24, 23, 30, tzinfo=UTC)) == "25 November 2026, 00:30 CET"


def test_hours_name_their_time_zone_once() -> None:
    start = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    assert formats.clock_range(start, start + timedelta(hours=1)) == "13:00 – 14:00 CET"


def test_a_date_is_not_moved_by_a_time_zone() -> None:
    assert formats.day(date(2026, 1, 1)) == "1 January 2026"


def test_months_are_named_in_the_language_of_the_page() -> None:
    with translation.override("de"):
        assert formats.day_long(date(2026, 3, 3)) == "Dienstag, 3 März 2026"


@pytest.mark.parametrize(
    ("left", "units", "words"),
    [
        (timedelta(hours=2), 1, "2 hours left"),
        (timedelta(hours=-2, minutes=-10), 1, "late by 2 hours"),
        (timedelta(hours=30), 1, "30 hours left"),
        (timedelta(days=3, hours=19, minutes=5), 2, "3 days 19 hours left"),
        (timedelta(seconds=20), 1, "1 minute left"),
    ],
)
def test_time_left_is_told_in_words(left: timedelta, units: int, words: str) -> None:
    assert formats.due_words(NOON + left, NOON, units) == words


def test_what_is_long_ago_gets_its_date() -> None:
    assert formats.ago(NOON - timedelta(seconds=5), NOON) == "just now"
    assert formats.ago(NOON - timedelta(minutes=5), NOON) == "5 minutes ago"
    assert formats.ago(NOON - timedelta(days=2), NOON) == "22 November 2026, 13:00 CET"


def test_money_has_the_sign_of_the_currency_and_the_separators_of_the_language(town: Town) -> None:
    assert formats.money(1_250_000) == "€1,250,000"
    with translation.override("de"):
        assert formats.money(Decimal("1250.50")) == "€1.250,50"
    with translation.override("id"):
        assert formats.money(10_000) == "€10.000"


def test_numbers_have_the_decimals_that_they_have() -> None:
    assert [formats.number(value) for value in (3500.0, 99.25, 0.1 + 0.2)] == ["3,500", "99.25", "0.3"]
    texts = [formats.short_number(value) for value in (2500.0, 12_500.0, 350_000.0, 1_000_000.0)]
    assert texts == ["2,500", "12.5 k", "350 k", "1 M"]


@pytest.mark.parametrize(
    ("number", "written", "dialled"),
    [
        ("112", "112", "tel:112"),
        ("+43 1 71172", "01 71172", "tel:+43171172"),
        ("01 71172", "01 71172", "tel:+43171172"),
        ("+62 812 3456 7890", "+62 812-3456-7890", "tel:+6281234567890"),
        ("ask at the door", "ask at the door", "tel:askatthedoor"),
    ],
)
def test_phone_numbers_are_written_as_people_here_do_and_dial_anywhere(number: str, written: str, dialled: str) -> None:
    assert formats.phone(number) == written
    assert formats.phone_link(number) == dialled


@pytest.mark.parametrize(
    ("hour", "words"), [(5, "Good morning"), (11, "Good day"), (15, "Good afternoon"), (22, "Good evening")]
)
def test_the_greeting_fits_the_time_of_day_in_the_city(hour: int, words: str) -> None:
    assert formats.greeting(datetime(2026, 11, 24, hour, 30, tzinfo=UTC) - timedelta(hours=1)) == words
