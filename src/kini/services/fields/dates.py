"""Date and time fields: date, time, date-time, and a preferred half-day."""

import datetime as dt
import re
from typing import Annotated, Any, ClassVar, Literal, Self

from django.utils.dateparse import parse_datetime, parse_time
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from pydantic import AfterValidator, model_validator
from pydantic import Field as Option

from kini.city.public import pack
from kini.services.fields.base import FieldBase, FormData, InvalidAnswer, input_id
from kini.web.formats import time_of_day, today

_RELATIVE = re.compile(r"^today(?:([+-])([0-9]{1,4})([dmy]))?$")
PARTS = ("day", "month", "year")


def _readable(value: Any) -> str:
    text = value.isoformat() if isinstance(value, dt.date) else str(value)
    if not _RELATIVE.match(text):
        try:
            dt.date.fromisoformat(text)
        except ValueError:
            raise ValueError(
                _('write a date as "2026-11-24", "today", "today-17y", "today+30d" or "today+6m"')
            ) from None
    return text


Bound = Annotated[str, AfterValidator(_readable)]


def resolve_bound(text: str, now: dt.date) -> dt.date:
    """Date of a bound: `bound("today-17y", date(2026, 2, 28))` -> date(2009, 2, 28)."""
    match = _RELATIVE.match(text)
    if match is None:
        return dt.date.fromisoformat(text)
    sign, count, unit = match.groups()
    amount = int(count or 0) * (-1 if sign == "-" else 1)
    if unit in (None, "d"):
        return now + dt.timedelta(days=amount)
    months = now.year * 12 + now.month - 1 + amount * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    last = (dt.date(year + month // 11, (month + 1) % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(now.day, last))


def format_day(day: dt.date) -> str:
    return date_format(day, "j F Y")


class _Between(FieldBase):
    """Base of fields with a first and a last day."""

    from_: Bound | None = Option(
        default=None, alias="from", description='First day: "2020-01-31", "today", "today-17y".'
    )
    until: Bound | None = Option(default=None, description="Last day, written in the same way.")
    uses_fieldset: ClassVar[bool] = True

    @model_validator(mode="before")
    @classmethod
    def _dates_as_text(cls, value: Any) -> Any:
        if isinstance(value, dict):
            return {k: v.isoformat() if isinstance(v, dt.date) else v for k, v in value.items()}
        return value

    @model_validator(mode="after")
    def _possible(self) -> Self:
        first, last = self.days(dt.datetime.now(dt.UTC).date())
        if first and last and last < first:
            raise ValueError(_("until is before from"))
        return self

    def days(self, now: dt.date | None = None) -> tuple[dt.date | None, dt.date | None]:
        """First and last allowed day, relative to `now` (default: today in the city)."""
        now = now or today()
        return (
            resolve_bound(self.from_, now) if self.from_ else None,
            resolve_bound(self.until, now) if self.until else None,
        )

    def missing(self) -> str:
        return _("Fill in day, month and year.")

    def anchor(self, name: str) -> str:
        return input_id(f"{name}.day")

    def _day(self, name: str, sent: FormData) -> dt.date | None:
        typed = [sent.text(f"{name}.{part}") for part in PARTS]
        if not any(typed):
            return None
        if not all(typed):
            raise InvalidAnswer(self.missing())
        if not all(re.fullmatch(r"[0-9]{1,4}", part) for part in typed):
            raise InvalidAnswer(_("Enter the date in digits, like 24 11 2026."))
        if len(typed[2]) != 4:
            raise InvalidAnswer(_("Enter the year with four digits."))
        try:
            day = dt.date(int(typed[2]), int(typed[1]), int(typed[0]))
        except ValueError:
            raise InvalidAnswer(_("This date does not exist. Check day and month.")) from None
        return self._allowed(day)

    def _allowed(self, day: dt.date) -> dt.date:
        first, last = self.days()
        if first and day < first:
            raise InvalidAnswer(_("Enter a date no earlier than %(day)s.") % {"day": format_day(first)})
        if last and day > last:
            raise InvalidAnswer(_("Enter a date no later than %(day)s.") % {"day": format_day(last)})
        return day

    def _parts(self, name: str, typed: Any) -> list[dict[str, Any]]:
        words = {"day": _("Day"), "month": _("Month"), "year": _("Year")}
        fill = {"day": "bday-day", "month": "bday-month", "year": "bday-year"} if self.profile == "birth_date" else {}
        return [
            {
                "name": f"{name}.{part}",
                "id": input_id(f"{name}.{part}"),
                "label": words[part],
                "value": (typed or {}).get(part, ""),
                "length": 4 if part == "year" else 2,
                "autocomplete": fill.get(part, ""),
            }
            for part in PARTS
        ]

    def _example_day(self, number: int) -> dt.date:
        first, last = self.days()
        if first and last:
            return first + dt.timedelta(days=number % ((last - first).days + 1))
        if last:
            return last - dt.timedelta(days=number % 300)
        return (first or today()) + dt.timedelta(days=number % 30)


def _split(day: dt.date) -> dict[str, str]:
    return {"day": str(day.day), "month": str(day.month), "year": f"{day.year:04d}"}


class DateField(_Between):
    """A date, typed as three numbers; stored as "2026-11-24"."""

    type: Literal["date"] = "date"
    template: ClassVar[str] = "date.html"

    def inputs(self, name: str) -> frozenset[str]:
        return frozenset(f"{name}.{part}" for part in PARTS)

    def parse(self, name: str, sent: FormData) -> Any:
        day = self._day(name, sent)
        return day.isoformat() if day else None

    def typed(self, name: str, sent: FormData) -> Any:
        return {part: sent.text(f"{name}.{part}") for part in PARTS}

    def form_value(self, value: Any) -> Any:
        return _split(dt.date.fromisoformat(value)) if value else {}

    def show(self, value: Any) -> str:
        return format_day(dt.date.fromisoformat(value))

    def context(self, name: str, typed: Any) -> dict[str, Any]:
        return {"parts": self._parts(name, typed)}

    def example(self, number: int) -> dict[str, Any]:
        return {f".{part}": value for part, value in _split(self._example_day(number)).items()}

    def invalid_example(self) -> dict[str, Any] | None:
        return {".day": "31", ".month": "2", ".year": "2024"}

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


def _clock_time(typed: str) -> dt.time:
    """Parse a typed time: "09:30", "9.30".

    Raises:
        InvalidAnswer: when it is not a time.
    """
    try:
        value = parse_time(typed.replace(".", ":")) if re.fullmatch(r"[0-9]{1,2}[.:][0-9]{2}", typed) else None
    except ValueError:
        value = None
    if value is None:
        raise InvalidAnswer(_("Enter the time like 09:30, from 00:00 to 23:59."))
    return value


class TimeField(FieldBase):
    """A time of day, stored as "09:30"."""

    type: Literal["time"] = "time"
    template: ClassVar[str] = "time.html"

    def parse(self, name: str, sent: FormData) -> Any:
        typed = sent.text(name)
        return f"{_clock_time(typed):%H:%M}" if typed else None

    def show(self, value: Any) -> str:
        return time_of_day(dt.time.fromisoformat(value))

    def example(self, number: int) -> dict[str, Any]:
        return {"": f"{8 + number % 8:02d}:{number * 15 % 60:02d}"}

    def invalid_example(self) -> dict[str, Any] | None:
        return {"": "25:99"}

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}


class DateTimeField(_Between):
    """A local date and time, stored as "2026-11-24T09:30"."""

    type: Literal["datetime"] = "datetime"
    template: ClassVar[str] = "datetime.html"

    def inputs(self, name: str) -> frozenset[str]:
        return frozenset(f"{name}.{part}" for part in (*PARTS, "time"))

    def missing(self) -> str:
        return _("Fill in day, month, year and time.")

    def parse(self, name: str, sent: FormData) -> Any:
        day, time = self._day(name, sent), sent.text(f"{name}.time")
        if day is None and not time:
            return None
        if day is None or not time:
            raise InvalidAnswer(self.missing())
        return dt.datetime.combine(day, _clock_time(time)).isoformat(timespec="minutes")

    def typed(self, name: str, sent: FormData) -> Any:
        return {part: sent.text(f"{name}.{part}") for part in (*PARTS, "time")}

    def form_value(self, value: Any) -> Any:
        moment = parse_datetime(value) if value else None
        return {**_split(moment.date()), "time": f"{moment:%H:%M}"} if moment else {}

    def show(self, value: Any) -> str:
        moment = dt.datetime.fromisoformat(value)
        return f"{format_day(moment.date())}, {time_of_day(moment.time())}"

    def context(self, name: str, typed: Any) -> dict[str, Any]:
        time = {"name": f"{name}.time", "id": input_id(f"{name}.time"), "value": (typed or {}).get("time", "")}
        return {"parts": self._parts(name, typed), "time": time}

    def example(self, number: int) -> dict[str, Any]:
        day = {f".{part}": value for part, value in _split(self._example_day(number)).items()}
        return {**day, ".time": f"{9 + number % 7:02d}:00"}

    def invalid_example(self) -> dict[str, Any] | None:
        return {".day": "31", ".month": "2", ".year": "2024", ".time": "09:00"}

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]$"}


