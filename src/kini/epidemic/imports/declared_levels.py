"""Levels of measures that an authority declared, out of a table: first and last day, name, level, decree."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor
from kini.core.models import ImportRun
from kini.core.table_import.loading import Target, load
from kini.epidemic.imports.areas import AreaIndex
from kini.epidemic.imports.cells import MISSING, parse_day
from kini.epidemic.imports.defects import Defects, Kind
from kini.epidemic.imports.reader_state import Options
from kini.epidemic.imports.source_file import Cells, SourceFile
from kini.epidemic.imports.vocabulary import vocabulary
from kini.epidemic.surveillance.models import DeclaredLevel

#: Greatest level that a table may have.
MOST = 9


@action
def import_levels(*, by: Actor, source: SourceFile, disease: str, options: Options, dry_run: bool = False) -> ImportRun:
    """Store declared levels; rows that nobody compared with their decree stay marked so."""
    rows = list(_rows(source, options))
    _check_periods(source.defects, rows)
    source.table.errors = source.defects.refused()
    target = Target(
        DeclaredLevel,
        key=("area", "since"),
        fields=("until", "name", "level", "decree", "source", "checked"),
        scope={"disease": disease},
    )
    run = load(by=by, target=target, table=source.table, rows=rows, dry_run=dry_run)
    if not dry_run:
        detail = {"file": source.table.file, "added": run.added, "changed": run.changed}
        audit.record(by=by, action="epidemic.levels-imported", subject=f"disease:{disease}", detail=detail)
    return run


def _rows(source: SourceFile, options: Options) -> Iterator[tuple[int, Sequence[Any]]]:
    """Yield line, area, first and last day, name, level, decree, source, checked."""
    words, defects, index = vocabulary(), source.defects, AreaIndex(vocabulary())
    places = [each for each in source.columns if each.role in ("area", "region", "code")]
    unchecked: list[int] = []
    whole = min(index.by_digits.values(), key=lambda area: area.depth)

    def text(cells: Cells, role: str) -> str:
        column = source.column(role)
        return cells[column.index] if column else ""

    for line, cells in source.rows:
        if not any(cells):
            continue
        area = options.area or whole
        named = next((cells[each.index] for each in reversed(places) if cells[each.index]), "")
        if named:
            matched = index.match(named, {}).area or index.match("", {"": named}).area
            if matched is None:
                message = "the city has no such area"
                defects.add(Kind.UNKNOWN_AREA, line, places[-1].title, named, message, "The row is left out.")
                continue
            area = matched
        since, until = (_day(source, line, cells, role) for role in ("since", "until"))
        if since is None or (until and until < since):
            if since is not None:
                value = text(cells, "until")
                defects.add(Kind.PERIOD, line, "", value, "the last day is before the first", "The row is left out.")
            continue
        level = text(cells, "level")
        if level and not (level.isdigit() and int(level) <= MOST):
            defects.add(Kind.NUMBER, line, "", level, "this is no level", "Stored without a level.")
            level = ""
        checked = words.means(text(cells, "checked"), "yes") == "yes"
        if not checked:
            unchecked.append(line)
        name, decree, origin = (
            text(cells, role)[:most] for role, most in (("name", 120), ("decree", 200), ("source", 300))
        )
        yield line, (area.code, since, until, name or level, int(level) if level else None, decree, origin, checked)
    if unchecked:
        message = "nobody compared these rows with their decree"
        defects.add(Kind.UNCHECKED, unchecked[0], "", "", message, "Stored as unchecked; pages say so.", len(unchecked))


def _day(source: SourceFile, line: int, cells: Cells, role: str) -> date | None:
    column = source.column(role)
    cell = cells[column.index] if column else ""
    if column is None or (role == "until" and cell.lower() in MISSING):
        return None
    try:
        return parse_day(cell, vocabulary().months)
    except ValueError:
        treatment = "The row is left out." if role == "since" else "Stored without a last day."
        source.defects.add(Kind.DAY, line, column.title, cell, "this is no day", treatment)
        return None


def _check_periods(defects: Defects, rows: Sequence[tuple[int, Sequence[Any]]]) -> None:
    """Name periods of an area that overlap, and days between periods."""
    by_area: dict[str, list[tuple[date, date | None, int]]] = defaultdict(list)
    for line, (area, since, until, *_more) in rows:
        by_area[area].append((since, until, line))
    for periods in by_area.values():
        periods.sort(key=lambda each: each[0])
        for (_since, until, _line), (since, _until, line) in pairwise(periods):
            if until is None or until >= since:
                message = f"begins before the period before it ends ({until or 'no last day'})"
                defects.add(Kind.PERIOD, line, "", f"{since}", message, "The later one holds from its first day on.")
            elif until + timedelta(days=1) < since:
                message = f"no level from {until + timedelta(days=1)} to {since - timedelta(days=1)}"
                defects.add(Kind.GAP, line, "", f"{since}", message, "Nothing is put in its place.")
