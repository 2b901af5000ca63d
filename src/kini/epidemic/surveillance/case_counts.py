"""Counts of case records by area and day, from the data set of case changes: one query for all questions."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kini.analytics.partitions import PartitionStore
from kini.epidemic.diseases.schema import Classification
from kini.epidemic.surveillance import case_changes, measures
from kini.epidemic.surveillance.areas import AreaSet
from kini.epidemic.surveillance.measures import DayOf

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, Table

type Floats = NDArray[np.float64]
#: Area, RW, RT, and the hash of the house; "": not known.
type House = tuple[str, str, str, str]

#: Column of each sort of day.
DAY_COLUMNS: dict[DayOf, str] = {
    "onset": "onset_on",
    "specimen": "specimen_on",
    "report": "reported_on",
    "death": "died_on",
    "admission": "admitted_on",
}
#: Day by which a measure is counted unless another one is asked for.
USUAL_DAYS: dict[str, DayOf] = {measures.DEATHS: "death", measures.ADMITTED: "admission"}
CASE_MEASURES = (
    measures.CONFIRMED,
    measures.PROBABLE,
    measures.SUSPECTED,
    measures.DEATHS,
    measures.ADMITTED,
    measures.IMPORTED,
    measures.KNOWN_CONTACTS,
)
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Question:
    """A measure of case records by a sort of day; only of a group of age ("age_group": 20) or sex, if given."""

    measure: str
    by: DayOf
    group: tuple[str, Any] | None = None

    @classmethod
    def usual(cls, measure: str) -> "Question":
        return cls(measure, USUAL_DAYS.get(measure, "report"))


def count_cases(
    disease: str,
    questions: Sequence[Question],
    areas: AreaSet,
    first: date,
    last: date,
    known_on: date | None = None,
    *,
    files: PartitionStore | None = None,
) -> Floats:
    """Count cases, shape (questions, areas, days).

    Args:
        first, last: first and last day of the counts.
        known_on: counts as they were known at the end of this day; None: as they are known now.
    """
    days = (last - first).days + 1
    shape = len(questions), len(areas), days
    if not case_changes.has_changes(known_on, files=files):
        return np.zeros(shape)
    with case_changes.open_changes(known_on, files=files) as changes:
        until = min(last, known_on or last)
        rows = _counted(_known(changes, disease, known_on), questions, first, until).to_pyarrow()
    places = _places(rows["area"], areas)
    numbers = rows["question"].to_numpy().astype(np.int64)
    offsets = rows["day"].cast("int32").to_numpy().astype(np.int64) - (first - _EPOCH).days
    inside = places >= 0
    index = ((numbers * len(areas) + places) * days + offsets)[inside]
    counts = np.bincount(index, weights=rows["cases"].to_numpy().astype(float)[inside], minlength=int(np.prod(shape)))
    return counts.reshape(shape)


def first_day(disease: str, *, files: PartitionStore | None = None) -> date | None:
    """First day of report of the disease's cases; None without any."""
    if not case_changes.has_changes(files=files):
        return None
    with case_changes.open_changes(files=files) as changes:
        day = changes.filter(changes.disease == disease).reported_on.min().to_pyarrow().as_py()
    return day if isinstance(day, date) else None


