"""Import of tables that people and agencies bring: CSV, Excel, JSON and GeoJSON.

`Table` reads a file row by row, `Table.rows` types its rows by a pydantic model and collects every error with line,
column, value and remedy. `loading.load` compares rows with a stored table, applies the difference and records the run;
`loading.undo` reverses a run. Memory is bounded by one row and the errors (of an Excel file: by its sheet).
"""

from kini.core.table_import.file_formats import Unreadable
from kini.core.table_import.table import CellError, ColumnMapping, Row, Table, read_pack_table

__all__ = [
    "CellError",
    "ColumnMapping",
    "Row",
    "Table",
    "Unreadable",
    "read_pack_table",
]
