"""Report of a day in plain text: indicators of the city with source and age, level, zones, and small areas."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.surveillance import levels, measures, outside_figures, queries
from kini.epidemic.surveillance.areas import smallest_areas, whole_city
from kini.epidemic.surveillance.indicators import Indicators
from kini.epidemic.surveillance.levels import LevelResult
from kini.epidemic.surveillance.models import DeclaredLevel
from kini.epidemic.surveillance.series import OWN_RECORDS
from kini.epidemic.surveillance.zones import Zones
from kini.web.formats import day as day_text
from kini.web.formats import number

#: Indicators in the order of the report: label, and decimals.
LABELS: dict[str, tuple[Promise, int]] = {
    "cases": (gettext_lazy("New cases of the day"), 0),
    "cases-week": (gettext_lazy("New cases, 7 days"), 0),
    "incidence": (gettext_lazy("New cases for each 100,000 people, 7 days"), 1),
    "deaths-week": (gettext_lazy("Deaths, 7 days"), 0),
    "mortality": (gettext_lazy("Deaths for each 100,000 people, 7 days"), 2),
    "admissions": (gettext_lazy("Admissions for each 100,000 people, 7 days"), 1),
    "positivity": (gettext_lazy("Tests with a positive result, 7 days, in percent"), 1),
    "reproduction": (gettext_lazy("Reproduction number R"), 2),
    "doubling-time": (gettext_lazy("Days until cases double; negative: until they halve"), 1),
    "fatality": (gettext_lazy("Deaths for each 100 cases so far"), 2),
    "fatality-lagged": (gettext_lazy("Deaths for each 100 cases of two weeks before"), 2),
    "occupancy-all": (gettext_lazy("Occupied beds, all, in percent"), 1),
    "occupancy-isolation": (gettext_lazy("Occupied isolation beds, in percent"), 1),
    "occupancy-icu": (gettext_lazy("Occupied intensive care beds, in percent"), 1),
    "tracing-ratio": (gettext_lazy("Contacts traced for each case"), 1),
    "coverage-first": (gettext_lazy("People with a first dose, in percent of the target"), 1),
    "coverage-elderly-first": (gettext_lazy("Elderly people with a first dose, in percent"), 1),
    "coverage-second": (gettext_lazy("People with a second dose, in percent of the target"), 1),
}
#: Names of what a level rule rates.
RATED: dict[str, Promise] = {
    "cases": gettext_lazy("cases"),
    "admissions": gettext_lazy("admissions"),
    "deaths": gettext_lazy("deaths"),
    "positivity": gettext_lazy("positive tests"),
    "contacts": gettext_lazy("contacts for each case"),
    "occupancy": gettext_lazy("occupied beds"),
}
SHOWN_AREAS = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """A value of the report; `age`: days before the day of the report, None without a value."""

    name: str
    value: float | None
    source: str
    age: int | None


@dataclass(frozen=True, slots=True)
class DayReport:
    """All that is known of a disease in the city on a day.

    Attributes:
        change: cases of the smallest areas between the two newest sums, where sums come by the month.
    """

    disease: str
    day: date
    figures: tuple[Figure, ...]
    interval: tuple[float, float] | None
    level: LevelResult
    declared: DeclaredLevel | None
    zones: Zones
    change: outside_figures.Change | None


def day_report(disease: str, day: date, known_on: date | None = None) -> DayReport:
    """Put together the report of a day; `known_on`: as it was known at the end of another day."""
    stale = max(disease_of(disease).surveillance.stale_after, levels.COVERAGE_STALE)
    city = whole_city()
    found = queries.indicators(disease, city.codes, day - timedelta(days=stale), day, known_on=known_on)
    level = levels.levels_of(found)[0]
    figures = tuple(_figure(found, name) for name in LABELS)
    reproduction = next(figure for figure in figures if figure.name == "reproduction")
    return DayReport(
        disease,
        day,
        figures,
        None if reproduction.age is None else _interval(found),
        level,
        queries.declared_level(disease, city.codes[0], day),
        queries.zones_on(disease, day, known_on=known_on),
        outside_figures.newest_change(disease, measures.CONFIRMED, smallest_areas(), day, known_on=known_on),
    )


def text_of(report: DayReport) -> Iterator[str]:
    """Yield the lines of a report in the active language."""
    about = disease_of(report.disease)
    yield f"{about.name} · {whole_city().areas[0].name} · {day_text(report.day)}"
    yield ""
    for figure in report.figures:
        yield _line(str(LABELS[figure.name][0]), _value(report, figure), _origin(report, figure))
    yield ""
    yield from _level_lines(report)
    yield ""
    yield from _zone_lines(report.zones)
    if report.change:
        yield ""
        yield from _change_lines(report.change)


def as_json(report: DayReport) -> dict[str, object]:
    """Return the report with full precision, for programs."""
    level = report.level
    return {
        "disease": report.disease,
        "day": str(report.day),
        "indicators": {
            figure.name: {
                "value": figure.value,
                "source": figure.source or "case records",
                "day": None if figure.age is None else str(report.day - timedelta(days=figure.age)),
            }
            for figure in report.figures
        },
        "level": {
            "level": level.level,
            "lowest": level.lowest,
            "highest": level.highest,
            "rule": str(level.rule.since) if level.rule else None,
            "missing": level.missing,
            "declared": report.declared and {"name": report.declared.name, "level": report.declared.level},
        },
        "zones": report.zones.by_zone(),
    }


def _figure(found: Indicators, name: str) -> Figure:
    limit = (
        found.figures[name].shape[-1] - 1 if "coverage" in name else disease_of(found.disease).surveillance.stale_after
    )
    values, ages = found.newest(name, limit)
    if np.isnan(values[0]):
        return Figure(name, None, "", None)
    return Figure(name, float(values[0]), found.source(name, int(ages[0])), int(ages[0]))


def _interval(found: Indicators) -> tuple[float, float]:
    stale = disease_of(found.disease).surveillance.stale_after
    low, high = (float(found.newest(f"reproduction-{side}", stale)[0][0]) for side in ("low", "high"))
    return low, high


def _line(label: str, value: str, origin: str) -> str:
    return f"  {label:<58} {value:>12}  {origin}".rstrip()


def _value(report: DayReport, figure: Figure) -> str:
    if figure.value is None:
        return "-"
    text = number(round(figure.value, LABELS[figure.name][1]))
    if figure.name == "reproduction" and report.interval:
        low, high = (number(round(bound, 2)) for bound in report.interval)
        return f"{text} ({low}-{high})"
    return text


def _origin(report: DayReport, figure: Figure) -> str:
    if figure.age is None:
        return _("not known")
    source = _source(figure.source)
    if not figure.age:
        return source
    days = ngettext("%(days)d day old", "%(days)d days old", figure.age) % {"days": figure.age}
    return f"{source}, {day_text(report.day - timedelta(days=figure.age))} ({days})"


def _source(source: str) -> str:
    return _("case records") if source == OWN_RECORDS else source


def _level_lines(report: DayReport) -> Iterator[str]:
    level, rule = report.level, report.level.rule
    if rule is None:
        yield _("Level: no rule was in force on this day.")
    else:
        if level.lowest is None:
            yield _("Level: not known; there are no figures of the spread.")
        elif level.level is None:
            yield _("Level: %(low)s to %(high)s; figures that would decide are missing.") % {
                "low": level.lowest,
                "high": level.highest,
            }
        else:
            yield _("Level: %(level)s") % {"level": level.level}
        yield "  " + _("Rule since %(day)s: %(source)s") % {"day": day_text(rule.since), "source": rule.source}
        classes: dict[str, int] = {name: len(steps) + 1 for name, steps in rule.transmission.items()}
        classes |= {name: len(steps) + 1 for name, steps in rule.capacity.items()}
        for rating in level.ratings:
            name = str(RATED[rating.name])
            if rating.rating is None:
                yield _line(name, "-", _("not known"))
            else:
                grade = _("class %(class)s of %(all)s") % {
                    "class": rating.rating + 1,
                    "all": classes[rating.name],
                }
                yield _line(name, number(round(rating.value or 0, 2)), grade)
        for check in level.gates:
            said = {True: _("met"), False: _("not met"), None: _("not known")}[check.passed]
            label = _("Vaccination for level %(level)s: %(all)s percent, elderly %(elderly)s percent") % {
                "level": check.gate.level,
                "all": number(check.gate.all),
                "elderly": number(check.gate.elderly),
            }
            yield _line(label, said, "")
    if declared := report.declared:
        grade = f" {declared.level}" if declared.level is not None and str(declared.level) not in declared.name else ""
        checked = _("checked") if declared.checked else _("not checked against the decree")
        source = ", ".join(part for part in (declared.decree, declared.source) if part)
        yield _("Declared by the authorities: %(name)s, since %(day)s (%(checked)s)") % {
            "name": declared.name + grade,
            "day": day_text(declared.since),
            "checked": checked,
        } + (f" · {source}" if source else "")


def _zone_lines(zones: Zones) -> Iterator[str]:
    if zones.rule is None:
        yield _("RT zones: no rule was in force on this day.")
        return
    yield _("RT zones, by houses with a case in %(days)s days") % {"days": zones.rule.days}
    yield "  " + _("Rule since %(day)s: %(source)s") % {"day": day_text(zones.rule.since), "source": zones.rule.source}
    counts, least = zones.by_zone(), 0
    for zone in zones.rule.zones:
        bounds = (
            f"{least}"
            if zone.up_to == least
            else f"{least}-{zone.up_to}"
            if zone.up_to is not None
            else f"> {least - 1}"
        )
        shown = _("all others") if not least else number(counts[zone.id])
        yield _line(f"{zone.name} ({bounds})", shown if zones.neighbourhoods else "-", "")
        least = (zone.up_to or 0) + 1
    if not zones.neighbourhoods:
        yield "  " + _("No case record names an RT, so no RT can be rated.")
    elif zones.without_rt:
        yield "  " + _("Cases without a known RT: %(count)s") % {"count": number(zones.without_rt)}


def _change_lines(change: outside_figures.Change) -> Iterator[str]:
    areas = smallest_areas()
    days = (change.until - change.since).days
    yield _("Areas with the most new cases between %(first)s and %(last)s (%(source)s)") % {
        "first": day_text(change.since),
        "last": day_text(change.until),
        "source": _source(change.source),
    }
    weekly = 1e5 * change.change / np.where(areas.population > 0, areas.population, np.nan) * 7 / days
    order = np.argsort(np.where(np.isnan(change.change), -math.inf, change.change))[::-1][:SHOWN_AREAS]
    for place in order:
        if not np.isnan(change.change[place]):
            each = _("%(rate)s a week for each 100,000 people") % {"rate": number(round(float(weekly[place]), 1))}
            yield _line(areas.areas[place].name, number(change.change[place]), each)