def reporting_cells(
    disease: str,
    areas: AreaSet,
    by: DayOf,
    last: date,
    days: int,
    max_delay: int,
    *,
    files: PartitionStore | None = None,
) -> NDArray[np.int64]:
    """Confirmed cases by area, day of event, and days until they were counted, shape (areas, days, max_delay + 1).

    Longer delays count as the greatest. A correction that takes a case away is taken from the delay with which it came.
    """
    first = last - timedelta(days=days - 1)
    shape = len(areas), days, max_delay + 1
    if not case_changes.has_changes(last, files=files):
        return np.zeros(shape, np.int64)
    with case_changes.open_changes(last, files=files) as changes:
        known = _known(changes, disease, last)
        event = known[DAY_COLUMNS[by]]
        rows = known.filter(_measured(known, measures.CONFIRMED), event >= first, event <= last)
        rows = rows.select("area", "sign", "known_on", event=rows[DAY_COLUMNS[by]])
        table = rows.group_by("area", "event", "known_on").agg(cases=rows.sign.sum()).to_pyarrow()
    places = _places(table["area"], areas)
    events = table["event"].cast("int32").to_numpy().astype(np.int64)
    delays = np.clip(table["known_on"].cast("int32").to_numpy().astype(np.int64) - events, 0, max_delay)
    inside = places >= 0
    index = ((places * days + events - (first - _EPOCH).days) * (max_delay + 1) + delays)[inside]
    weights = table["cases"].to_numpy().astype(float)[inside]
    return np.bincount(index, weights=weights, minlength=int(np.prod(shape))).reshape(shape).astype(np.int64)


def _known(changes: "Table", disease: str, known_on: date | None) -> "Table":
    rows = changes.filter(changes.disease == disease)
    return rows.filter(rows.known_on <= known_on) if known_on else rows


def _counted(rows: "Table", questions: Sequence[Question], first: date, last: date) -> "Table":
    import ibis

    parts = []
    for number, question in enumerate(questions):
        day = rows[DAY_COLUMNS[question.by]]
        chosen = rows.filter(_measured(rows, question.measure), day >= first, day <= last)
        if question.group:
            column, value = question.group
            chosen = chosen.filter(chosen[column] == value)
        chosen = chosen.select("area", "sign", day=chosen[DAY_COLUMNS[question.by]])
        counted = chosen.group_by("area", "day").agg(cases=chosen.sign.sum())
        parts.append(counted.mutate(question=ibis.literal(number, "int32")))
    return ibis.union(*parts, distinct=False) if len(parts) > 1 else parts[0]


def _measured(rows: "Table", measure: str) -> "BooleanValue":
    """Condition on the rows that a measure counts."""
    confirmed = rows.classification == Classification.CONFIRMED.value
    match measure:
        case measures.CONFIRMED:
            return confirmed
        case measures.DEATHS:
            return confirmed & rows.died_on.notnull()
        case measures.ADMITTED:
            return confirmed & rows.admitted_on.notnull()
        case measures.IMPORTED:
            return confirmed & rows.infected_elsewhere
        case measures.KNOWN_CONTACTS:
            return confirmed & rows.known_contact
        case measures.PROBABLE | measures.SUSPECTED:
            return rows.classification == measure
    raise LookupError(f'"{measure}" is not counted in case records; these are: {", ".join(CASE_MEASURES)}.')


def _places(column: Any, areas: AreaSet) -> NDArray[np.int64]:
    """Position of each row's area; -1 outside of them."""
    coded = column.combine_chunks().dictionary_encode()
    places = areas.places(coded.dictionary.to_pylist())
    return places[coded.indices.to_numpy()] if len(coded) else np.zeros(0, np.int64)


def cases_by_house(
    disease: str, areas: AreaSet, first: date, last: date, known_on: date | None = None
) -> dict[date, dict[House, int]]:
    """Confirmed cases by day of report and house."""
    with case_changes.open_changes(known_on) as changes:
        known = _known(changes, disease, known_on)
        rows = known.filter(_measured(known, measures.CONFIRMED), known.reported_on >= first, known.reported_on <= last)
        keys = ("reported_on", "area", "rw", "rt", "house")
        table = rows.group_by(*keys).agg(cases=rows.sign.sum()).to_pyarrow()
    inside = table.filter(_places(table["area"], areas) >= 0)
    by_day: defaultdict[date, dict[House, int]] = defaultdict(dict)
    columns = (inside[name].to_pylist() for name in (*keys, "cases"))
    for day, area, rw, rt, house, cases in zip(*columns, strict=True):
        by_day[day][area, rw, rt, house] = int(cases)
    return by_day
