"""PostgreSQL role of FreeRADIUS: it may ask for decisions, and nothing else.

Roles are global to a server, so its name contains the database's name. Its password is derived from Kini's key, so it
is the same on every machine; PostgreSQL gets only the SCRAM verifier (RFC 5802).
"""

from typing import Any

import psycopg
from django.db import ProgrammingError, connection, transaction
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from kini.core.crypto import keyed_hash

DECIDE = "wifi_decide"
PURPOSE = "wifi radius role"
#: Bytes of the longest identifier in PostgreSQL.
LONGEST = 63
#: libpq parameters that FreeRADIUS shares with Kini: the server, and how to verify it.
CONNECTION_KEYS = ("host", "hostaddr", "port", "dbname", "sslmode", "sslrootcert")
#: Connection timeout of FreeRADIUS, in seconds.
CONNECT_SECONDS = 2
_FUNCTIONS = """
    SELECT oid::regprocedure::text, proname = %s FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND starts_with(proname, 'wifi_') AND pg_has_role(proowner, 'USAGE')
"""
_EXISTS = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)"
_TRY = "SELECT answer FROM wifi_decide('', '', '', '', '', '', '', '', '', '', 'UTC')"
#: Privileges that the role must not have: any on a table, and creating objects that others would call.
_TOO_MUCH = """
    SELECT 'can reach the table ' || c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema'
        AND NOT starts_with(n.nspname, 'pg_') AND (
            has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
            OR has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE'))
    UNION ALL SELECT 'can create in the schema public' WHERE has_schema_privilege('public', 'CREATE')
    LIMIT 1
"""


class DatabaseRoleError(Exception):
    """FreeRADIUS cannot sign in to the database, or has too many privileges; the message gives the remedy."""


def role_name() -> str:
    """Return the name of FreeRADIUS's role."""
    return _database().encode()[: LONGEST - 7].decode(errors="ignore") + "_radius"


def connection_parameters() -> dict[str, Any]:
    """Return the libpq parameters with which FreeRADIUS connects."""
    known = connection.get_connection_params()
    shared = {name: known[name] for name in CONNECTION_KEYS if known.get(name)}
    own = {"user": role_name(), "password": _password(), "connect_timeout": CONNECT_SECONDS}
    return shared | own | {"application_name": "kini-radius"}


def find_problem() -> str:
    """Describe what is wrong with the role now, as the end of a sentence; empty if nothing is."""
    try:
        with psycopg.connect(**connection_parameters()) as database:
            database.execute(_TRY)
            privilege = database.execute(_TOO_MUCH).fetchone()
    except psycopg.Error as error:
        return f"cannot sign in: {str(error).strip().splitlines()[0]}"
    return str(privilege[0]) if privilege else ""


def create_role() -> bool:
    """Create the role, or reset its password, in the caller's transaction; return False if Kini may not do that."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_role_sql())
    except ProgrammingError as error:
        if not isinstance(error.__cause__, InsufficientPrivilege):
            raise
        return False
    return True


def restrict_functions() -> None:
    """Let only the role execute the decision function, and only Kini the room's other functions.

    Runs as the owner of the functions; otherwise `./kini prepare` has done it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FUNCTIONS, [DECIDE])
        functions = cursor.fetchall()
        for name, decides in functions:
            cursor.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
            if decides:
                cursor.execute(f"ALTER FUNCTION {name} SECURITY DEFINER SET search_path = public, pg_temp")
                if _exists():
                    cursor.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {_identifier(role_name())}")


def administrator_sql() -> str:
    """Return the SQL that an administrator runs if Kini may not create the role."""
    return "\n".join(
        (
            f"{_role_sql()};",
            f"GRANT CONNECT ON DATABASE {_identifier(_database())} TO {_identifier(role_name())};",
            f"GRANT USAGE ON SCHEMA public TO {_identifier(role_name())};",
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC;",
        )
    )


def _role_sql() -> str:
    verb = "ALTER" if _exists() else "CREATE"
    connection.ensure_connection()
    verifier = connection.connection.pgconn.encrypt_password(
        _password().encode(), role_name().encode(), b"scram-sha-256"
    )
    return f"{verb} ROLE {_identifier(role_name())} LOGIN PASSWORD '{verifier.decode()}'"


def _exists() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_EXISTS, [role_name()])
        return bool(cursor.fetchone()[0])


def _database() -> str:
    return str(connection.get_connection_params()["dbname"])


def _password() -> str:
    return keyed_hash(role_name(), PURPOSE).hex()[:48]


def _identifier(name: str) -> str:
    return sql.Identifier(name).as_string(None)
