"""Functions and triggers of the database are those of the SQL files."""

import re
from pathlib import Path

import pytest
from django.db import connection, transaction

from kini.core.database.sql_files import LoadSql, sql_files

#: Functions and triggers with their text, without those of extensions and of procrastinate.
DEFINED = """
    SELECT p.proname, pg_get_functiondef(p.oid) FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace AND p.proname NOT LIKE 'procrastinate%'
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    UNION ALL
    SELECT t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND p.proname NOT LIKE 'procrastinate%'
    ORDER BY 1, 2
"""


def defined() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(DEFINED)
        return cursor.fetchall()


@pytest.mark.parametrize("path", sql_files(), ids=lambda path: path.stem)
@pytest.mark.django_db
def test_the_database_has_the_text_of_the_file(path: Path) -> None:
    """A change of a file needs a migration with `LoadSql`."""
    before = defined()
    assert path.stem in dict(before)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(path.read_text("utf-8"))
        assert defined() == before
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_every_function_has_a_file() -> None:
    functions = {name for name, text in defined() if text.startswith("CREATE OR REPLACE FUNCTION")}
    assert functions == {path.stem for path in sql_files()}


@pytest.mark.parametrize("path", sql_files(), ids=lambda path: path.stem)
def test_a_file_creates_one_function_of_its_name(path: Path) -> None:
    names = re.findall(r"^CREATE OR REPLACE FUNCTION (\w+)\(", path.read_text("utf-8"), re.M)
    assert names == [path.stem]


@pytest.mark.django_db
def test_a_new_function_is_dropped_by_the_reverse() -> None:
    operation = LoadSql("ledger", "ledger_reverse", new=True)
    assert operation.describe() == "Load ledger/sql/ledger_reverse.sql"
    with transaction.atomic(), connection.schema_editor() as editor:
        operation.database_backwards("ledger", editor, None, None)
        assert "ledger_reverse" not in dict(defined())
        operation.database_forwards("ledger", editor, None, None)
        assert "ledger_reverse" in dict(defined())


def test_a_file_that_does_not_exist_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"ledger/sql/ledger_forget\.sql"):
        LoadSql("ledger", "ledger_forget")


def test_squashing_writes_what_was_given() -> None:
    name, _args, given = LoadSql("ledger", "ledger_reverse", new=True).deconstruct()
    assert (name, _args, given) == ("LoadSql", ("ledger", "ledger_reverse"), {"new": True})
