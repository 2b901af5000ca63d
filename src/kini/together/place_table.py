"""Tables of places for help (RW, institutions, small firms): area, kind, name, families, address. Never households."""

from pathlib import Path

from django.utils.translation import gettext as _

from kini.city.public import city_tables
from kini.core.table_import import CellError, Row, Table, Unreadable
from kini.together.programmes import BENEFICIARY_KINDS

REQUIRED, COLUMNS = ("area", "kind", "name"), ("area", "kind", "name", "families", "address")
KINDS = tuple(each for each in BENEFICIARY_KINDS if each != "household")
#: Area, kind, name, families, address.
type PlaceRow = tuple[str, str, str, int | None, str]


def read_places(path: Path) -> tuple[list[tuple[int, PlaceRow]], Table]:
    """Valid places of a table with their lines, and the table with the errors of the others."""
    table, rows = Table(path.name, path), list[tuple[int, PlaceRow]]()
    try:
        rows = [(row.line, row.value) for row in table.read(_place, required=REQUIRED, known=COLUMNS)]
    except Unreadable as error:
        table.errors += error.errors
    return rows, table


def _place(row: Row[None]) -> PlaceRow:
    area, kind, name = row.text("area"), row.text("kind"), " ".join(row.text("name").split())
    families = row.text("families")
    if area not in city_tables().areas:
        raise CellError("area", _("enter the code of an area of the city"))
    if kind not in KINDS:
        raise CellError("kind", _("enter one of %(kinds)s") % {"kinds": ", ".join(KINDS)})
    if not 0 < len(name) <= 120:  # noqa: PLR2004 -- length of the column
        raise CellError("name", _("enter a name of at most 120 characters"))
    if families and not (families.isascii() and families.isdigit() and len(families) < 8):  # noqa: PLR2004
        raise CellError("families", _("enter a whole number, or nothing"))
    return area, kind, name, int(families) if families else None, row.text("address")[:240]