HALVES = ("morning", "afternoon")


class SlotField(FieldBase):
    """A preferred half-day on one of the next working days, stored as {"date", "part"}; not an appointment."""

    type: Literal["slot"] = "slot"
    days: int = Option(default=14, ge=1, le=60, description="How many days ahead one can choose.")
    template: ClassVar[str] = "slot.html"
    uses_fieldset: ClassVar[bool] = True

    def dates(self) -> list[dt.date]:
        """Selectable working days from tomorrow on; if none is in range, the next one."""
        calendar, start = pack.current().calendar, today()
        ahead = [start + dt.timedelta(days=n) for n in range(1, 91)]
        working = [day for day in ahead if calendar.is_working_day(day)]
        return [day for day in working if day <= start + dt.timedelta(days=self.days)] or working[:1]

    def inputs(self, name: str) -> frozenset[str]:
        return frozenset({f"{name}.date", f"{name}.part"})

    def anchor(self, name: str) -> str:
        return input_id(f"{name}.date")

    def missing(self) -> str:
        return _("Choose a day and a part of the day.")

    def parse(self, name: str, sent: FormData) -> Any:
        day, part = sent.text(f"{name}.date"), sent.text(f"{name}.part")
        if not day and not part:
            return None
        if not day or part not in HALVES:
            raise InvalidAnswer(self.missing())
        if day not in {each.isoformat() for each in self.dates()}:
            raise InvalidAnswer(_("Choose one of the days in the list."))
        return {"date": day, "part": part}

    def typed(self, name: str, sent: FormData) -> Any:
        return {"date": sent.text(f"{name}.date"), "part": sent.text(f"{name}.part")}

    def form_value(self, value: Any) -> Any:
        return value or {}

    def show(self, value: Any) -> str:
        day = dt.date.fromisoformat(value["date"])
        return f"{date_format(day, 'l')}, {format_day(day)}, {self._words()[value['part']]}"

    def _words(self) -> dict[str, str]:
        return {"morning": _("in the morning"), "afternoon": _("in the afternoon")}

    def context(self, name: str, typed: Any) -> dict[str, Any]:
        chosen = typed or {}
        days = [
            {
                "value": d.isoformat(),
                "label": f"{date_format(d, 'l')}, {format_day(d)}",
                "chosen": d.isoformat() == chosen.get("date"),
            }
            for d in self.dates()
        ]
        parts = [{"value": v, "label": w, "chosen": v == chosen.get("part")} for v, w in self._words().items()]
        return {"days": days, "parts": parts, "date_name": f"{name}.date", "part_name": f"{name}.part"}

    def example(self, number: int) -> dict[str, Any]:
        dates = self.dates()
        return {".date": dates[number % len(dates)].isoformat(), ".part": HALVES[number % 2]}

    def invalid_example(self) -> dict[str, Any] | None:
        return {".date": "1999-01-01", ".part": "morning"}

    def json_schema(self) -> dict[str, Any]:
        properties = {"date": {"type": "string", "format": "date"}, "part": {"enum": list(HALVES)}}
        required = ["date", "part"]
        return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


TYPES = (DateField, TimeField, DateTimeField, SlotField)
