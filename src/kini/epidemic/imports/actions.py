"""Import of figures: rows of a file into area figures, region figures and declared levels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Model

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor
from kini.core.models import ImportRun
from kini.core.table_import import Table
from kini.core.table_import.loading import Target, load
from kini.epidemic.imports.checks import check_frame, daily_from_totals
from kini.epidemic.imports.columns import Column
from kini.epidemic.imports.figure_frame import Floats, Frame
from kini.epidemic.imports.frame_reader import read_frame
from kini.epidemic.imports.kinds import FileKind
from kini.epidemic.imports.models import RegionFigure
from kini.epidemic.imports.reader_state import Options
from kini.epidemic.imports.source_file import SourceFile
from kini.epidemic.surveillance.models import AreaFigure
from kini.web.formats import today

#: Day on which it became known, and value of the newest figure by measure, place and day.
type _Stored = dict[tuple[str, str, date], tuple[date, float]]


@dataclass(slots=True)
class Imported:
    """Result of an import.

    Attributes:
        runs: of each table; not stored by a dry run.
        measures: number of figures by measure.
    """

    runs: list[ImportRun] = field(default_factory=list)
    measures: dict[str, int] = field(default_factory=dict)


@action
def import_figures(
    *,
    by: Actor,
    source: SourceFile,
    kind: FileKind,
    disease: str,
    options: Options,
    known_on: date | None = None,
    dry_run: bool = False,
) -> Imported:
    """Store the figures of a file that are not stored yet.

    A figure is known on its own day (or on `known_on`); one that differs from what is stored joins it as known from
    today (or from `known_on`) on.

    Raises:
        Unreadable: the file does not tell of which area or day its figures are.
    """
    frame = check_frame(read_frame(source, options), source.defects)
    series = [*((each, frame.of(each)) for each in frame.columns), *daily_from_totals(frame)]
    source.table.errors = source.defects.refused()
    result = Imported()
    for model, inside in ((AreaFigure, True), (RegionFigure, False)):
        chosen = np.array([(place.area is not None) is inside for place in frame.places], dtype=bool)
        rows = np.flatnonzero(chosen[frame.place]) if len(frame.places) else np.array([], dtype=int)
        if len(rows):
            scope = {"source": kind.value, "disease": disease}
            store = _Store(model, "area" if inside else "region", scope, known_on)
            run = store.load(by, source.table, frame, series, rows, dry_run=dry_run)
            result.runs.append(run)
    for column, values in series:
        result.measures[column.stored] = int((~np.isnan(values)).sum())
    if not dry_run and result.runs:
        detail = {"file": source.table.file, "kind": kind.value, "added": sum(run.added for run in result.runs)}
        audit.record(by=by, action="epidemic.figures-imported", subject=f"disease:{disease}", detail=detail)
    return result


@dataclass(slots=True)
class _Store:
    """The stored figures of one source."""

    model: type[Model]
    place: str
    scope: dict[str, str]
    known_on: date | None

    def load(
        self,
        by: Actor,
        table: Table,
        frame: Frame,
        series: Sequence[tuple[Column, Floats]],
        rows: Any,
        *,
        dry_run: bool,
    ) -> ImportRun:
        key = ("measure", self.place, "day", "known_on")
        target = Target(self.model, key=key, fields=("value",), scope=self.scope, loads_only=True)
        stored = self._newest()  # before the COPY, which holds the connection
        rows = self._rows(frame, series, rows, stored)
        return load(by=by, target=target, table=table, rows=rows, dry_run=dry_run)

    def _rows(
        self, frame: Frame, series: Sequence[tuple[Column, Floats]], rows: Any, stored: _Stored
    ) -> Iterator[tuple[int, Sequence[Any]]]:
        now = today()
        places = [place.area.code if place.area else place.region for place in frame.places]
        codes = np.array(places)
        days = {int(each): date.fromordinal(int(each)) for each in np.unique(frame.days)}
        number = 0
        for column, values in series:
            name = column.stored
            known = rows[~np.isnan(values[rows])]
            # In the order of the index, which is then written page by page.
            known = known[np.lexsort((frame.days[known], codes[frame.place[known]]))]
            for place, ordinal, value in zip(
                frame.place[known].tolist(), frame.days[known].tolist(), values[known].tolist(), strict=True
            ):
                number += 1
                day, code = days[ordinal], places[place]
                before = stored.get((name, code, day))
                if before is None:
                    known_on = self.known_on or day
                else:
                    known_on = before[0] if before[1] == value else self.known_on or now
                yield number, (name, code, day, known_on, value)

    def _newest(self) -> _Stored:
        """The newest figure by measure, place and day."""
        quote = connection.ops.quote_name
        place = quote("area_id" if self.place == "area" else self.place)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT DISTINCT ON (measure, {place}, day) measure, {place}, day, known_on, value"  # noqa: S608
                f" FROM {quote(self.model._meta.db_table)} WHERE source = %s AND disease = %s"
                f" ORDER BY measure, {place}, day, known_on DESC",
                [self.scope["source"], self.scope["disease"]],
            )
            return {(name, code, day): (known_on, value) for name, code, day, known_on, value in cursor}
