"""Rows of a file by place: CSV or Excel, perhaps packed by gzip, with the names of its columns wherever they stand."""

import gzip
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kini.city.public import pack
from kini.core.config_files import ConfigError
from kini.core.table_import import Table, Unreadable
from kini.core.table_import.file_formats import Content, read_csv, read_excel, sheet_names
from kini.epidemic.imports.columns import Column, read_columns
from kini.epidemic.imports.defects import Defects, Kind
from kini.epidemic.imports.vocabulary import Vocabulary, vocabulary

#: Bytes of an unpacked file.
MOST_UNPACKED = 500_000_000
#: Rows among which the names of columns are looked for.
TOP_ROWS = 12
type Cells = Sequence[str]


@dataclass(slots=True)
class SourceFile:
    """A file with its columns and rows.

    Attributes:
        rows: line (the first is 1) and cells.
        top: rows above the names of the columns, and names that stand in two rows.
    """

    table: Table
    defects: Defects
    columns: list[Column]
    rows: list[tuple[int, Cells]]
    header_line: int
    above: list[str] = field(default_factory=list)

    def column(self, *roles: str) -> Column | None:
        """Return the first column with one of these roles."""
        return next((each for role in roles for each in self.columns if each.role == role), None)

    @property
    def measures(self) -> list[Column]:
        return [each for each in self.columns if each.role == "measure"]

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(each.role for each in self.columns)


def read_source(path: Path, defects: Defects) -> SourceFile:
    """Read a file; of a workbook the sheet whose columns are known best.

    Raises:
        Unreadable: it is no table, or no row names a column that is known.
    """
    words, suffix, content = vocabulary(), path.suffix.lower(), _unpack(path)
    if suffix == ".gz":
        suffix = Path(path.stem).suffix.lower()
    table = Table(path.name, content)
    if suffix in (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"):
        sheets = [
            _with_columns(table, defects, _excel_rows(path.name, content, name), words)
            for name in sheet_names(path.name, content)
        ]
        readable = [each for each in sheets if each is not None]
        best = max(readable, key=lambda each: (_deepest(each), len(each.measures)), default=None)
    else:
        best = _with_columns(table, defects, _csv_rows(path.name, content), words)
    if best is None:
        message = "no row names columns that are known"
        remedy = (
            "Add a row with names such as date, area code, confirmed; figures.yaml of the pack has the known words."
        )
        raise Unreadable([ConfigError(path.name, 1, "", message, remedy)])
    for column in best.columns:
        if column.role == "unknown" and column.title:
            defects.add(
                Kind.COLUMN, best.header_line, column.title, "", "this column is not known", "It is not imported."
            )
    return best


def _deepest(source: SourceFile) -> int:
    levels = [each.level for each in source.columns if each.role in ("code", "area") and each.level]
    order = [level.id for level in pack.current().area_levels]
    return max((order.index(level) for level in levels if level in order), default=-1)


def _unpack(path: Path) -> Content:
    """Content of a file that is packed by gzip; else its path."""
    if path.suffix.lower() != ".gz":
        return path
    try:
        with gzip.open(path) as stream:
            content = stream.read(MOST_UNPACKED + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise Unreadable([ConfigError(path.name, 0, "", "cannot be unpacked", str(error))]) from None
    if len(content) > MOST_UNPACKED:
        message = f"is larger than {MOST_UNPACKED // 1_000_000} MB when unpacked"
        raise Unreadable([ConfigError(path.name, 0, "", message, "Split it.")])
    return content


def _numbered(_line: int, names: Sequence[str]) -> Sequence[str]:
    return [str(place) for place in range(len(names))]


def _csv_rows(file: str, content: Content) -> Iterator[tuple[int, Cells]]:
    first: list[Cells] = []

    def header(line: int, names: Sequence[str]) -> Sequence[str]:
        first.append([name.strip() for name in names])
        return _numbered(line, names)

    rows = read_csv(file, content, header)
    raw = next(rows, None)
    yield from ((1, cells) for cells in first)
    while raw is not None:
        yield raw[0], _cells(raw[1])
        raw = next(rows, None)


def _excel_rows(file: str, content: Content, sheet: str) -> Iterator[tuple[int, Cells]]:
    first: list[tuple[int, Cells]] = []

    def header(line: int, names: Sequence[str]) -> Sequence[str]:
        first.append((line, [name.strip() for name in names]))
        return _numbered(line, names)

    rows = read_excel(file, content, header, sheet=sheet)
    raw = next(rows, None)
    yield from first
    while raw is not None:
        yield raw[0], _cells(raw[1])
        raw = next(rows, None)


def _cells(row: Mapping[str | None, Any]) -> Cells:
    cells = [str(cell).strip() for name, cell in row.items() if name is not None]
    return cells + [str(cell).strip() for cell in row.get(None, ())]


def _with_columns(
    table: Table, defects: Defects, rows: Iterator[tuple[int, Cells]], words: Vocabulary
) -> SourceFile | None:
    """Find the row with the names of the columns; None when there is none.

    Names may stand in two rows, of which the upper one names groups: "LANSIA" above "DOSIS 1" and "DOSIS 2".
    """
    top = [row for _number, row in zip(range(TOP_ROWS), rows, strict=False)]
    best, columns = -1, list[Column]()
    for number, (_line, cells) in enumerate(top):
        candidate = read_columns(cells, words)
        if _known(candidate) > _known(columns):
            best, columns = number, candidate
    if _known(columns) < 2:
        return None
    line, width = top[best][0], len(columns)
    if best and (joined := _joined(top[best - 1][1], top[best][1])):
        both = read_columns(joined, words)
        if _known(both) >= _known(columns) and {each.measure for each in both} != {each.measure for each in columns}:
            columns = both
            defects.add(Kind.HEADER, line, "", "", "the names of the columns stand in two rows", "Both are read.")
    elif best + 1 < len(top) and (joined := _joined(top[best][1], top[best + 1][1])):
        both = read_columns(joined, words)
        if _known(both) > _known(columns):
            columns, best = both, best + 1
            defects.add(Kind.HEADER, line, "", "", "the names of the columns stand in two rows", "Both are read.")
    breaks = sum("\n" in cell for cell in top[best][1])
    if breaks:
        defects.add(Kind.HEADER, line, "", "", f"{breaks} names of columns have line breaks", "Read as blanks.")
    after = [*top[best + 1 :], *rows]
    above = [" ".join(filter(None, cells)) for _line, cells in top[:best]]
    body = [(number, _padded(cells, width)) for number, cells in after]
    table.count = len(body)
    return SourceFile(table, defects, columns, body, line, above)


def _known(columns: Sequence[Column]) -> int:
    return len({(each.role, each.level, each.measure) for each in columns if each.role != "unknown"})


def _joined(upper: Cells, lower: Cells) -> Cells:
    """Names of two rows in one; empty when the lower one has numbers, so that it is no row of names."""
    if any(cell.replace(".", "").isdigit() for cell in lower) or sum(map(bool, upper)) < 2:
        return []
    group, names = "", list[str]()
    for place, below in enumerate(lower):
        above = upper[place] if place < len(upper) else ""
        group = above or group
        names.append(f"{group if below else above} {below}".strip())
    return names


def _padded(cells: Cells, width: int) -> Cells:
    return cells if len(cells) >= width else [*cells, *[""] * (width - len(cells))]
