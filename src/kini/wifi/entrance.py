"""The role by which FreeRADIUS signs in to the database: it may ask for decisions, and for nothing else.

A role belongs to the whole server, so it is named after the database. Its password is reckoned from the program's key,
the same for every machine with FreeRADIUS, and PostgreSQL is told only by what it checks it (SCRAM, RFC 5802).
"""

from typing import Any

import psycopg
from django.db import ProgrammingError, connection, transaction
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from kini.core.crypto import keyed_hash

DECIDE = "wifi_decide"
PURPOSE = "wifi radius role"
#: Bytes of the longest name that PostgreSQL keeps whole.
LONGEST = 63
#: Parameters of libpq by which the program finds the database, and knows that it is the right one.
WAY = ("host", "hostaddr", "port", "dbname", "sslmode", "sslrootcert")
#: How long FreeRADIUS waits for a connection, in seconds.
CONNECT_SECONDS = 2
_FUNCTIONS = """
    SELECT oid::regprocedure::text, proname = %s FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND starts_with(proname, 'wifi_') AND pg_has_role(proowner, 'USAGE')
"""
_EXISTS = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)"
_TRY = "SELECT answer FROM wifi_decide('', '', '', '', '', '', '', '', '', '', 'UTC')"
#: What the role can and should not: read or write a table, or make what others would call.
_TOO_MUCH = """
    SELECT 'can reach the table ' || c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema'
        AND NOT starts_with(n.nspname, 'pg_') AND (
            has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
            OR has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE'))
    UNION ALL SELECT 'can create in the schema public' WHERE has_schema_privilege('public', 'CREATE')
    LIMIT 1
"""


class EntranceFault(Exception):
    """FreeRADIUS cannot sign in to the database, or could do too much there; the message says what to do."""


def role() -> str:
    """The name of FreeRADIUS's role at the database's server."""
    return _database().encode()[: LONGEST - 7].decode(errors="ignore") + "_radius"


def parameters() -> dict[str, Any]:
    """How FreeRADIUS reaches the database, as parameters of libpq."""
    known = connection.get_connection_params()
    found = {name: known[name] for name in WAY if known.get(name)}
    own = {"user": role(), "password": _password(), "connect_timeout": CONNECT_SECONDS}
    return found | own | {"application_name": "kini-radius"}


def problem() -> str:
    """What is wrong with the role as it is now, the rest of a sentence about it; empty when it is as it should be."""
    try:
        with psycopg.connect(**parameters()) as own:
            own.execute(_TRY)
            found = own.execute(_TOO_MUCH).fetchone()
    except psycopg.Error as error:
        return f"does not get through: {str(error).strip().splitlines()[0]}"
    return str(found[0]) if found else ""


def make() -> bool:
    """Make the role, or give it its password anew; whether the program may do that. In the caller's transaction."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_made())
    except ProgrammingError as error:
        if not isinstance(error.__cause__, InsufficientPrivilege):
            raise
        return False
    return True


def fit() -> None:
    """Create the decision function for roles that may call it; only the program may call the room's other functions.

    As the functions' owner; for another role `prepare` has done it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FUNCTIONS, [DECIDE])
        functions = cursor.fetchall()
        for name, decides in functions:
            cursor.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
            if decides:
                cursor.execute(f"ALTER FUNCTION {name} SECURITY DEFINER SET search_path = public, pg_temp")
                if _exists():
                    cursor.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {_identifier(role())}")


def remedy() -> str:
    """What an administrator of the database's server runs where the program may not."""
    return "\n".join(
        (
            f"{_made()};",
            f"GRANT CONNECT ON DATABASE {_identifier(_database())} TO {_identifier(role())};",
            f"GRANT USAGE ON SCHEMA public TO {_identifier(role())};",
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC;",
        )
    )


def _made() -> str:
    deed = "ALTER" if _exists() else "CREATE"
    connection.ensure_connection()
    known = connection.connection.pgconn.encrypt_password(_password().encode(), role().encode(), b"scram-sha-256")
    return f"{deed} ROLE {_identifier(role())} LOGIN PASSWORD '{known.decode()}'"


def _exists() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_EXISTS, [role()])
        return bool(cursor.fetchone()[0])


def _database() -> str:
    return str(connection.get_connection_params()["dbname"])


def _password() -> str:
    return keyed_hash(role(), PURPOSE).hex()[:48]


def _identifier(name: str) -> str:
    return sql.Identifier(name).as_string(None)
