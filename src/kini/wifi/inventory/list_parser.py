"""Parser of lists of points (CSV, Excel or GeoJSON)."""

from dataclasses import dataclass, field
from pathlib import Path

from kini.city.public import WEEKDAYS
from kini.core.config_files import ConfigError, parse_model, read_source_file
from kini.core.table_import import Row, Table
from kini.wifi.inventory.schema import COLUMNS, PointMapping, PointRow

REMEDIES = {
    "missing_column": "Name their column in the mapping, or give a constant there.",
    "missing": "Fill it in, name their column in the mapping, or give a constant there.",
    "string_pattern_mismatch": "Use letters, digits, dots and dashes.",
    **dict.fromkeys(WEEKDAYS, 'Write spans as "07:00-12:00, 13:00-21:00".'),
}


@dataclass(slots=True)
class PointList:
    """A list, and its valid rows."""

    table: Table
    rows: list[Row[PointRow]] = field(default_factory=list)

    @property
    def errors(self) -> list[ConfigError]:
        return self.table.errors

    def add_error(self, row: Row[PointRow], column: str, message: str, remedy: str = "") -> None:
        self.table.errors.append(row.error_at(column, message, remedy))


def read_mapping(path: Path) -> PointMapping:
    """Read a column mapping (TOML).

    Raises:
        ConfigErrors: with every error of the file.
    """
    return parse_model(read_source_file(path, path.parent), PointMapping)


def read_list(path: Path, mapping: PointMapping | None = None) -> PointList:
    """Read a whole list.

    Raises:
        Unreadable: if it is neither valid CSV, Excel nor GeoJSON.
    """
    table = Table(path.name, path, mapping or PointMapping(), id_column="site")
    return PointList(table, list(table.rows(PointRow, columns=COLUMNS, remedies=REMEDIES)))
