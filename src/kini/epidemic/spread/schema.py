"""Content of what is published of a disease: figures of the whole city by day, and counts of its areas by week.

All public pages, maps and downloads are made from these two, and from nothing else: everything they show can be derived
from published figures, so it reveals no more than they do.
"""

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Content(BaseModel):
    """Base of published content."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FigureName(StrEnum):
    """Figures of the whole city, in the order of the page."""

    NEW_CASES = "new_cases"
    INCIDENCE = "incidence"
    REPRODUCTION = "reproduction"
    POSITIVITY = "positivity"
    BEDS = "beds"
    INTENSIVE_BEDS = "intensive_beds"
    DEATHS = "deaths"
    ADMISSIONS = "admissions"
    FATALITY = "fatality"
    DOUBLING_DAYS = "doubling_days"
    CONTACTS = "contacts_per_case"


class Figure(Content):
    """A figure of a day; `low` and `high` bound its 95 % interval, `before` is the same figure a week ago.

    Attributes:
        measured_on: last day of what it describes.
        source: id of the source; "" for the city's own case records.
    """

    value: float
    low: float | None = None
    high: float | None = None
    before: float | None = None
    measured_on: date
    source: str = ""


class Rule(Content):
    """The dated rule by which something was computed."""

    since: date
    source: str
    confidence: str


class Rating(Content):
    """An indicator behind a level: its value and class from 0, the best; None: not known."""

    name: str
    value: float | None
    rating: int | None


class Level(Content):
    """Level of the day. `lowest` and `highest` differ when indicators are missing that could decide.

    Attributes:
        transmission, capacity: class of each group of indicators from 0.
        held_up: vaccination that was needed for a lower level is missing, or not known.
    """

    lowest: int
    highest: int
    transmission: int | None = None
    capacity: int | None = None
    ratings: tuple[Rating, ...] = ()
    held_up: bool = False
    rule: Rule

    @property
    def words(self) -> str:
        """ "3", or "2-3" while it is uncertain."""
        return str(self.lowest) if self.lowest == self.highest else f"{self.lowest}-{self.highest}"


class Declared(Content):
    """Level of measures that an authority declared; `checked`: somebody compared it with the decree."""

    name: str
    level: int | None
    since: date
    decree: str
    checked: bool


class NowcastDay(Content):
    """Cases of a day that are expected when all reports have come in, with the 80 % interval."""

    day: date
    median: float
    low: float
    high: float


class Calibration(Content):
    """Reliability of past nowcasts: share of days within the 80 % interval, over so many days."""

    share: float
    days: int


class DayContent(Content):
    """The whole city on a day.

    Attributes:
        by_report, by_onset: new confirmed cases of the days until this one, the last of them `day`; None: unknown.
        false_alarms: alerts a year that the detection raises in an area where nothing happens.
    """

    day: date
    population: int
    figures: dict[FigureName, Figure]
    level: Level | None = None
    declared: Declared | None = None
    zones: dict[str, int] = {}
    zone_rule: Rule | None = None
    by_report: tuple[int | None, ...] = ()
    by_onset: tuple[int | None, ...] = ()
    nowcast: tuple[NowcastDay, ...] = ()
    calibration: Calibration | None = None
    false_alarms: dict[str, float] = {}


class AreaCounts(Content):
    """Counts of an area in a period.

    Attributes:
        cases: None: hidden, as it is small or would reveal a small one.
        incidence: cases for each 100,000 people and week; `smoothed`: drawn towards the city's the fewer live there.
        zones: number of RTs by colour; empty where cases are hidden.
        first_doses, second_doses: people with them, in per cent of those who should have them.
        first_doses_here: first doses given there, also to people from elsewhere, in per cent of the same people.
    """

    cases: int | None
    incidence: float | None = None
    smoothed: float | None = None
    zones: dict[str, int] = {}
    first_doses: float | None = None
    second_doses: float | None = None
    first_doses_here: float | None = None


class AreasContent(Content):
    """Areas of the city in a period, usually a week from Monday to Sunday.

    Attributes:
        total: cases of the whole city.
        areas: by code, on all levels below the city.
        ages: cases of the whole city by "female-20" (sex, least age of five years); None: hidden.
        doses_on: day of the doses.
    """

    first: date
    last: date
    total: int
    areas: dict[str, AreaCounts]
    ages: dict[str, int | None] = {}
    source: str = ""
    doses_on: date | None = None
    doses_source: str = ""
