"""A table of somebody else's, and its rows typed by a pydantic model."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, ValidationError

from kini.core.config_files import ConfigError
from kini.core.config_messages import faults_of, most_similar
from kini.core.table_import.file_formats import (
    REPLACEMENT_CHARACTER,
    Content,
    RawRow,
    Unreadable,
    read_csv,
    read_excel,
    read_geojson,
    read_json,
)


class ColumnMapping(BaseModel):
    """Mapping of one table.

    Attributes:
        columns: their column, by ours.
        values: our value by theirs, by our column. A value that is not named stays as it is.
        constants: our value where their cell is empty or the column is missing, by our column.
        other: our value for every value of theirs that `values` does not name, by our column.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    constants: dict[str, str] = {}
    other: dict[str, str] = {}

    def column(self, name: str) -> str:
        """Their column for ours."""
        return self.columns.get(name, name)

    def value(self, name: str, text: str) -> str:
        """Our value for the text of their cell, in our column `name`; empty when there is none."""
        text = self.values.get(name, {}).get(text, self.other.get(name, text))
        return text or self.constants.get(name, "")


type Format = Literal["csv", "excel", "json", "geojson"]
#: Cells as text without blanks around, by column of the file; empty ones are left out.
type Cells = Mapping[str, str]

SUFFIXES: dict[str, Format] = {
    **dict.fromkeys((".json", ".geojson"), "geojson"),
    **dict.fromkeys((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), "excel"),
}
NO_MAPPING = ColumnMapping()
#: Characters of a value that an error shows.
LONGEST_VALUE = 60


