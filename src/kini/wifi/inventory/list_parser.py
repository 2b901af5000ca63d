"""Parser of lists of points (CSV or GeoJSON). Every error names file, row, field and remedy."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kini.city.schema import WEEKDAYS
from kini.core.config_files import (
    ConfigError,
    ConfigErrors,
    SourceFile,
    errors_of_validation,
    parse_model,
    read_source_file,
)
from kini.wifi.inventory.schema import COLUMNS, ColumnMapping, PointRow

GEOJSON = (".geojson", ".json")


@dataclass(frozen=True, slots=True)
class NumberedRow:
    """A valid row and its number: the line in a table, or the position of a feature in GeoJSON, starting at 1."""

    number: int
    row: PointRow


@dataclass(slots=True)
class ParsedList:
    """Valid rows of a list, and the errors in the others.

    Attributes:
        theirs: name of our columns in the list.
    """

    file: str
    rows: list[NumberedRow] = field(default_factory=list)
    faults: list[ConfigError] = field(default_factory=list)
    theirs: dict[str, str] = field(default_factory=dict)

    def error_at(self, number: int, name: str, message: str, remedy: str = "") -> None:
        """Add an error of a row, under the column's name in the list."""
        self.faults.append(ConfigError(self.file, number, self.theirs.get(name, name), message, remedy))


def read_mapping(path: Path) -> ColumnMapping:
    """Read a column mapping (TOML).

    Raises:
        ConfigErrors: with every error of the file.
    """
    return parse_model(read_source_file(path, path.parent), ColumnMapping)


def read_list(path: Path, mapping: ColumnMapping | None = None) -> ParsedList:
    """Read a whole list.

    Raises:
        ConfigErrors: if it is neither valid CSV nor GeoJSON.
    """
    mapping = mapping or ColumnMapping()
    parsed = ParsedList(path.name, theirs=mapping.columns)
    ours = _columns(mapping)
    for number, cells in _raw(path):
        if None in cells:
            parsed.error_at(number, "", "there are more cells than columns", "Quote texts with a comma.")
            continue
        row = {name: text for name, theirs, convert in ours if (text := convert(cells.get(theirs)))}
        try:
            parsed.rows.append(NumberedRow(number, PointRow.model_validate(row)))
        except ValidationError as error:
            for fault in _faults(path.name, number, row, error):
                name = fault.field.removeprefix("hours.").split(".")[0]
                parsed.error_at(number, name, fault.message, _remedy(fault, name))
    return parsed


def _columns(mapping: ColumnMapping) -> list[tuple[str, str, Callable[[Any], str]]]:
    """For each of our columns: name, name in the list, and the conversion of a cell (empty: no value)."""

    def reader(name: str) -> Callable[[Any], str]:
        known, constant = mapping.values.get(name, {}), mapping.constants.get(name, "")
        other, prefix = mapping.other.get(name), mapping.prefix if name == "site" else ""

        def convert(cell: Any) -> str:
            text = "" if cell is None else str(cell).replace("\0", "").strip()
            text = known.get(text, text if other is None else other) or constant
            return prefix + text if text else ""

        return convert

    return [(name, mapping.columns.get(name, name), reader(name)) for name in COLUMNS]


def _faults(file: str, number: int, row: dict[str, Any], error: ValidationError) -> list[ConfigError]:
    """Return the errors of a row, all with the number of the row."""
    places = [(), *((name,) for name in row), ("hours",), *(("hours", day) for day in WEEKDAYS)]
    return errors_of_validation(SourceFile(file, row, dict.fromkeys(places, number)), error)


def _remedy(fault: ConfigError, name: str) -> str:
    """Return the remedy, if the message does not contain it."""
    if fault.message == "Field required":
        return "Fill it in, name their column in the mapping, or give a constant there."
    if name in WEEKDAYS:
        return 'Write spans as "07:00-12:00, 13:00-21:00".'
    return "Use letters, digits, dots and dashes." if "match pattern" in fault.message else ""


def _raw(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise ConfigErrors([ConfigError(path.name, 0, "", "cannot be read", error.strerror or "")]) from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ConfigErrors([ConfigError(path.name, line, "", "is not UTF-8", "Save it as UTF-8.")]) from None
    yield from _features(path.name, text) if path.suffix.lower() in GEOJSON else _table(path.name, text)


def _table(file: str, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        _refuse_doubles(file, reader.fieldnames or [])
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        fault = ConfigError(
            file, reader.line_num, "", f"broken CSV: {error}", "Quote texts with a comma or a line break."
        )
        raise ConfigErrors([fault]) from None


def _refuse_doubles(file: str, names: Sequence[str]) -> None:
    if not names:
        raise ConfigErrors([ConfigError(file, 1, "", "there is no line with the names of the columns", "Add it.")])
    if twice := sorted({name for name in names if list(names).count(name) > 1}):
        raise ConfigErrors([ConfigError(file, 1, twice[0], "this column stands twice", "Keep one.")])


def _features(file: str, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigErrors([ConfigError(file, error.lineno, "", error.msg, "Fix the JSON syntax.")]) from None
    except RecursionError:
        raise ConfigErrors(
            [ConfigError(file, 0, "", "is nested too deeply", "Give a plain FeatureCollection.")]
        ) from None
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list):
        raise ConfigErrors(
            [ConfigError(file, 0, "", "is no GeoJSON FeatureCollection", "Export the points as GeoJSON.")]
        )
    for number, feature in enumerate(features, 1):
        yield number, _cells(feature)


def _cells(feature: Any) -> dict[str, Any]:
    """Return a feature's properties with the coordinates of its point; its id is the default site code."""
    known: dict[str, Any] = feature if isinstance(feature, dict) else {}
    properties, geometry = known.get("properties"), known.get("geometry")
    cells = {str(name): value for name, value in properties.items()} if isinstance(properties, dict) else {}
    if known.get("id") is not None:
        cells.setdefault("site", known["id"])
    if isinstance(geometry, dict) and geometry.get("type") == "Point":
        spot = geometry.get("coordinates")
        if isinstance(spot, list) and len(spot) >= 2:
            cells["longitude"], cells["latitude"] = spot[:2]
    return cells
