"""Meaning of a table's columns, by the words of their names."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from kini.city.public import pack
from kini.epidemic.imports.vocabulary import Vocabulary, normalize
from kini.epidemic.surveillance import measures

#: Roles of columns that are no measures; a column of one of these terms alone.
ROLES = (
    *("day", "year", "week", "month", "ward", "since", "until", "level", "decree", "source", "checked"),
    *("sex", "age", "national-id", "phone", "person", "birth", "onset", "specimen", "reported", "result-day", "result"),
    *("died", "ended-on", "status", "outcome", "case-number", "lab-number", "test", "rw", "rt", "name"),
)
#: Classifications that statuses (recovered, in hospital ...) may be of; of confirmed ones they stand alone.
CASE_GROUPS = ("confirmed", "suspected", "probable", "contacts", "discarded", "travellers", "odp", "pdp")
STATUSES = ("recovered", "deaths", "in-hospital", "isolated", "ended")
#: States of a day, which are never sums.
STOCKS = (
    *("active", "in-hospital", "isolated", "target", "unvaccinated", "beds", "occupied", "occupancy", "population"),
    *("households", "male", "female", "odp-monitored", "pdp-in-hospital", "positivity"),
)
SUMS = (
    *("confirmed", "suspected", "probable", "contacts", "discarded", "travellers", "odp", "pdp", "recovered", "deaths"),
    *("ended", "odp-ended", "pdp-recovered", "tested", "specimens", "dose-1", "dose-2", "dose-3", "doses", "admitted"),
)
RATES = ("occupancy", "positivity")
DOSES = ("dose-1", "dose-2", "dose-3", "doses", "target", "unvaccinated")
_AGES = re.compile(
    r"(?:u|usia|umur|age|ages|kelompok umur) (?P<one>\d{1,3})(?: (?:sd |to |s d )?\d{1,3})?(?: (?:tahun|th|years|up))*"
    r"|(?P<band>\d{1,3}) (?:sd |to |s d )?\d{1,3}(?: (?:tahun|th|years))?"
    r"|(?P<up>\d{1,3}) (?:tahun|th|years)(?: up)?"
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes:
        index: place in the row.
        title: name as it stands in the file, in one line.
        role: "measure", a term of `ROLES`, "code", "area", "region", "sum" (a total of other columns), "derived" (left
            out, others tell it) or "unknown".
        level: of the areas, by "code" and "area".
        measure: without its ending; with an empty `mode` the figures tell if they are sums since the beginning.
        mode: "new", "total" or "".
    """

    index: int
    title: str
    role: str = "unknown"
    level: str = ""
    measure: str = ""
    mode: str = ""

    @property
    def stored(self) -> str:
        """Name of the measure, once its mode is known."""
        return measures.total_of(self.measure) if self.mode == "total" else self.measure

    @property
    def is_rate(self) -> bool:
        return self.measure.startswith(RATES)


def read_columns(titles: Sequence[str], words: Vocabulary) -> list[Column]:
    """Interpret the names of columns."""
    whole = _level_of_whole()
    columns = [_column(Column(index, " ".join(title.split())), words, whole) for index, title in enumerate(titles)]
    return _resolve_totals(list(_resolve_groups(columns)))


def _level_of_whole() -> str:
    """Name of the level of the whole city, whose column may also name other regions."""
    return f"level:{pack.current().area_levels[0].id}"


def _column(column: Column, words: Vocabulary, whole: str) -> Column:
    terms = words.terms(column.title)
    unknown = [term for term in terms if term.startswith("?") and not term[1:].isdigit()]
    known = [term for term in terms if not term.startswith("?")]
    level = next((term for term in known if term.startswith("level:")), "")
    if ages := _AGES.fullmatch(normalize(column.title)):
        return replace(column, role="measure", measure=f"population-{ages[ages.lastgroup or 0]}", mode="total")
    if not known or unknown:
        return column
    if "code" in known and set(known) <= {"code", level, "area", "region"}:
        return replace(column, role="code", level=level[6:])
    if level == whole or "region" in known:
        return replace(column, role="region")
    if set(known) <= {level, "name", "area"} and (level or "area" in known):
        return replace(column, role="area", level=level[6:])
    if len(known) == 1 and known[0] in ROLES:
        return replace(column, role=known[0])
    return _measure(column, known)


def _measure(column: Column, terms: list[str]) -> Column:
    if "delta" in terms:
        return replace(column, role="derived")
    if terms == ["total"]:
        return replace(column, role="sum")
    mode = "new" if "new" in terms else "total" if "total" in terms else ""
    base = [term for term in terms if term not in ("new", "total")]
    doses = next((term for term in base if term in DOSES), "")
    groups = [term for term in base if term not in (*STATUSES, *SUMS, *STOCKS, *ROLES)]
    if doses or (groups and "total" in terms and base == groups):
        name = "-".join([*groups, doses or "doses"])
        return replace(column, role="measure", measure=name, mode="total" if doses in STOCKS or not mode else mode)
    if groups or not base:
        return column
    statuses = [term for term in base if term in STATUSES]
    cases = [term for term in base if term in CASE_GROUPS and term != "confirmed"]
    others = [term for term in base if term not in (*STATUSES, *CASE_GROUPS)]
    parts = [*cases, *statuses, *others] or base
    stock = bool(set(parts) & set(STOCKS))
    if stock and mode == "new":
        return replace(column, role="derived")
    return replace(column, role="measure", measure="-".join(parts), mode="total" if stock else mode)


def _resolve_groups(columns: list[Column]) -> Iterator[Column]:
    """Give statuses that stand more than once ("meninggal") to the classification to the left of each."""
    counts = Counter(each.measure for each in columns if each.measure in STATUSES and each.mode != "new")
    group = ""
    for column in columns:
        if column.measure in CASE_GROUPS:
            group = column.measure
        if counts[column.measure] > 1 and column.mode != "new" and group not in ("", "confirmed"):
            column = replace(column, measure=f"{group}-{column.measure}")
        yield column


def _resolve_totals(columns: list[Column]) -> list[Column]:
    """Tell of a column "total" which others it sums up; join ages to bands; treat positive results of tests as such."""
    names = {each.measure for each in columns}
    ages = sorted(int(name[11:]) for name in names if re.fullmatch(r"population-\d+", name))
    following = dict(pairwise(ages))

    def resolve(column: Column) -> Column:
        if column.role == "sum" and "dose-1" in names:
            return replace(column, role="measure", measure="doses", mode="total")
        if column.role == "sum" and (ages or {"male", "female"} & names):
            return replace(column, role="measure", measure="population", mode="total")
        if column.measure in ("male", "female"):
            return replace(column, measure=f"population-{column.measure}")
        if column.measure.startswith("population-") and (first := int(column.measure[11:])) in following:
            return replace(column, measure=f"population-{first}-{following[first] - 1}")
        return column

    return [resolve(column) for column in columns]
