"""Schemas of city.toml, calendar.toml, agencies.yaml and the CSV tables."""

import re
from datetime import date, time
from importlib.util import find_spec
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import holidays
from django.utils.translation import gettext as _
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    model_validator,
)

from kini.core.config_messages import invalid
from kini.core.localized_text import Language, Text

Confidence = Literal["high", "medium", "low"]
Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9]+([.-][A-Za-z0-9]+)*$", max_length=20)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class StrictModel(BaseModel):
    """Base of file schemas: immutable, unknown keys are errors.

    A validator is built when the first file is read: most processes read none.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=True, str_strip_whitespace=True, defer_build=True
    )


def _zone(name: Any) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, TypeError, ValueError, OSError):  # as it says no to unknown, empty and impossible names
        raise ValueError(
            _('there is no time zone "%(name)s"; use a name such as "Europe/Lisbon"') % {"name": name}
        ) from None


def _national_id(module: str) -> str:
    if find_spec(f"stdnum.{module.split('.')[0]}") is None or find_spec(f"stdnum.{module}") is None:
        raise ValueError(
            _('python-stdnum has no module "%(module)s"; use a name such as "id.nik"') % {"module": module}
        )
    return module


def _regular_expression(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(_("this is not a regular expression: %(error)s") % {"error": error}) from None
    return pattern


class AreaLevel(StrictModel):
    """Level of areas: the city, a district, a ward."""

    id: Id
    name: Text


class CityContact(BaseModel):
    """Contact for residents who get no further."""

    name: Text
    phone: str = ""
    email: str = ""
    address: Text | None = None
    hours: Text | None = None


class EmergencyNumber(StrictModel):
    """A number to call in an emergency."""

    name: Text
    number: Annotated[str, Field(pattern=r"^\+?[0-9][0-9 -]{1,18}$")]


class Screenshot(StrictModel):
    """Picture of the app that browsers show before it is installed, in the folder `screenshots`."""

    file: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*\.(webp|png|jpg)$", max_length=60)]
    label: Text


class OfficerRules(StrictModel):
    """Requirements for officers' access to the desk."""

    second_step: Literal["none", "any", "passkey"] = Field(
        default="none", description="any: a passkey, an authenticator app or the directory's; passkey: not the app."
    )
    second_step_from: date | None = Field(default=None, description="First day of the requirement; default: at once.")


class CityFile(StrictModel):
    """city.toml."""

    name: Text
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = Field(description="The first one is the default.")
    time_zone: Annotated[ZoneInfo, BeforeValidator(_zone)]
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = Field(description="ISO 3166-1, two letters.")
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = Field(description="ISO 4217.")
    reference_prefix: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,7}$")]
    national_id: Annotated[str, AfterValidator(_national_id)] = Field(description="A module of python-stdnum.")
    number_plates: Annotated[str, AfterValidator(_regular_expression)] = Field(
        default="", description="Regular expression of number plates, which public texts mask."
    )
    center: tuple[Latitude, Longitude]
    planned_kinds: tuple[Id, ...] = Field(default=(), description="Kinds whose room is not here yet.")
    cell_reach_m: Annotated[float, Field(gt=0, le=100_000)] = Field(
        default=4000, description="How far from its point an area is assumed to reach while its border is not known."
    )
    area_levels: Annotated[tuple[AreaLevel, ...], Field(min_length=2)] = Field(description="The whole first.")
    emergency: tuple[EmergencyNumber, ...] = ()
    contact: CityContact | None = None
    officers: OfficerRules = OfficerRules()
    screenshots: Annotated[tuple[Screenshot, ...], Field(max_length=8)] = ()
    theme: dict[str, str] = Field(default={}, description="Colours of web/theme.py: `brand`, or single tokens.")

    @model_validator(mode="after")
    def _each_once(self) -> "CityFile":
        for what, names in (("language", self.languages), ("level", [level.id for level in self.area_levels])):
            if len(set(names)) < len(names):
                raise ValueError(_("a %(what)s appears twice: %(names)s") % {"what": what, "names": ", ".join(names)})
        return self


def _span(value: Any) -> Any:
    """ "07:30-16:00" as (opens, closes)."""
    remedy = _('Write a span of time as "07:30-16:00", in the time zone of the city.')
    try:
        opens, closes = (time.fromisoformat(part.strip()) for part in value.split("-"))
    except (AttributeError, ValueError):
        raise invalid(_("“%(value)s” is not a span of time") % {"value": value}, remedy) from None
    if opens.tzinfo or closes.tzinfo:
        raise invalid(_("“%(value)s” names a time zone") % {"value": value}, remedy)
    return opens, closes


