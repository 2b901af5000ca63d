"""Anonymization of the session table, day by day.

When the term of wifi.yaml is over, sessions keep place, time, volume and the month's pseudonyms, and lose the links to
device and person. A day without such links is sealed: a constraint on its partition forbids new ones, and late packets
of that day are rejected.
"""

import secrets
from dataclasses import dataclass
from datetime import date

from django.db import connection

from kini.core import current_time
from kini.web.formats import today

_SEALED = "SELECT day FROM wifi_partition WHERE sealed"
_DUE = "SELECT day FROM wifi_partition WHERE NOT sealed AND day + wifi_keep_days(day) < %s ORDER BY day"
#: A session key could be recomputed from a known device and its session ids, so it is hashed again with a random salt.
_FORGET = (
    """
    DELETE FROM wifi_sessionday d USING wifi_session s
    WHERE s.day = %(day)s AND s.device IS NOT NULL AND s.seen_at < %(before)s AND d.key = s.key
    """,
    """
    UPDATE wifi_session SET key = sha256(key || %(salt)s), device = NULL, handle = NULL
    WHERE day = %(day)s AND device IS NOT NULL AND seen_at < %(before)s
    """,
)
_LEFT = "SELECT EXISTS (SELECT FROM wifi_session WHERE day = %s AND (device IS NOT NULL OR handle IS NOT NULL))"
#: Months of which every day is due and sealed.
_MONTHS_DUE = """
    SELECT month
    FROM (
        SELECT month, key, (month + interval '1 month')::date - 1 AS last FROM wifi_pseudonymkey
    ) AS m
    WHERE key IS NOT NULL AND last + wifi_keep_days(last) < %s
        AND NOT EXISTS (SELECT FROM wifi_partition WHERE NOT sealed AND day BETWEEN m.month AND last)
"""
_DESTROY = f"UPDATE wifi_pseudonymkey SET key = NULL WHERE month IN ({_MONTHS_DUE}) RETURNING month"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Anonymized:
    """Number of anonymized sessions of a day, and if the day is sealed: not while it has recent sessions."""

    sessions: int
    sealed: bool


def sealed_days() -> frozenset[date]:
    """Return the sealed days, for which no packets are accepted."""
    with connection.cursor() as cursor:
        cursor.execute(_SEALED)
        return frozenset(day for (day,) in cursor.fetchall())


def due_days() -> list[date]:
    """Return the days whose term is over and that are not sealed, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [today()])
        return [day for (day,) in cursor.fetchall()]


def strip_identities(day: date) -> Anonymized:
    """Remove device and person from a day's sessions, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s - make_interval(days => wifi_keep_days(%s))", [current_time.now(), day])
        parameters = {"day": day, "before": cursor.fetchone()[0], "salt": secrets.token_bytes(32)}
        for statement in _FORGET:
            cursor.execute(statement, parameters)
        count = cursor.rowcount
        cursor.execute(_LEFT, [day])
        if cursor.fetchone()[0]:
            return Anonymized(count, False)
        cursor.execute("SELECT wifi_seal_day(%s)", [day])
    return Anonymized(count, True)


def destroy_month_keys() -> list[date]:
    """Destroy the pseudonym keys of months of which every day is due and sealed; return their first days."""
    with connection.cursor() as cursor:
        cursor.execute(_DESTROY, [today()])
        return [month for (month,) in cursor.fetchall()]


def count_due_keys() -> int:
    """Count the months whose keys are to be destroyed."""
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS_DUE, [today()])
        return len(cursor.fetchall())


def keep_days() -> int:
    """Return the number of days for which sessions of today keep their device."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT wifi_keep_days(%s)", [today()])
        return int(cursor.fetchone()[0])
