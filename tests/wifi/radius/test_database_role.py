"""FreeRADIUS's role at the database: it asks for decisions, and gets at nothing else."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import InsufficientPrivilege

from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.core.models import AuditEntry
from kini.wifi import actions
from kini.wifi.radius import database_role, freeradius
from kini.wifi.radius.database_role import DatabaseRoleError
from tests.wifi.conftest import BY

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = {"host": "127.0.0.1", "port": 1812, "portal": ""}
DECISION = "wifi_decide(text,text,text,text,text,text,text,bytea,bytea,bytea,text,timestamp with time zone)"
ASKED = "SELECT answer, reason FROM wifi_decide('', '', '', '', '', '', '', '', '', '', 'UTC')"
TABLES = """
    SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname = 'public'
"""
FUNCTIONS = """
    SELECT oid::regprocedure::text FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND starts_with(proname, 'wifi_')
        AND has_function_privilege(%s, oid, 'EXECUTE')
"""


def run(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture(autouse=True)
def without_role():
    """Each test begins without the role, and leaves none."""

    def drop():
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [database_role.role_name()])
            if cursor.fetchone() is not None:
                name = f'"{database_role.role_name()}"'
                run(f"DROP OWNED BY {name}", f"DROP ROLE {name}")

    drop()
    yield
    drop()


@contextmanager
def limited() -> Iterator[None]:
    """The program as a role that owns its tables, and may make no roles."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
        owner, everything = cursor.fetchone()
    if not everything:
        pytest.skip("needs a superuser of the database, to make a role that is less")
    run("CREATE ROLE kini_tests_limited", f'GRANT "{owner}" TO kini_tests_limited', "SET ROLE kini_tests_limited")
    try:
        yield
    finally:
        run("RESET ROLE", "DROP ROLE kini_tests_limited")


def test_freeradius_signs_in_by_a_role_that_may_decide_and_nothing_else(tmp_path):
    freeradius.write_config(tmp_path, **WORDS)
    (written,) = re.findall(r'radius_db = "(.*)"', (tmp_path / "radiusd.conf").read_text("utf-8"))
    parameters = conninfo_to_dict(written)
    assert parameters["user"] == database_role.role_name() != connection.get_connection_params().get("user")
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = [name for (name,) in cursor.fetchall()]
        cursor.execute(FUNCTIONS, [database_role.role_name()])
        assert cursor.fetchall() == [(DECISION,)]
    assert len(tables) > 50
    with psycopg.connect(written, autocommit=True) as own:
        for statement in (
            *(f"SELECT FROM {table}" for table in tables),
            "CREATE TABLE mine (x int)",
            "SELECT wifi_mac('')",
        ):
            with pytest.raises(InsufficientPrivilege):
                own.execute(statement)
        decided = own.execute(ASKED).fetchall()
    assert decided == [("Reject", "unknown-access-point")]


def test_a_table_of_somebody_elses_making_does_not_lead_the_decision_astray(tmp_path):
    freeradius.write_config(tmp_path, **WORDS)
    with psycopg.connect(**database_role.connection_parameters()) as own:
        own.execute("CREATE TEMP TABLE wifi_accesspoint (LIKE pg_class)")
        decided = own.execute(ASKED).fetchall()
    assert decided == [("Reject", "unknown-access-point")]


def test_the_role_is_made_once_and_kept_fit(tmp_path):
    for _again in range(2):
        freeradius.write_config(tmp_path, **WORDS)
    assert AuditEntry.objects.filter(action="wifi.radius-role-made").count() == 1
    run(f"ALTER FUNCTION {DECISION} SECURITY INVOKER")
    assert "permission denied" in database_role.find_problem()
    actions.grant_radius_access(by=BY, make=False)
    assert database_role.find_problem() == ""


def test_where_the_program_may_make_no_role_it_says_what_an_administrator_runs(tmp_path):
    with limited():
        with pytest.raises(DatabaseRoleError) as fault:
            freeradius.write_config(tmp_path, **WORDS)
        assert not (tmp_path / "radiusd.conf").exists()
        parameters = str(fault.value)
        assert database_role.connection_parameters()["password"] not in parameters
        run("RESET ROLE", parameters.partition("\n\n")[2], "SET ROLE kini_tests_limited")
        freeradius.write_config(tmp_path, **WORDS)
        assert (tmp_path / "radiusd.conf").exists()


@pytest.mark.parametrize("given", ["SELECT ON wifi_device", "SELECT (name) ON wifi_device", "CREATE ON SCHEMA public"])
def test_a_role_that_may_more_is_refused(tmp_path, given):
    freeradius.write_config(tmp_path, **WORDS)
    run(f'GRANT {given} TO "{database_role.role_name()}"')
    with pytest.raises(DatabaseRoleError, match="wifi_device" if "wifi" in given else "create in the schema"):
        freeradius.write_config(tmp_path, **WORDS)


def test_it_knows_the_database_by_what_the_program_knows_it_by(monkeypatch):
    for name, value in {"sslmode": "verify-full", "sslrootcert": "/etc/kini/database.pem"}.items():
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], name, value)
        assert database_role.connection_parameters()[name] == value


def test_only_the_program_does_that(db):
    with pytest.raises(NotAllowed):
        actions.grant_radius_access(by=Actor(ActorKind.RESIDENT, 1))
