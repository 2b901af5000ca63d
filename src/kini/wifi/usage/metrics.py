"""Metrics of closed days in Ibis, for DuckDB and Spark alike.

Units: people (who signed in), devices, sessions (of a device at an access point), accesses (a device came online after
being off for a while; may span several sessions). Distinct counts are exact within a month, a pseudonym's lifetime.
"""

from datetime import date
from typing import TYPE_CHECKING, Any

from kini.wifi.usage.storage import WHOLE

if TYPE_CHECKING:
    from ibis.expr.types import Table

HOUR = 3600


def sessions_between(sessions: "Table", first: date, last: date) -> "Table":
    """Filter the sessions that began on these days."""
    import ibis

    return sessions.filter(sessions.day.cast("date").between(ibis.date(str(first)), ibis.date(str(last))))


def usage_by(sessions: "Table", first: date, last: date, by: str = WHOLE) -> "Table":
    """Usage on these days by one of `storage.DIMENSIONS` or in total: of, people, devices, sessions, accesses, seconds,
    octets.

    By hour: a session counts in every hour that it touches; its seconds and octets count in the hour in which it began.
    """
    import ibis

    rows = sessions_between(sessions, first, last)
    if by == "hour":
        return _by_hour(rows)
    end = "" if by == WHOLE else f"_{by}"
    if f"device_before{end}" in rows.columns:
        # A session is the first one within these days if its `_before` day precedes them (`storage`).
        distinct = {
            unit: (rows[f"{one}_before{end}"] < first.day).fill_null(False).cast("int64").sum()
            for unit, one in (("people", "person"), ("devices", "device"))
        }
        if by == WHOLE:
            return rows.agg(**distinct, **_sums(rows)).mutate(of=ibis.literal(""))
        return rows.group_by(of=rows[by]).agg(**distinct, **_sums(rows))
    return rows.group_by(of=rows[by]).agg(
        people=ibis._.person.nunique(), devices=ibis._.device.nunique(), **_sums(ibis._)
    )


def peak_sessions(sessions: "Table", first: date, last: date, by: str = WHOLE) -> "Table":
    """Most concurrent sessions on one of the days: of, peak."""
    import ibis

    rows = sessions_between(sessions, first, last)
    begin = rows.begin.cast("int64")
    named = rows.select("day", begin=begin, end=begin + rows.length, of=_of(rows, by))
    edges = ibis.union(
        named.select("day", "of", at="begin", step=ibis.literal(1, "int64")),
        named.select("day", "of", at="end", step=ibis.literal(-1, "int64")),
    )
    # Within a second, ends count before starts.
    running = edges.mutate(
        online=edges.step.sum().over(
            ibis.window(group_by=["day", "of"], order_by=["at", "step"], preceding=None, following=0)
        )
    )
    return running.group_by("of").agg(peak=running.online.max())


def _of(sessions: "Table", by: str) -> Any:
    import ibis

    return ibis.literal("") if by == WHOLE else sessions[by]


def _sums(row: Any) -> dict[str, Any]:
    return {
        "sessions": row.count(),
        "accesses": row.access.cast("int64").sum(),
        "seconds": row.length.cast("int64").sum(),
        "octets": (row.octets_in + row.octets_out).cast("int64").sum(),
    }


def _by_hour(sessions: "Table") -> "Table":
    """Usage by hour; a session over midnight belongs to the day on which it began, and its later hours count as 0, 1
    ...
    """
    import ibis

    first, last = sessions.begin // HOUR, (sessions.begin + sessions.length) // HOUR
    hours = ibis.range(first.cast("int64"), ibis.least(last, first + 23).cast("int64") + 1)
    spread = sessions.mutate(first_hour=first.cast("int64"), hour=hours).unnest("hour")
    began = spread.hour == spread.first_hour
    spread = spread.mutate(of=(spread.hour % 24).cast("string"), began=began)
    here = ibis._
    return spread.group_by("of").agg(
        people=here.person.nunique(),
        devices=here.device.nunique(),
        sessions=here.count(),
        accesses=(here.access & here.began).cast("int64").sum(),
        seconds=here.began.ifelse(here.length, 0).cast("int64").sum(),
        octets=here.began.ifelse(here.octets_in + here.octets_out, 0).cast("int64").sum(),
    )
