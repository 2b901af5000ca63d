"""Functions and triggers of the database, with their current text in `<room>/sql/<function>.sql`.

A file creates one function and the triggers that run it, and can be executed again: CREATE OR REPLACE, and DROP TRIGGER
IF EXISTS before a constraint trigger. To change a function, change its file and add a migration with `LoadSql`;
where the parameters or the result change, drop the old function before by RunSQL. A test compares the database with the
files.
"""

from pathlib import Path

from django.apps import apps
from django.db.migrations.operations import RunSQL
from django.db.migrations.operations.base import Operation

#: Earlier migrations load the newest text too, which may name tables that only later ones create.
_UNCHECKED = "SET LOCAL check_function_bodies = off;\n"


def sql_file(room: str, name: str) -> Path:
    """Path of a function's file.

    Args:
        room: app label.
    """
    return Path(apps.get_app_config(room).path) / "sql" / f"{name}.sql"


def sql_files() -> list[Path]:
    """Files of all rooms, also of plug-ins."""
    return [path for config in apps.get_app_configs() for path in sorted((Path(config.path) / "sql").glob("*.sql"))]


class LoadSql(RunSQL):
    """Migration operation that executes a function's file.

    Args:
        new: the function is new, so the reverse drops it with its triggers; else the reverse changes nothing.
    """

    deconstruct = Operation.deconstruct

    def __init__(self, room: str, name: str, *, new: bool = False) -> None:
        self.file = f"{room}/sql/{name}.sql"
        drop = f"DROP FUNCTION IF EXISTS {name} CASCADE" if new else RunSQL.noop
        super().__init__(_UNCHECKED + sql_file(room, name).read_text("utf-8"), drop)

    def describe(self) -> str:
        return f"Load {self.file}"
