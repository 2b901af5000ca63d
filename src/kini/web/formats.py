"""Dates, durations, money and phone numbers, formatted for the city in the active language."""

from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Final

import phonenumbers
from django.utils import dateformat, timezone
from django.utils.formats import number_format
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from kini.core import current_time
from kini.web.current_city import current_city

MINUTE, HOUR, DAY = 60, 3600, 86400

#: Symbols written before the amount without a space; other currencies are written with their code.
CURRENCY_SIGNS: Final = {
    "IDR": "Rp",
    "EUR": "€",
    "USD": "$",
    "GBP": "£",
    "JPY": "¥",
    "INR": "₹",
    "PHP": "₱",
    "VND": "₫",
}


def city_time(moment: datetime) -> datetime:
    """Convert to the city's time zone."""
    return timezone.localtime(moment, current_city().timezone)


def today() -> date:
    """Current date in the city."""
    return city_time(current_time.now()).date()


def _date_of(value: date) -> date:
    return city_time(value).date() if isinstance(value, datetime) else value


def day(value: date) -> str:
    """24 November 2026. A datetime is converted to the city's time zone."""
    return dateformat.format(_date_of(value), pgettext("date format", "j F Y"))


def day_long(value: date) -> str:
    """Tuesday, 24 November 2026."""
    return dateformat.format(_date_of(value), pgettext("date format", "l, j F Y"))


def month(value: date) -> str:
    """November 2026."""
    return dateformat.format(_date_of(value), pgettext("date format", "F Y"))


def period(value: str) -> str:
    """Format a day (2026-11-24) or month (2026-11); anything else is returned unchanged."""
    for pattern, words in (("%Y-%m-%d", day), ("%Y-%m", month)):
        try:
            return words(datetime.strptime(value, pattern).date())  # noqa: DTZ007
        except ValueError:
            continue
    return value


def day_short(value: date) -> str:
    """24 Nov."""
    return _day_short(_date_of(value), get_language())


@lru_cache(maxsize=2_000)
def _day_short(value: date, _language: str | None) -> str:
    return dateformat.format(value, pgettext("date format", "j M"))


def time_of_day(value: time) -> str:
    """14:05."""
    return dateformat.time_format(value, pgettext("time format", "H:i"))


def clock(value: datetime) -> str:
    """14:05 WIB: time in the city with its time zone."""
    at = city_time(value)
    return f"{time_of_day(at.time())} {at.strftime('%Z')}"


def clock_range(start: datetime, end: datetime) -> str:
    """14:05 – 15:05 WIB: the time zone stands once."""
    return f"{time_of_day(city_time(start).time())} – {clock(end)}"


def moment(value: datetime) -> str:
    """24 November 2026, 14:05 WIB."""
    return f"{day(value)}, {clock(value)}"


def moment_near(value: datetime, now: datetime | None = None) -> str:
    """Time alone if it is today, else day and time."""
    today = city_time(now or current_time.now()).date()
    return clock(value) if city_time(value).date() == today else moment(value)


def duration(seconds: float, units: int = 2) -> str:
    """Duration in its largest units: "3 days 19 hours"; at least "1 minute".

    With one unit, less than two days is given in hours, so that rounding never loses a day.
    """
    return _spoken(_parts(seconds, units), get_language())


def _parts(seconds: float, units: int) -> tuple[tuple[int, int], ...]:
    """Largest units of a duration: (seconds per unit, amount)."""
    left, parts = max(int(abs(seconds)), MINUTE), []
    sizes = (DAY, HOUR, MINUTE)
    for size in sizes[1:] if units == 1 and left < 2 * DAY else sizes:
        amount, left = divmod(left, size)
        if amount:
            parts.append((size, amount))
    return tuple(parts[:units])


@lru_cache(maxsize=2_000)
def _spoken(parts: tuple[tuple[int, int], ...], _language: str | None) -> str:
    words = {DAY: _days, HOUR: _hours, MINUTE: _minutes}
    return " ".join(words[size](amount) for size, amount in parts)


@lru_cache(maxsize=2_000)
def _due(parts: tuple[tuple[int, int], ...], language: str | None, *, late: bool) -> str:
    words = {"duration": _spoken(parts, language)}
    return _("late by %(duration)s") % words if late else _("%(duration)s left") % words


def _days(count: int) -> str:
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}


def _hours(count: int) -> str:
    return ngettext("%(count)d hour", "%(count)d hours", count) % {"count": count}


def _minutes(count: int) -> str:
    return ngettext("%(count)d minute", "%(count)d minutes", count) % {"count": count}


def due_words(at: datetime, now: datetime | None = None, units: int = 2) -> str:
    """Time left, or delay."""
    seconds = (at - (now or current_time.now())).total_seconds()
    return _due(_parts(seconds, units), get_language(), late=seconds < 0)


def distance(metres: float) -> str:
    """About 350 m, about 1.2 km."""
    if metres < 950:
        return _("about %(metres)d m") % {"metres": max(50, round(metres / 50) * 50)}
    return _("about %(kilometres)s km") % {"kilometres": number_format(round(metres / 1000, 1), 1, use_l10n=True)}


def ago(at: datetime, now: datetime | None = None) -> str:
    """ "5 minutes ago" within a day, else the date and time."""
    seconds = ((now or current_time.now()) - at).total_seconds()
    if seconds < MINUTE:
        return _("just now")
    return _("%(duration)s ago") % {"duration": duration(seconds, 1)} if seconds < DAY else moment(at)


def greeting(now: datetime | None = None) -> str:
    """A greeting for the time of day in the city."""
    hour = city_time(now or current_time.now()).hour
    if 4 <= hour < 11:
        return _("Good morning")
    if 11 <= hour < 15:
        return _("Good day")
    return _("Good afternoon") if 15 <= hour < 18 else _("Good evening")


def number(value: float) -> str:
    """Number with all its decimals: 3,500, 99.25."""
    return number_format(Decimal(f"{value:.10g}"), use_l10n=True, force_grouping=True)


def short_number(value: float) -> str:
    """Abbreviated number for chart axes: 1.2 M, 350 k."""
    if abs(value) >= 1_000_000:
        return _("%(number)s M") % {"number": number(round(value / 1_000_000, 1))}
    if abs(value) >= 10_000:
        return _("%(number)s k") % {"number": number(round(value / 1_000, 1))}
    return number(round(value, 1))


def money(amount: int | Decimal) -> str:
    """Amount in the city's currency: Rp10.000."""
    code = current_city().currency
    figure = number_format(amount, use_l10n=True, force_grouping=True)
    return f"{CURRENCY_SIGNS[code]}{figure}" if code in CURRENCY_SIGNS else f"{code}\u00a0{figure}"


def phone(number: str) -> str:
    """Phone number in national format, foreign ones in international format, short ones unchanged."""
    return _phone(number, current_city().country)[0]


def phone_link(number: str) -> str:
    """tel: URL of a number."""
    return _phone(number, current_city().country)[1]


@lru_cache(maxsize=1_000)
def _phone(number: str, country: str) -> tuple[str, str]:
    """Displayed number and its tel: URL."""
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_valid_number(parsed):
        return number, f"tel:{number.replace(' ', '')}"
    home = phonenumbers.region_code_for_number(parsed) == country
    formats = phonenumbers.PhoneNumberFormat
    shown = phonenumbers.format_number(parsed, formats.NATIONAL if home else formats.INTERNATIONAL)
    return shown, f"tel:{phonenumbers.format_number(parsed, formats.E164)}"
