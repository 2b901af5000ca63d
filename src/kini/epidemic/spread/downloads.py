"""Downloads of published figures: tables with their dictionary, as CSV, JSON and Parquet."""

import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kini.city.public import city_tables
from kini.epidemic.spread import public_view, queries
from kini.epidemic.spread.schema import DayContent, Figure, FigureName
from kini.web import downloads
from kini.web.page_cache import cache_for_anonymous

LICENCE = "CC BY 4.0"
type Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the dictionary: name, Arrow type, meaning, unit."""

    name: str
    type: str
    about: str | Promise
    unit: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table for download; `rows` yields the rows of a disease."""

    name: str
    title: str | Promise
    columns: Sequence[Column]
    rows: Callable[[str], Iterator[Row]]


def _day_rows(disease: str) -> Iterator[Row]:
    for content in queries.all_days(disease):
        level = content.level
        yield {
            "day": content.day.isoformat(),
            "cases": content.by_report[-1] if content.by_report else None,
            "cases_by_onset": content.by_onset[-1] if content.by_onset else None,
            **{name.value: _value(content, name) for name in FigureName if name is not FigureName.NEW_CASES},
            "reproduction_low": _bound(content.figures.get(FigureName.REPRODUCTION), "low"),
            "reproduction_high": _bound(content.figures.get(FigureName.REPRODUCTION), "high"),
            "level_lowest": level.lowest if level else None,
            "level_highest": level.highest if level else None,
            "level_rule_since": level.rule.since.isoformat() if level else None,
            "level_declared": content.declared.level if content.declared else None,
            "source": _sources(content),
        }


def _area_rows(disease: str) -> Iterator[Row]:
    known = city_tables().areas
    for content in queries.all_areas(disease):
        for code, counts in content.areas.items():
            area = known.get(code)
            yield {
                "first_day": content.first.isoformat(),
                "last_day": content.last.isoformat(),
                "area": code,
                "name": area.name if area else "",
                "level": area.level if area else "",
                "population": area.population if area else None,
                "cases": counts.cases,
                "suppressed": counts.cases is None,
                "incidence": counts.incidence,
                "incidence_smoothed": counts.smoothed,
                "first_doses": counts.first_doses,
                "second_doses": counts.second_doses,
                "first_doses_here": counts.first_doses_here,
                "source": content.source,
            }


def _age_rows(disease: str) -> Iterator[Row]:
    for content in queries.all_areas(disease):
        for group, cases in content.ages.items():
            sex, age = group.split("-")
            yield {
                "first_day": content.first.isoformat(),
                "last_day": content.last.isoformat(),
                "sex": sex,
                "age_from": int(age) if age else None,
                "cases": cases,
                "suppressed": cases is None,
            }


_PEOPLE = gettext_lazy("for each 100,000 people")
_COUNT = gettext_lazy("people")
_SHARE = gettext_lazy("per cent")
_PERIOD = (
    Column("first_day", "string", gettext_lazy("First day of the period, as 2021-07-05")),
    Column("last_day", "string", gettext_lazy("Last day of the period")),
)
_SUPPRESSED = Column(
    "suppressed", "bool", gettext_lazy("True: the count is hidden, as it is below 5 or would reveal such a count")
)
_SOURCE = Column("source", "string", gettext_lazy("Source; empty: case records of the health agency"))
_LEVELS = (
    Column("level_lowest", "int64", gettext_lazy("Level computed by the rule of the day; the lowest one possible")),
    Column("level_highest", "int64", gettext_lazy("The highest one possible, where indicators are missing")),
    Column("level_rule_since", "string", gettext_lazy("Day from which the rule of the level holds")),
    Column("level_declared", "int64", gettext_lazy("Level that the authority declared")),
)
TABLES: Final[Mapping[str, Table]] = {
    table.name: table
    for table in (
        Table(
            "days",
            gettext_lazy("The whole city by day"),
            (
                Column("day", "string", gettext_lazy("Day, as 2021-07-12")),
                Column("cases", "int64", gettext_lazy("Confirmed cases by day of report"), _COUNT),
                Column("cases_by_onset", "int64", gettext_lazy("Confirmed cases by first day of illness"), _COUNT),
                Column("incidence", "double", gettext_lazy("Cases of 7 days"), _PEOPLE),
                Column("reproduction", "double", gettext_lazy("Reproduction number Rt (Cori), window of 7 days")),
                Column("positivity", "double", gettext_lazy("Positive ones of the people tested in 7 days"), _SHARE),
                Column("beds", "double", gettext_lazy("Isolation beds in use, mean of 7 days"), _SHARE),
                Column("intensive_beds", "double", gettext_lazy("Intensive care beds in use, mean of 7 days"), _SHARE),
                Column("deaths", "double", gettext_lazy("Deaths by day of death"), _COUNT),
                Column("admissions", "double", gettext_lazy("Taken to hospital in 7 days"), _PEOPLE),
                Column(
                    "fatality", "double", gettext_lazy("Deaths until the day of the cases two weeks earlier"), _SHARE
                ),
                Column(
                    "doubling_days",
                    "double",
                    gettext_lazy("Days in which the sum of 7 days doubles; below 0: halves"),
                    gettext_lazy("days"),
                ),
                Column("contacts_per_case", "double", gettext_lazy("Close contacts for each case, 7 days"), _COUNT),
                Column("reproduction_low", "double", gettext_lazy("Lower bound of the 95 % interval of Rt")),
                Column("reproduction_high", "double", gettext_lazy("Upper bound of the 95 % interval of Rt")),
                *_LEVELS,
                _SOURCE,
            ),
            _day_rows,
        ),
        Table(
            "areas",
            gettext_lazy("Areas of the city by week"),
            (
                *_PERIOD,
                Column("area", "string", gettext_lazy("Official code of the area")),
                Column("name", "string", gettext_lazy("Name of the area")),
                Column("level", "string", gettext_lazy("Level of the area: regency, district ...")),
                Column("population", "int64", gettext_lazy("People who live there"), _COUNT),
                Column("cases", "int64", gettext_lazy("Confirmed cases of the period by day of report"), _COUNT),
                _SUPPRESSED,
                Column("incidence", "double", gettext_lazy("Cases of a week"), _PEOPLE),
                Column("incidence_smoothed", "double", gettext_lazy("The same, smoothed by empirical Bayes"), _PEOPLE),
                Column("first_doses", "double", gettext_lazy("People with a first dose of the vaccine"), _SHARE),
                Column("second_doses", "double", gettext_lazy("People with a second dose of the vaccine"), _SHARE),
                Column(
                    "first_doses_here",
                    "double",
                    gettext_lazy("First doses given in the area, also to people from elsewhere"),
                    _SHARE,
                ),
                _SOURCE,
            ),
            _area_rows,
        ),
        Table(
            "ages",
            gettext_lazy("Cases of the whole city by age and sex, by week"),
            (
                *_PERIOD,
                Column("sex", "string", gettext_lazy("female or male; empty: not known")),
                Column("age_from", "int64", gettext_lazy("Least age of the group of five years; 80: 80 and older")),
                Column("cases", "int64", gettext_lazy("Confirmed cases of the period by day of report"), _COUNT),
                _SUPPRESSED,
            ),
            _age_rows,
        ),
    )
}


