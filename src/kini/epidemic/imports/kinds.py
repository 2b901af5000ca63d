"""Kinds of files, and which of them a file is by its columns."""

from collections.abc import Mapping
from enum import StrEnum

from kini.city.public import pack
from kini.epidemic.imports.source_file import SourceFile


class FileKind(StrEnum):
    """Kind of file; figures are stored with it as their source."""

    LINE_LIST = "line-list"
    LAB_RESULTS = "lab-results"
    AREA_TOTALS = "area-totals"
    AREA_DAILY = "area-daily"
    CITY_DAILY = "city-daily"
    REGIONS_DAILY = "regions-daily"
    TESTS = "tests"
    VACCINATION = "vaccination"
    WEEKLY = "weekly"
    BEDS = "beds"
    LEVELS = "levels"
    POPULATION = "population"


ABOUT: Mapping[FileKind, str] = {
    FileKind.LINE_LIST: "one row for each case: person, area, days, result",
    FileKind.LAB_RESULTS: "one row for each test of a laboratory: its number, person, test, days, result",
    FileKind.AREA_TOTALS: "sums since the beginning by area, at ends of months or weeks",
    FileKind.AREA_DAILY: "a row for each area and day, with the columns of all statuses",
    FileKind.CITY_DAILY: "a row for each day of one area (--area) or of a region outside",
    FileKind.REGIONS_DAILY: "a row for each day and region; the city is one of them",
    FileKind.TESTS: "tests and positive results by day",
    FileKind.VACCINATION: "doses, targets and groups by area",
    FileKind.WEEKLY: "cases by area, year and week",
    FileKind.BEDS: "beds, occupied ones and occupancy by ward",
    FileKind.LEVELS: "levels of measures that an authority declared, with first and last day",
    FileKind.POPULATION: "people by area, age and sex",
}


def propose_kind(source: SourceFile) -> FileKind | None:
    """Return the kind that the columns of a file tell; None when they tell none."""
    roles, names = source.roles, {each.measure for each in source.measures}
    if {"since"} <= roles and roles & {"level", "name"} and not names:
        return FileKind.LEVELS
    if {"result", "lab-number"} <= roles or {"result", "test"} <= roles:
        return FileKind.LAB_RESULTS
    if {"onset", "specimen", "reported"} & roles or {"person", "national-id", "case-number"} & roles:
        return FileKind.LINE_LIST
    if any(name.startswith(("beds", "occup")) for name in names):
        return FileKind.BEDS
    if any(name.startswith("population-") for name in names):
        return FileKind.POPULATION
    has_areas = any(each.role in ("code", "area") and each.level != _whole() for each in source.columns)
    if has_areas and any("dose" in name for name in names):
        return FileKind.VACCINATION
    if not names:
        return None
    if "week" in roles:
        return FileKind.WEEKLY
    if has_areas:
        others = names - {"confirmed", "deaths", "recovered", "active"}
        return FileKind.AREA_DAILY if others else FileKind.AREA_TOTALS
    if "region" in roles:
        return FileKind.REGIONS_DAILY
    if names & {"tested", "specimens"} and not names & {"deaths", "recovered"}:
        return FileKind.TESTS
    return FileKind.CITY_DAILY if "day" in roles else None


def _whole() -> str:
    return pack.current().area_levels[0].id
