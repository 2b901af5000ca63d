"""CSV reader with typed rows; errors carry file, line and column."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from kini.core.faults import Fault, PackFaults, Source, parse, text_line


@dataclass(frozen=True, slots=True)
class Row[M: BaseModel]:
    """Parsed line of a CSV file."""

    file: str
    line: int
    value: M

    def error_at(self, column: str, message: str, remedy: str = "") -> Fault:
        return Fault(self.file, self.line, column, message, remedy)


def read_rows[M: BaseModel](path: Path, root: Path, model: type[M], faults: list[Fault]) -> list[Row[M]]:
    """Return the lines of a CSV file that are valid for `model`; append all errors to `faults`."""
    file = path.relative_to(root).as_posix()
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        faults.append(Fault(file, 0, "", "cannot be read", error.strerror or ""))
        return []
    except UnicodeDecodeError as error:
        faults.append(Fault(file, text_line(path, error.start), "", "is not UTF-8", "Save it as UTF-8."))
        return []
    return list(_rows(file, text, model, faults))


def _rows[M: BaseModel](file: str, text: str, model: type[M], faults: list[Fault]) -> Iterator[Row[M]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        if wrong := _header_faults(file, header, model):
            faults += wrong
            return
        for cells in reader:
            if cells:
                yield from _row(file, reader.line_num, header, cells, model, faults)
    except csv.Error as error:
        faults.append(Fault(file, reader.line_num, "", f"broken CSV: {error}", "Quote texts with a comma."))


def _header_faults(file: str, header: list[str], model: type[BaseModel]) -> list[Fault]:
    known = model.model_fields
    columns = f"The columns are: {', '.join(known)}."
    missing = [name for name, field in known.items() if field.is_required() and name not in header]
    faults = [Fault(file, 1, name, "this column is missing", columns) for name in missing]
    faults += [Fault(file, 1, name, "there is no such column", columns) for name in header if name not in known]
    faults += [
        Fault(file, 1, name, "this column appears twice", "Keep one.") for name in set(header) if header.count(name) > 1
    ]
    return faults


def _row[M: BaseModel](
    file: str, line: int, header: list[str], cells: list[str], model: type[M], faults: list[Fault]
) -> Iterator[Row[M]]:
    if len(cells) != len(header):
        message = f"{len(cells)} cells where there are {len(header)} columns"
        faults.append(Fault(file, line, "", message, "Quote texts with a comma."))
        return
    try:
        yield Row(file, line, parse(Source(file, dict(zip(header, cells, strict=True)), {(): line}), model))
    except PackFaults as error:
        faults += error.errors
