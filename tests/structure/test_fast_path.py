"""Statements of the fast path: constant SQL that fits the tables, in few places."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from psycopg.pq import DiagnosticField, ExecStatus

import kini
from kini.core.database.compiled_queries import CompiledQuery
from kini.core.database.prepared_statements import _number_placeholders
from kini.core.environment import ROOT

SOURCE = ROOT / "src"
#: Where compiled queries stand besides `queries`: authentication, which runs before any room, and the blocklist.
OTHER_PLACES = {
    "kini.people.auth_backend",
    "kini.people.sessions",
    "kini.people.token_auth",
    "kini.wifi.devices.blocklist",
}
#: Writes past the ORM: no signals, no `save()`.
WRITERS = {"build_row", "insert_deferred", "update_deferred", "allocate_pk"}
#: The timeline with its case, registrations of a rush, and the one-time password of a hotspot.
WRITING = {
    "kini.cases.actions.submission",
    "kini.cases.timeline.chain",
    "kini.records.actions.consents",
    "kini.reports.actions.open311",
    "kini.reports.actions.publications",
    "kini.vaccination.registrations.actions",
    "kini.wifi.portal.actions",
}
#: Reads that make objects without `__init__`.
READING = {"kini.people.auth_backend", "kini.services.search", "kini.vaccination.registrations.fast_rows"}
#: SQL with names interpolated: of models (`fast_models`), of text search configurations (`search_index`).
BUILDING = {"kini.cases.search_index", "kini.core.database.fast_models", "kini.core.database.compiled_queries"}
#: PostgreSQL cannot tell the type of a parameter, which psycopg sends.
INDETERMINATE = b"42P18"


def _modules() -> Iterator[str]:
    for module in pkgutil.walk_packages(kini.__path__, "kini."):
        if ".migrations." not in module.name and module.name != "kini.core.decoder.__main__":
            yield module.name


def _text(name: str) -> str:
    path = SOURCE.joinpath(*name.split("."))
    return (path / "__init__.py" if path.is_dir() else Path(f"{path}.py")).read_text("utf-8")


#: Names that make a module part of the fast path. Others are not parsed, which would take each process four seconds.
WORDS = {CompiledQuery.__name__, "execute_prepared", "execute_deferred", "hydrate", *WRITERS}
TREES = {name: ast.parse(text) for name in _modules() if any(word in (text := _text(name)) for word in WORDS)}


def _compiled() -> list[tuple[str, str]]:
    """Module and name of every compiled query."""
    return [
        (module, function.name)
        for module, tree in TREES.items()
        for function in tree.body
        if isinstance(function, ast.FunctionDef)
        for decorator in function.decorator_list
        if isinstance(decorator, ast.Name) and decorator.id == CompiledQuery.__name__
    ]


def _statements() -> list[tuple[str, ast.expr]]:
    """Module and first argument of every call of `execute_prepared` and `execute_deferred`."""
    return [
        (module, call.args[0])
        for module, tree in TREES.items()
        if module != "kini.core.database.prepared_statements"
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in ("execute_prepared", "execute_deferred")
    ]


def _constants() -> list[tuple[str, str]]:
    """Module and name or text of every constant statement."""
    return [
        (module, first.id if isinstance(first, ast.Name) else str(ast.literal_eval(first)))
        for module, first in _statements()
        if module not in BUILDING
    ]


def _imports(module: str, names: set[str]) -> bool:
    return any(
        isinstance(node, ast.ImportFrom) and names & {alias.name for alias in node.names}
        for node in ast.walk(TREES[module])
    )


def _prepare(sql: str) -> str:
    """What PostgreSQL says about a statement, "" if it can be run."""
    numbered, _names = _number_placeholders(sql)
    connection.ensure_connection()
    result = connection.connection.pgconn.prepare(b"", numbered)
    if result.status == ExecStatus.COMMAND_OK or result.error_field(DiagnosticField.SQLSTATE) == INDETERMINATE:
        return ""
    return result.get_error_message()


@pytest.mark.django_db
@pytest.mark.parametrize(("module", "name"), _compiled())
def test_a_compiled_query_fits_the_models(module: str, name: str) -> None:
    query = getattr(importlib.import_module(module), name)
    assert isinstance(query, CompiledQuery)
    assert _prepare(query._compiled[0]) == ""


@pytest.mark.django_db
@pytest.mark.parametrize(("module", "name"), _constants())
def test_a_constant_statement_fits_the_tables(module: str, name: str) -> None:
    assert _prepare(getattr(importlib.import_module(module), name, name)) == ""


def test_statements_are_constant() -> None:
    """A statement with values inside would be prepared once for each value."""
    built = {module for module, first in _statements() if not isinstance(first, ast.Name | ast.Constant)}
    assert built <= BUILDING


def test_compiled_queries_stand_with_the_queries_of_their_room() -> None:
    elsewhere = {module for module, _name in _compiled() if "queries" not in module.split(".")}
    assert elsewhere == OTHER_PLACES


def test_objects_without_init_are_made_in_few_modules() -> None:
    outside = [module for module in TREES if not module.startswith("kini.core.")]
    assert {module for module in outside if _imports(module, WRITERS)} == WRITING
    readers = {module for module in outside if _imports(module, {"hydrate"})}
    assert {module for module in readers if "queries" not in module.split(".")} == READING
