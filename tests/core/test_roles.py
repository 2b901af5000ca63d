"""The program's database role cannot bypass the owner's triggers, even around the ORM."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import ProgrammingError, connection
from psycopg.conninfo import make_conninfo
from psycopg.errors import InsufficientPrivilege
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import Settings

from kini.core import audit
from kini.core.actors import system
from kini.core.database import database_roles
from kini.core.database.embedded import PROGRAM_ROLE
from tests.environment import replace

pytestmark = pytest.mark.xdist_group("roles")  # rights are granted once

APPEND_ONLY = (
    *("core_auditentry", "core_chainblock", "core_chainremoval", "people_accesslog", "cases_timelineentry"),
    *("cases_checkpoint", "ledger_entry", "ledger_posting", "payments_settlementrow"),
)


@pytest.fixture(scope="module")
def granted(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The program's role, granted as by `prepare`; once, as that takes a third of a second."""
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [PROGRAM_ROLE])
            if cursor.fetchone() is None:  # a server of somebody's own
                pytest.skip("the server has no role of the program")
        database_roles.grant(PROGRAM_ROLE)
        connection.close()


@pytest.fixture
def program(granted: None, transactional_db: None) -> Iterator[psycopg.Connection]:
    """A connection with the program's role."""
    audit.record(by=system("test"), action="core.tried", subject="lamp:1")
    parts = connection.settings_dict
    where = {"host": parts["HOST"], "port": parts["PORT"], "dbname": parts["NAME"], "user": PROGRAM_ROLE}
    with psycopg.connect(make_conninfo(**where), autocommit=True) as own:
        yield own


def test_it_reads_and_writes(program: psycopg.Connection) -> None:
    assert program.execute("SELECT count(*) FROM core_auditentry").fetchone() == (1,)
    program.execute(
        "INSERT INTO core_auditentry (at, actor_kind, actor_name, action, subject, detail)"
        " VALUES (now(), 'system', '', 'core.tried', 'lamp:2', '{}')"
    )
    program.execute("INSERT INTO core_limitcounter (key, count, until) VALUES ('x', 1, now())")
    program.execute("UPDATE core_limitcounter SET count = 2")
    program.execute("DELETE FROM core_limitcounter")
    program.execute("CREATE TEMP TABLE passing (id integer)")
    program.execute("SELECT kini_analyze('core_limitcounter')")
    with program.transaction(force_rollback=True):  # nothing else removes a partition from the tests' database
        program.execute("SELECT wifi_session_partition('2026-11-24'); SELECT wifi_seal_day('2026-11-24')")
        assert program.execute("SELECT sealed FROM wifi_partition WHERE day = '2026-11-24'").fetchone() == (True,)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM {}",
        "UPDATE {} SET id = id",
        "TRUNCATE {} CASCADE",
        "DROP TABLE {} CASCADE",
        "ALTER TABLE {} DISABLE TRIGGER ALL",
        "ALTER TABLE {} ADD COLUMN lamp integer",
        "DROP TRIGGER {}_append_only ON {}",
        "CREATE RULE lamp AS ON INSERT TO {} DO INSTEAD NOTHING",
        "ALTER TABLE {} OWNER TO CURRENT_USER",
        "SELECT set_config('kini.removal', '{}', false); DELETE FROM {}",
    ],
)
def test_append_only_tables_are_out_of_its_reach(program: psycopg.Connection, statement: str) -> None:
    for table in APPEND_ONLY:
        with pytest.raises(InsufficientPrivilege):
            program.execute(statement.replace("{}", table))


@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        f"ALTER ROLE {PROGRAM_ROLE} SUPERUSER",
        "SET ROLE {owner}",
        "CREATE TABLE lamp (id integer)",
        "CREATE FUNCTION lamp() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION kini_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
        "DROP FUNCTION kini_append_only() CASCADE",
        "ALTER FUNCTION kini_chain_remove(text, integer, text, timestamptz, bytea) SECURITY INVOKER",
        "UPDATE core_chainterm SET days = 0",
        "INSERT INTO core_chainterm VALUES ('ledger-entries', 'ledger_entry', 'id', 'at', 0)",
        "DELETE FROM django_migrations",
        "INSERT INTO ledger_balance VALUES ('bank', 'IDR', 5)",
        "UPDATE ledger_balance SET balance = 0",
        "DELETE FROM ledger_balance",
        "ALTER DATABASE {database} SET session_replication_role = replica",
        "COPY core_auditentry TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/hostname')",
    ],
)
def test_it_can_do_nothing_about_that(program: psycopg.Connection, statement: str) -> None:
    parts = connection.settings_dict
    words = statement.replace("{owner}", parts["USER"]).replace("{database}", f'"{parts["NAME"]}"')
    with pytest.raises(InsufficientPrivilege):
        program.execute(words)


def test_the_one_way_to_remove_rows_keeps_its_terms(program: psycopg.Connection) -> None:
    with pytest.raises(psycopg.IntegrityError, match="never removed"):
        program.execute("SELECT kini_chain_remove('ledger-postings', 1, 'because', now(), '')")


def test_a_role_that_can_do_too_much_is_named(program: psycopg.Connection) -> None:
    assert database_roles.excess_right() == "is a superuser"  # of the tests themselves
    query = database_roles._TOO_MUCH
    assert program.execute(query).fetchone() is None
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT DELETE ON core_auditentry TO {PROGRAM_ROLE}")
        assert program.execute(query).fetchone() == ("may change or delete rows of core_auditentry",)
        database_roles.grant(PROGRAM_ROLE)
        assert program.execute(query).fetchone() is None
        cursor.execute("CREATE TABLE lamp (id integer)")
        cursor.execute(f"ALTER TABLE lamp OWNER TO {PROGRAM_ROLE}")
        try:
            assert program.execute(query).fetchone() == ("owns the table lamp",)
        finally:
            cursor.execute("DROP TABLE lamp")


def test_production_does_not_start_with_a_role_that_can_do_too_much(db: None, settings: Settings) -> None:
    database_roles.exit_if_unrestricted()  # a first look may
    settings.ENV = replace(settings.ENV, name="production")
    with pytest.raises(database_roles.RoleError, match="the role of DATABASE_URL is a superuser"):
        database_roles.require_restricted()
    with pytest.raises(SystemExit, match=r"Database roles"):
        database_roles.exit_if_unrestricted()


@pytest.mark.parametrize("program", ["", "kini"])
def test_the_owner_is_another_role(db: None, settings: Settings, program: str) -> None:
    settings.OWNER_DATABASE = settings.DATABASES["default"]
    addresses = {"database_url": f"postgresql://{program}@db/kini", "owner_database_url": "postgresql://kini@db/kini"}
    settings.ENV = replace(settings.ENV, **addresses)
    with pytest.raises(database_roles.RoleError, match="must name a role of its own"):
        database_roles.grant_program_role()


def test_the_owner_s_statements_are_the_owner_s(program: psycopg.Connection, settings: Settings) -> None:
    own = dict(connection.settings_dict)
    settings.OWNER_DATABASE = own | {}
    connection.close()
    connection.close_pool()
    connection.settings_dict["USER"] = PROGRAM_ROLE
    try:
        with pytest.raises(ProgrammingError, match="must be owner"):
            connection.cursor().execute("ALTER TABLE core_auditentry DISABLE TRIGGER ALL")
        with database_roles.as_owner(), connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == (own["USER"],)
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == (PROGRAM_ROLE,)
    finally:
        connection.close()
        connection.close_pool()
        connection.settings_dict.update(own)