_Written = Annotated[str, Field(pattern=r"^ *\d\d:\d\d *- *\d\d:\d\d *$")]
Span = Annotated[tuple[time, time], BeforeValidator(_span, json_schema_input_type=_Written)]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Week(StrictModel):
    """Opening times by weekday; a day without any is closed."""

    monday: tuple[Span, ...] = ()
    tuesday: tuple[Span, ...] = ()
    wednesday: tuple[Span, ...] = ()
    thursday: tuple[Span, ...] = ()
    friday: tuple[Span, ...] = ()
    saturday: tuple[Span, ...] = ()
    sunday: tuple[Span, ...] = ()

    def of(self, weekday: int) -> tuple[tuple[time, time], ...]:
        """Opening times of a day; 0 is Monday."""
        spans: tuple[tuple[time, time], ...] = getattr(self, WEEKDAYS[weekday])
        return spans


class OfficeHours(Week):
    """Office hours by weekday; a day without any is closed."""

    source: str
    confidence: Confidence = "low"


class DayOff(StrictModel):
    """Additional closed day, or (`open`) an open day despite a holiday."""

    date: date
    name: Text
    open: bool = False
    source: str
    confidence: Confidence = "low"


class CalendarFile(StrictModel):
    """calendar.toml. Public holidays come from the library `holidays`, by the city's country and `subdivision`."""

    subdivision: str | None = None
    office_hours: OfficeHours
    days: tuple[DayOff, ...] = ()

    @model_validator(mode="after")
    def _days_once(self) -> "CalendarFile":
        seen: set[date] = set()
        for day in self.days:
            if day.date in seen:
                raise ValueError(_("%(date)s appears twice in days") % {"date": day.date})
            seen.add(day.date)
        return self


def known_subdivision(country: str, subdivision: str | None) -> str | None:
    """Return an error text if the library `holidays` lacks the country or subdivision, else None."""
    entity = getattr(holidays, country, None)
    if entity is None:
        return _('the library holidays does not know the country "%(country)s"') % {"country": country}
    if subdivision is not None and subdivision not in entity.subdivisions:
        return _('"%(subdivision)s" is no part of %(country)s; there are: %(value)s') % {
            "subdivision": subdivision,
            "country": country,
            "value": ", ".join(entity.subdivisions) or "none",
        }
    return None


class UnitEntry(StrictModel):
    """Units of an agency: one in every area of a `level`, or a single one in an `area`.

    "{area}" in the name is replaced with the area's name.
    """

    level: Id | None = None
    area: Code | None = None
    name: Text
    phone: Annotated[str, Field(max_length=30)] = ""

    @model_validator(mode="after")
    def _level_or_area(self) -> "UnitEntry":
        if (self.level is None) == (self.area is None):
            raise ValueError(_("give either level (a unit in each area of it) or area (a single unit)"))
        return self


class AgencyEntry(StrictModel):
    """One agency of agencies.yaml; its key is the id."""

    name: Text
    short: Annotated[str, Field(min_length=1, max_length=40)]
    units: tuple[UnitEntry, ...] = ()


class AreaRow(StrictModel):
    """One line of areas.csv."""

    code: Code
    level: Id
    name: Annotated[str, Field(min_length=1, max_length=120)]
    parent: Code | None = None
    latitude: Latitude
    longitude: Longitude
    km2: Annotated[float, Field(gt=0)] | None = None
    population: Annotated[int, Field(ge=0)] | None = None


class PlaceRow(StrictModel):
    """One line of places.csv."""

    id: Id
    kind: Id
    name: Annotated[str, Field(min_length=1, max_length=160)]
    area: Code
    agency: Id | None = None
    latitude: Latitude
    longitude: Longitude
    address: Annotated[str, Field(max_length=240)] = ""


class FacilityRow(StrictModel):
    """One line of facilities.csv: a facility of an agency, such as a hospital or a laboratory; its id is a unit's."""

    id: Id
    agency: Id
    type: Annotated[Id, Field(max_length=40)]
    name: Annotated[str, Field(min_length=1, max_length=160)]
    area: Code
    latitude: Latitude
    longitude: Longitude
    phone: Annotated[str, Field(max_length=30)] = ""
    address: Annotated[str, Field(max_length=240)] = ""


class AgencyFile(RootModel[dict[Id, AgencyEntry]]):
    """agencies.yaml: agencies by id."""
