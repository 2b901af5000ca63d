"""CSV reader with typed rows; errors carry file, line and column."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from kini.core.config_files import ConfigError, ConfigErrors, SourceFile, line_at_offset, parse_model


@dataclass(frozen=True, slots=True)
class CsvRow[M: BaseModel]:
    """Parsed line of a CSV file."""

    file: str
    line: int
    value: M

    def error_at(self, column: str, message: str, remedy: str = "") -> ConfigError:
        return ConfigError(self.file, self.line, column, message, remedy)


def read_rows[M: BaseModel](path: Path, root: Path, model: type[M], faults: list[ConfigError]) -> list[CsvRow[M]]:
    """Return the lines of a CSV file that are valid for `model`; append all errors to `faults`."""
    file = path.relative_to(root).as_posix()
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        faults.append(ConfigError(file, 0, "", "cannot be read", error.strerror or ""))
        return []
    except UnicodeDecodeError as error:
        faults.append(ConfigError(file, line_at_offset(path, error.start), "", "is not UTF-8", "Save it as UTF-8."))
        return []
    return list(_rows(file, text, model, faults))


def _rows[M: BaseModel](file: str, text: str, model: type[M], faults: list[ConfigError]) -> Iterator[CsvRow[M]]:
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
        faults.append(ConfigError(file, reader.line_num, "", f"broken CSV: {error}", "Quote texts with a comma."))


def _header_faults(file: str, header: list[str], model: type[BaseModel]) -> list[ConfigError]:
    known = model.model_fields
    columns = f"The columns are: {', '.join(known)}."
    missing = [name for name, field in known.items() if field.is_required() and name not in header]
    faults = [ConfigError(file, 1, name, "this column is missing", columns) for name in missing]
    faults += [ConfigError(file, 1, name, "there is no such column", columns) for name in header if name not in known]
    faults += [
        ConfigError(file, 1, name, "this column appears twice", "Keep one.")
        for name in set(header)
        if header.count(name) > 1
    ]
    return faults


def _row[M: BaseModel](
    file: str, line: int, header: list[str], cells: list[str], model: type[M], faults: list[ConfigError]
) -> Iterator[CsvRow[M]]:
    if len(cells) != len(header):
        message = f"{len(cells)} cells where there are {len(header)} columns"
        faults.append(ConfigError(file, line, "", message, "Quote texts with a comma."))
        return
    try:
        yield CsvRow(
            file, line, parse_model(SourceFile(file, dict(zip(header, cells, strict=True)), {(): line}), model)
        )
    except ConfigErrors as error:
        faults += error.errors
