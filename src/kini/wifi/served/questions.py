"""What is asked of closed days, written once in Ibis: DuckDB and Spark answer it alike.

Units: people (who signed in; a device without a sign-in is no person), devices, sessions (of a device at an access
point), accesses (a device came online after it had been off for a while, over however many sessions). A person or
device is counted once in what is asked, as far as its pseudonym reaches: a month.
"""

from datetime import date
from typing import TYPE_CHECKING, Any

from kini.wifi.served.layout import WHOLE

if TYPE_CHECKING:
    from ibis.expr.types import Table

HOUR = 3600


def between(sessions: "Table", first: date, last: date) -> "Table":
    """The sessions that began on these days."""
    import ibis

    return sessions.filter(sessions.day.cast("date").between(ibis.date(str(first)), ibis.date(str(last))))


def use(sessions: "Table", by: str = WHOLE) -> "Table":
    """Use by one of `layout.BY`, or by nothing: of, people, devices, sessions, accesses, seconds, octets.

    By hour: of those who were online in it, every hour that a session touches counts whole; its seconds and octets
    count in the hour in which it began.
    """
    import ibis

    if by == WHOLE:
        return _whole(sessions)
    if by == "hour":
        return _by_hour(sessions)
    return sessions.group_by(of=sessions[by]).agg(
        people=ibis._.person.nunique(), devices=ibis._.device.nunique(), **_sums(ibis._)
    )


def peaks(sessions: "Table", by: str = WHOLE) -> "Table":
    """How many sessions went on at the same time at most, on one of the days: of, peak."""
    import ibis

    begin = sessions.begin.cast("int64")
    named = sessions.select("day", begin=begin, end=begin + sessions.length, of=_of(sessions, by))
    edges = ibis.union(
        named.select("day", "of", at="begin", step=ibis.literal(1, "int64")),
        named.select("day", "of", at="end", step=ibis.literal(-1, "int64")),
    )
    # At the same second who leaves leaves first.
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


def _whole(sessions: "Table") -> "Table":
    """Of each person and device the first session of a day is enough, which is a third of the work."""
    import ibis

    people = sessions.filter(sessions.person_first).agg(people=ibis._.person.nunique())
    devices = sessions.filter(sessions.device_first).agg(devices=ibis._.device.nunique())
    sums = sessions.agg(**_sums(sessions))
    return people.cross_join(devices).cross_join(sums).mutate(of=ibis.literal(""))


def _by_hour(sessions: "Table") -> "Table":
    """A session over midnight belongs to the day on which it began; its hours after midnight count as 0, 1 ..."""
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
