"""Office hours, public holidays and the pack's own days (calendar.toml) as a calendar for deadlines."""

from collections.abc import Callable
from datetime import date
from threading import Lock

import holidays
from django.utils.translation import gettext as _

from kini.city.schema import WEEKDAYS, CalendarFile, CityFile, OfficeHours, known_subdivision
from kini.core.config_files import ConfigError, SourceFile
from kini.core.localized_text import missing_translations
from kini.core.working_time import Hours, WorkCalendar


def calendar_errors(source: SourceFile, city: CityFile, calendar: CalendarFile) -> list[ConfigError]:
    """Errors of calendar.toml that its schema cannot find."""
    errors = list(missing_translations(source, calendar, city.languages))
    if wrong := known_subdivision(city.country, calendar.subdivision):
        return [*errors, source.error_at(("subdivision",), wrong)]
    for day in WEEKDAYS:
        edges = [edge for span in getattr(calendar.office_hours, day) for edge in span]
        if edges != sorted(set(edges)):
            message = _("these hours overlap, or end before they begin")
            errors.append(source.error_at(("office_hours", day), message, _('Write spans in order, as "07:30-16:00".')))
    return errors


def work_calendar(city: CityFile, calendar: CalendarFile) -> WorkCalendar:
    """Build the calendar for deadlines from office hours, public holidays and the pack's own days.

    Raises:
        ValueError: the office hours overlap or are out of order.
    """
    return WorkCalendar(city.time_zone, _hours(calendar.office_hours), _days_off(city.country, calendar))


def _hours(hours: OfficeHours) -> Hours:
    return {number: getattr(hours, day) for number, day in enumerate(WEEKDAYS)}


def _days_off(country: str, calendar: CalendarFile) -> Callable[[date], bool]:
    public = holidays.country_holidays(country, subdiv=calendar.subdivision)
    own = {day.date: not day.open for day in calendar.days}
    lock = Lock()

    def off(day: date) -> bool:
        if day in own:
            return own[day]
        with lock:  # the library computes a year on first use, which is not thread-safe
            return day in public

    return off
