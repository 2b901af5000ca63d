"""Cells of rows about persons: text, days and areas. Defects never show who is meant."""

from dataclasses import dataclass, field
from datetime import date

from kini.city.models import Area
from kini.epidemic.imports.areas import AreaIndex
from kini.epidemic.imports.cells import MISSING, parse_day
from kini.epidemic.imports.defects import Kind
from kini.epidemic.imports.source_file import Cells, SourceFile
from kini.epidemic.imports.vocabulary import Vocabulary, vocabulary
from kini.web.formats import today


@dataclass(slots=True)
class PersonRows:
    """Rows of a file, each about a person."""

    source: SourceFile
    words: Vocabulary = field(default_factory=vocabulary, kw_only=True)
    index: AreaIndex = field(default_factory=lambda: AreaIndex(vocabulary()), kw_only=True)

    def title(self, role: str) -> str:
        """The name of the column with a role."""
        column = self.source.column(role)
        return column.title if column else ""

    def text(self, cells: Cells, role: str) -> str:
        column = self.source.column(role)
        cell = cells[column.index] if column else ""
        return "" if cell.lower() in MISSING else cell

    def day(self, line: int, cells: Cells, *roles: str) -> date | None:
        """The day of the first of these columns that has one; one that cannot be is named and left out."""
        for role in roles:
            cell = self.text(cells, role)
            if not cell:
                continue
            column = self.source.column(role)
            assert column
            try:
                day = parse_day(cell, self.words.months)
            except ValueError:
                self.source.defects.add(Kind.DAY, line, column.title, cell, "this is no day", "The day is left out.")
                continue
            if day <= today():
                return day
            message = "this day is in the future"
            self.source.defects.add(Kind.FUTURE, line, column.title, cell, message, "The day is left out.")
        return None

    def area(self, line: int, cells: Cells) -> Area | None:
        columns = [each for each in self.source.columns if each.role in ("area", "code")]
        codes = [cells[each.index] for each in columns if each.role == "code"]
        names = {each.level: cells[each.index] for each in columns if each.role == "area" and cells[each.index]}
        if not names and not any(codes):
            return None
        match = self.index.match(codes[-1] if codes else "", names)
        if match.problem:
            kind = {"spelling": Kind.SPELLING, "code-and-name": Kind.CODE_AND_NAME}.get(
                match.problem, Kind.UNKNOWN_AREA
            )
            treatment = "Recorded without an area." if match.area is None else f"Taken for {match.area.name}."
            shown = next(reversed(names.values()), codes[-1] if codes else "")
            self.source.defects.add(kind, line, columns[-1].title, shown, match.remark, treatment)
        return match.area
