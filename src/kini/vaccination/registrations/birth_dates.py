"""Birth dates as people write them: "3-5-1955", "03/05/1955", "5-1955", "1955"."""

import re
from datetime import date

from django.utils.translation import gettext as _

from kini.core.actors import ActionRefused

_PARTS = re.compile(r"(?:(?:(\d{1,2})\D)?(\d{1,2})\D)?(\d{4})")


def parse_birth_date(typed: str, today: date) -> tuple[date, str]:
    """Return a birth date and its precision ("day", "month", "year"); its first day where no more is known.

    Raises:
        ActionRefused: it is no date, or nobody's who lives.
    """
    match = _PARTS.fullmatch(typed.strip())
    if match:
        day, month, year = (int(part) if part else 0 for part in match.groups())
        try:
            born = date(year, month or 1, day or 1)
        except ValueError:
            born = date.max
        if today.year - 125 <= born.year and born <= today:
            return born, "day" if day else "month" if month else "year"
    raise ActionRefused(_("Write the date of birth as day-month-year, such as 3-5-1955, or only the year."))
