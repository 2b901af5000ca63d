"""Dates, spans, money and phone numbers as people of this city write them, in the active language."""

from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Final

import phonenumbers
from django.utils import dateformat, timezone
from django.utils.formats import number_format
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from kini.core import moments
from kini.web.city import face

MINUTE, HOUR, DAY = 60, 3600, 86400

#: Signs that stand before the amount without a space; another currency is written with its code.
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


def local(moment: datetime) -> datetime:
    """The moment on the clocks of the city."""
    return timezone.localtime(moment, face().timezone)


def today() -> date:
    """The day it is in the city."""
    return local(moments.now()).date()


def _date_of(value: date) -> date:
    return local(value).date() if isinstance(value, datetime) else value


def day(value: date) -> str:
    """24 November 2026. A datetime is read on the clocks of the city."""
    return dateformat.format(_date_of(value), pgettext("date format", "j F Y"))


def day_long(value: date) -> str:
    """Tuesday, 24 November 2026."""
    return dateformat.format(_date_of(value), pgettext("date format", "l, j F Y"))


def month(value: date) -> str:
    """November 2026."""
    return dateformat.format(_date_of(value), pgettext("date format", "F Y"))


def period(value: str) -> str:
    """A day (2026-11-24) or month (2026-11) as people write it; a year, or anything else, as it is."""
    for pattern, words in (("%Y-%m-%d", day), ("%Y-%m", month)):
        try:
            return words(datetime.strptime(value, pattern).date())  # noqa: DTZ007
        except ValueError:
            continue
    return value


def day_short(value: date) -> str:
    """24 Nov."""
    return dateformat.format(_date_of(value), pgettext("date format", "j M"))


def time_of_day(value: time) -> str:
    """14:05."""
    return dateformat.time_format(value, pgettext("time format", "H:i"))


def clock(value: datetime) -> str:
    """14:05 WIB: the time on the city's clocks with the name of its zone."""
    at = local(value)
    return f"{time_of_day(at.time())} {at.strftime('%Z')}"


def moment(value: datetime) -> str:
    """24 November 2026, 14:05 WIB."""
    return f"{day(value)}, {clock(value)}"


def moment_near(value: datetime, now: datetime | None = None) -> str:
    """The time alone when it is today, else day and time."""
    today = local(now or moments.now()).date()
    return clock(value) if local(value).date() == today else moment(value)


def duration(seconds: float, units: int = 2) -> str:
    """A span in its largest units: "3 days 19 hours"; below a minute it is "1 minute".

    In one unit alone, what is shorter than two days is told in hours, so that a day more or less is not lost.
    """
    return _spoken(_parts(seconds, units), get_language())


def _parts(seconds: float, units: int) -> tuple[tuple[int, int], ...]:
    """A span as its size (seconds) and amount in each of its largest units."""
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
    """How much time is left, or by how much it is late."""
    seconds = (at - (now or moments.now())).total_seconds()
    return _due(_parts(seconds, units), get_language(), late=seconds < 0)


def distance(metres: float) -> str:
    """About 350 m, about 1.2 km: rounded to what one can use."""
    if metres < 950:
        return _("about %(metres)d m") % {"metres": max(50, round(metres / 50) * 50)}
    return _("about %(kilometres)s km") % {"kilometres": number_format(round(metres / 1000, 1), 1, use_l10n=True)}


def ago(at: datetime, now: datetime | None = None) -> str:
    """ "5 minutes ago" within a day, else the date and time."""
    seconds = ((now or moments.now()) - at).total_seconds()
    if seconds < MINUTE:
        return _("just now")
    return _("%(duration)s ago") % {"duration": duration(seconds, 1)} if seconds < DAY else moment(at)


def greeting(now: datetime | None = None) -> str:
    """A greeting for the time of day in the city."""
    hour = local(now or moments.now()).hour
    if 4 <= hour < 11:
        return _("Good morning")
    if 11 <= hour < 15:
        return _("Good day")
    return _("Good afternoon") if 15 <= hour < 18 else _("Good evening")


def number(value: float) -> str:
    """A number with as many decimals as it has: 3,500, 99.25."""
    return number_format(Decimal(f"{value:.10g}"), use_l10n=True, force_grouping=True)


def short_number(value: float) -> str:
    """A large number in few signs, for the side of a chart: 1.2 M, 350 k."""
    if abs(value) >= 1_000_000:
        return _("%(number)s M") % {"number": number(round(value / 1_000_000, 1))}
    if abs(value) >= 10_000:
        return _("%(number)s k") % {"number": number(round(value / 1_000, 1))}
    return number(round(value, 1))


def money(amount: int | Decimal) -> str:
    """An amount of the city's currency: Rp10.000."""
    code = face().currency
    figure = number_format(amount, use_l10n=True, force_grouping=True)
    return f"{CURRENCY_SIGNS[code]}{figure}" if code in CURRENCY_SIGNS else f"{code}\u00a0{figure}"


def phone(number: str) -> str:
    """A number as people here write it: national at home, international elsewhere, short ones as they are."""
    return _phone(number, face().country)[0]


def phone_link(number: str) -> str:
    """The address that dials the number."""
    return _phone(number, face().country)[1]


@lru_cache(maxsize=1_000)
def _phone(number: str, country: str) -> tuple[str, str]:
    """What is shown of a number, and the address that dials it."""
    try:
        found = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        found = None
    if found is None or not phonenumbers.is_valid_number(found):
        return number, f"tel:{number.replace(' ', '')}"
    home = phonenumbers.region_code_for_number(found) == country
    formats = phonenumbers.PhoneNumberFormat
    shown = phonenumbers.format_number(found, formats.NATIONAL if home else formats.INTERNATIONAL)
    return shown, f"tel:{phonenumbers.format_number(found, formats.E164)}"