class CellError(ValueError):
    """A cell, or with an empty column a row, cannot be taken."""

    def __init__(self, column: str, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.column, self.message, self.remedy = column, message, remedy


@dataclass(frozen=True, slots=True)
class Row[M]:
    """One row, typed.

    Attributes:
        line: its line in a text or sheet, or place in a list, the first being 1.
    """

    table: "Table"
    line: int
    cells: Cells
    value: M

    def text(self, column: str) -> str:
        """The text of our column `column`, as the file has it; empty when there is none."""
        return self.cells.get(self.table.mapping.column(column), "")

    def error_at(self, column: str, message: str, remedy: str = "") -> ConfigError:
        """An error in our column `column`, under the name and with the value that the file has there."""
        theirs = self.table.mapping.column(column)
        value = "" if column in self.table.hidden else self.cells.get(theirs, "")
        return ConfigError(self.table.file, self.line, theirs, message, remedy, value[:LONGEST_VALUE])


@dataclass(eq=False, slots=True)
class Table:
    """A file with a table. Reading it collects the errors of its rows.

    Attributes:
        file: its name in errors.
        format: None: by the suffix of the file's name, CSV for an unknown one.
        encoding, delimiter: of CSV; None: detected.
        path: keys down to the list of rows, in JSON.
        id_column: column of a feature's id, in GeoJSON.
        aliases: other names of their columns, with the name that is meant.
        strict: the format is ours: unknown columns and rows with too few cells are errors.
        hidden: our columns whose values no error shows.
        count: rows read so far, with and without errors.
    """

    file: str
    content: Content
    mapping: ColumnMapping = NO_MAPPING
    format: Format | None = None
    encoding: str | None = None
    delimiter: str | None = None
    path: str = ""
    id_column: str = "id"
    aliases: Mapping[str, str] = field(default_factory=dict)
    strict: bool = False
    hidden: frozenset[str] = frozenset()
    errors: list[ConfigError] = field(default_factory=list)
    count: int = 0
    _columns: Sequence[str] = ()

    def rows[M: BaseModel](
        self, model: type[M], *, columns: Sequence[str] = (), remedies: Mapping[str, str] | None = None
    ) -> Iterator[Row[M]]:
        """The rows that fit a model; what is wrong in the others joins `errors`.

        Args:
            model: its fields are our columns; a field without `repr` is hidden.
            columns: our columns, where they are others than the model's fields.
            remedies: what would be right, by our column, by type of pydantic's error, or for a "missing_column".

        Raises:
            Unreadable: when the file is no such table, or required columns are missing.
        """
        fields = model.model_fields
        names = list(columns or fields)
        theirs = [(name, self.mapping.column(name)) for name in names]
        self.hidden |= {name for name, each in fields.items() if not each.repr}
        remedies = {"missing": _("Fill it in."), **(remedies or {})}

        def parse(row: Row[None]) -> M:
            texts = ((name, self.mapping.value(name, row.cells.get(column, ""))) for name, column in theirs)
            return model.model_validate({name: text for name, text in texts if text})

        required = [name for name in names if name in fields and fields[name].is_required()]
        yield from self.read(parse, required=required, known=names, remedies=remedies)

    def read[M](
        self,
        parse: Callable[[Row[None]], M],
        *,
        required: Iterable[str] = (),
        known: Iterable[str] = (),
        remedies: Mapping[str, str] | None = None,
    ) -> Iterator[Row[M]]:
        """The rows that `parse` makes a value of; it raises `CellError` or pydantic's ValidationError.

        Args:
            required: our columns that a table with a header must have, unless the mapping has a constant for them.
            known: our columns; with `strict` there are no others.

        Raises:
            Unreadable: as `rows`.
        """
        for number, raw in self._raw(list(required), list(known), remedies or {}):
            self.count += 1
            cells = {self.aliases.get(name, name): text for name, cell in raw.items() if name and (text := _text(cell))}
            row = Row(self, number, cells, None)
            try:
                self._check_width(raw)
                value = parse(row)
            except CellError as error:
                self.errors.append(row.error_at(error.column, error.message, error.remedy))
            except ValidationError as error:
                self.errors += _validation_errors(row, error, set(known), remedies or {})
            else:
                yield Row(self, number, cells, value)

    def _raw(self, required: Sequence[str], known: Sequence[str], remedies: Mapping[str, str]) -> Iterator[RawRow]:
        def header(line: int, names: Sequence[str]) -> Sequence[str]:
            self._columns = [self.aliases.get(name.strip(), name.strip()) for name in names]
            if errors := list(self._header_errors(line, required, known, remedies.get("missing_column", ""))):
                raise Unreadable(errors)
            return self._columns

        suffix = self.content.suffix.lower() if isinstance(self.content, Path) else ""
        match self.format or SUFFIXES.get(suffix, "csv"):
            case "excel":
                return read_excel(self.file, self.content, header)
            case "json":
                return read_json(self.file, self.content, path=self.path)
            case "geojson":
                return read_geojson(self.file, self.content, path=self.path or "features", id_column=self.id_column)
            case _:
                return read_csv(self.file, self.content, header, encoding=self.encoding, delimiter=self.delimiter)

    def _header_errors(
        self, line: int, required: Sequence[str], known: Sequence[str], advice: str
    ) -> Iterator[ConfigError]:
        """Errors in the names of the columns."""
        names = self._columns
        if not any(names):
            yield ConfigError(self.file, line, "", _("there is no line with the names of the columns"), _("Add it."))
            return
        theirs = {name: self.mapping.column(name) for name in (*required, *known)}
        listed = ", ".join(theirs.values() if self.strict else filter(None, names))
        remedy = (_("The columns are: %(names)s.") if self.strict else _("The file has: %(names)s.")) % {
            "names": listed
        }
        unknown = [name for name in dict.fromkeys(names) if self.strict and name not in theirs.values()]
        absent = [name for name in required if theirs[name] not in names and name not in self.mapping.constants]
        misspelt = {name: meant for name in unknown if (meant := most_similar(name, map(theirs.__getitem__, absent)))}
        for name in absent:
            if theirs[name] not in misspelt.values():
                yield ConfigError(
                    self.file, line, theirs[name], _("this column is missing"), f"{remedy} {advice}".strip()
                )
        for name in dict.fromkeys(names):
            is_ours = name in theirs.values()
            if name in unknown:
                instead = _('Write "%(meant)s".') % {"meant": misspelt[name]} if name in misspelt else remedy
                yield ConfigError(self.file, line, name, _("this column is unknown"), instead)
            if (self.strict or is_ours) and names.count(name) > 1:
                yield ConfigError(self.file, line, name, _("this column appears twice"), _("Keep one."))

    def _check_width(self, raw: Mapping[str | None, Any]) -> None:
        surplus = raw.get(None, ())
        if any(surplus) or (self.strict and len(raw) < len(self._columns)):
            words = {"cells": len(raw) - (None in raw) + len(surplus), "columns": len(self._columns)}
            message = _("%(cells)d cells where there are %(columns)d columns") % words
            raise CellError("", message, _("Put quotes around texts with a delimiter or a line break."))


def read_pack_table[M: BaseModel](path: Path, root: Path, model: type[M], errors: list[ConfigError]) -> list[Row[M]]:
    """The valid rows of a table of a pack: CSV in UTF-8 with no other columns than the model's.

    Args:
        root: folder of the pack, to which the names of files in errors are relative.
        errors: every error of the file joins them.
    """
    table = Table(path.relative_to(root).as_posix(), path, format="csv", encoding="UTF-8", delimiter=",", strict=True)
    try:
        return list(table.rows(model))
    except Unreadable as error:
        table.errors += error.errors
        return []
    finally:
        errors += table.errors


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).replace("\0", REPLACEMENT_CHARACTER).strip()


def _validation_errors(
    row: Row[None], error: ValidationError, known: Collection[str], remedies: Mapping[str, str]
) -> Iterator[ConfigError]:
    for each in error.errors(include_url=False):
        place = [str(part) for part in each["loc"]]
        column = next((part for part in place if part in known), place[0] if place else "")
        fault = faults_of({**each, "input": "…"} if column in row.table.hidden else each, None, None)[0]
        message = _("it is empty") if each["type"] == "missing" else fault.message
        yield row.error_at(column, message, remedies.get(column) or remedies.get(each["type"], fault.remedy))
