"""Two database roles: the owner of the tables migrates, the program reads and writes rows.

The program's role (DATABASE_URL) owns nothing: it cannot alter or truncate a table, disable a trigger, or change rows
of append-only tables. `./kini prepare` grants its rights as the owner (KINI_OWNER_DATABASE_URL) after each migration.
Without an owner's URL one role does both, as in demos of older versions.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import OperationalError, connections, transaction
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

#: Tables that only the owner may write, beside those that triggers maintain.
READ_ONLY = ("core_chainterm", "django_migrations")
#: Tables with a trigger of this function (core.database.append_only_triggers).
_GUARDED = """
    SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE p.proname = %s AND c.relnamespace = 'public'::regnamespace ORDER BY 1
"""
#: Without functions of extensions, which everybody may call.
_FUNCTIONS = """
    SELECT p.oid::regprocedure::text FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace AND pg_has_role(p.proowner, 'USAGE')
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""
#: First right that the current role must not have, as the end of a sentence about the role.
_TOO_MUCH = """
    SELECT 'is a superuser' FROM pg_roles WHERE rolname = current_user AND rolsuper
    UNION ALL
    (SELECT 'owns the table ' || c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
        AND c.relkind IN ('r', 'p') AND pg_has_role(c.relowner, 'USAGE') ORDER BY c.relname LIMIT 1)
    UNION ALL
    (SELECT 'may change or delete rows of ' || c.relname
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE p.proname IN ('kini_append_only', 'kini_maintained')
        AND has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE') LIMIT 1)
    LIMIT 1
"""


class RoleError(Exception):
    """The database roles are set up wrongly; the message says what to do."""


def exit_if_unrestricted() -> None:
    """Exit when the role has too many rights; do nothing while the database does not answer."""
    try:
        require_restricted()
    except OperationalError:
        return
    except RoleError as fault:
        sys.exit(f"kini: {fault}.")


@contextmanager
def as_owner() -> Iterator[None]:
    """Run statements as the owner inside the block; without an owner's URL nothing changes."""
    connection = connections["default"]
    before = dict(connection.settings_dict)
    become_owner()
    try:
        yield
    finally:
        _become(connection, before)


def become_owner() -> None:
    """Connect as the owner for the rest of this process."""
    if settings.OWNER_DATABASE:
        _become(connections["default"], settings.OWNER_DATABASE)


def grant_program_role() -> None:
    """Grant the program's role its rights and revoke all others. As the owner, after each migration.

    Raises:
        RoleError: when DATABASE_URL and KINI_OWNER_DATABASE_URL name the same role.
    """
    if not settings.OWNER_DATABASE:
        return
    program, owner = (_user(url) for url in (settings.ENV.database_url, settings.ENV.owner_database_url))
    if not program or program == owner:
        raise RoleError("DATABASE_URL must name a role of its own, another one than KINI_OWNER_DATABASE_URL")
    grant(program)


def grant(program: str) -> None:
    """Grant a role the program's rights, in one transaction. As the owner."""
    with transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute(_GUARDED, ["kini_append_only"])
        append_only = [name for (name,) in cursor.fetchall()]
        cursor.execute(_GUARDED, ["kini_maintained"])
        maintained = [name for (name,) in cursor.fetchall()]
        cursor.execute(_FUNCTIONS)
        functions = [name for (name,) in cursor.fetchall()]
        cursor.execute("SELECT current_database()")
        (database,) = cursor.fetchone()
        for statement in _grants(append_only, [*READ_ONLY, *maintained], functions, str(database)):
            cursor.execute(sql.SQL(statement).format(program=sql.Identifier(program)).as_string(None))


def _grants(append_only: list[str], read_only: list[str], functions: list[str], database: str) -> Iterator[str]:
    """Yield the statements, with `{program}` for the role."""
    quoted = sql.Identifier(database).as_string(None)
    yield f"GRANT CONNECT, TEMPORARY ON DATABASE {quoted} TO {{program}}"
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    yield "REVOKE CREATE ON SCHEMA public FROM {program}"
    yield "GRANT USAGE ON SCHEMA public TO {program}"
    yield "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {program}"
    yield "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {program}"
    yield "GRANT SELECT, USAGE ON ALL SEQUENCES IN SCHEMA public TO {program}"
    for table in append_only:
        yield f"REVOKE UPDATE, DELETE ON {sql.Identifier(table).as_string(None)} FROM {{program}}"
    for table in read_only:
        yield f"REVOKE INSERT, UPDATE, DELETE ON {sql.Identifier(table).as_string(None)} FROM {{program}}"
    for function in functions:
        yield f"GRANT EXECUTE ON FUNCTION {function} TO {{program}}"


def excess_right() -> str:
    """Find a right that the current role must not have, as the end of a sentence; empty when there is none."""
    with connections["default"].cursor() as cursor:
        cursor.execute(_TOO_MUCH)
        row = cursor.fetchone()
        return str(row[0]) if row else ""


def require_restricted() -> None:
    """Refuse, in production, a role that could disable triggers or change append-only rows.

    Raises:
        RoleError: with the first such right.
    """
    if settings.ENV.production and (fault := excess_right()):
        raise RoleError(
            f"the role of DATABASE_URL {fault}. Make two roles, and name the owner in KINI_OWNER_DATABASE_URL"
            ' (docs/operators.md, "Database roles")'
        )


def _user(url: str) -> str:
    return str(conninfo_to_dict(url).get("user") or "")


def _become(connection: Any, target: dict[str, Any]) -> None:
    connection.close()
    connection.close_pool()
    names = ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
    connection.settings_dict.update({name: target[name] for name in names})