def _csv(table: Table, rows: Sequence[Row], about: dict[str, Any]) -> HttpResponse:
    names = [column.name for column in table.columns]
    return downloads.csv_response(f"{about['name']}.csv", names, ([row[name] for name in names] for row in rows))


def _json(table: Table, rows: Sequence[Row], about: dict[str, Any]) -> HttpResponse:
    content = json.dumps(about | {"columns": dictionary(table), "rows": list(rows)}, ensure_ascii=False)
    response = HttpResponse(content, content_type="application/json")
    return downloads.as_attachment(response, f"{about['name']}.json")


def _parquet(table: Table, rows: Sequence[Row], about: dict[str, Any]) -> HttpResponse:
    import pyarrow  # here: 28 MB that most processes never need
    from pyarrow import parquet

    fields = [
        pyarrow.field(
            each["name"], pyarrow.type_for_alias(each["type"]), metadata={"about": each["about"], "unit": each["unit"]}
        )
        for each in dictionary(table)
    ]
    schema = pyarrow.schema(fields, metadata={name: str(value) for name, value in about.items()})
    file = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(list(rows), schema=schema), file, compression="zstd")
    response = HttpResponse(file.getvalue(), content_type="application/vnd.apache.parquet")
    return downloads.as_attachment(response, f"{about['name']}.parquet")


FORMATS: Final[Mapping[str, Callable[[Table, Sequence[Row], dict[str, Any]], HttpResponse]]] = {
    "csv": _csv,
    "json": _json,
    "parquet": _parquet,
}


@cache_for_anonymous
@require_safe
def download(request: HttpRequest, disease: str, table: str, format: str) -> HttpResponse:  # noqa: A002
    """Return a table of a disease in a format; JSON and Parquet contain the dictionary."""
    public_view.require_disease(disease)
    if table not in TABLES or format not in FORMATS:
        raise Http404
    newest = queries.newest_day(disease)
    about = {
        "name": f"{disease}-{table}",
        "title": str(TABLES[table].title),
        "licence": LICENCE,
        "source": _("Health agency, case records"),
        "made_up": bool(newest and newest.made_up),
    }
    return FORMATS[format](TABLES[table], list(TABLES[table].rows(disease)), about)


@cache_for_anonymous
@require_safe
def dictionary_csv(request: HttpRequest, disease: str) -> HttpResponse:
    """Return the dictionary of all tables: table, column, type, unit, meaning, source, licence."""
    public_view.require_disease(disease)
    head = ("table", "column", "type", "unit", "about", "licence")
    rows = (
        [table.name, each["name"], each["type"], each["unit"], each["about"], LICENCE]
        for table in TABLES.values()
        for each in dictionary(table)
    )
    return downloads.csv_response(f"{disease}-dictionary.csv", head, rows)


def dictionary(table: Table) -> list[dict[str, str]]:
    """Return the columns of a table with type, unit and meaning, in the active language."""
    return [
        {"name": each.name, "type": each.type, "unit": str(each.unit), "about": str(each.about)}
        for each in table.columns
    ]


def _value(content: DayContent, name: FigureName) -> float | None:
    figure = content.figures.get(name)
    return figure.value if figure and figure.measured_on == content.day else None


def _bound(figure: Figure | None, bound: str) -> float | None:
    return getattr(figure, bound) if figure else None


def _sources(content: DayContent) -> str:
    return "; ".join(sorted({figure.source for figure in content.figures.values() if figure.source}))
