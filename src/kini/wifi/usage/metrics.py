"""Metrics of usage: questions about counts in Ibis, for DuckDB and Spark alike; peaks and hours of sessions.

Units: people (who signed in), devices, sessions (of a device at an access point), accesses (a device came online after
being off for a while; may span several sessions). Distinct counts are exact within a month, a pseudonym's lifetime.
"""

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from kini.analytics.distinct_counts import differs_from_previous

if TYPE_CHECKING:
    from ibis.expr.types import Table

HOUR = 3600
#: Bits of a second within a day's sessions, which may last for years.
_SECOND_BITS = 32


def usage_by(counts: "Table", first: date, last: date, *group: str) -> "Table":
    """Usage between two days of a month by columns of `storage.COUNTS`."""
    import ibis

    rows = counts.filter(counts.day.between(ibis.date(str(first)), ibis.date(str(last))))
    new = rows.before < first.day
    distinct = {unit: new.ifelse(rows[unit], 0).sum() for unit in ("people", "devices")}
    sums = {name: rows[name].sum() for name in ("sessions", "accesses", "seconds", "octets")}
    return rows.group_by(*group).agg(**distinct, **sums, peak=rows.peak.max())


def peak_sessions(
    groups: np.ndarray, begin: np.ndarray, length: np.ndarray, count: int, most_cells: int = 4_000_000
) -> np.ndarray:
    """Most concurrent sessions of a day in each of `count` groups. Within a second, ends count before starts.

    Args:
        most_cells: with at most this many groups times seconds, each second is counted; with more, edges are sorted.
    """
    start = begin.astype(np.int64)
    end = start + length
    seconds = int(end.max(initial=0)) + 1
    if count * seconds <= most_cells:
        changes = [np.bincount(groups * seconds + edge, minlength=count * seconds) for edge in (start, end)]
        return np.cumsum((changes[0] - changes[1]).reshape(count, seconds), axis=1).max(axis=1, initial=0)
    keys = groups << (_SECOND_BITS + 1)
    edges = np.concatenate([keys | start << 1 | 1, keys | end << 1])
    del keys, start, end
    edges.sort()
    begins = np.flatnonzero(differs_from_previous(edges >> (_SECOND_BITS + 1)))
    present = edges[begins] >> (_SECOND_BITS + 1)
    edges &= 1
    edges *= 2
    edges -= 1
    online = np.cumsum(edges, out=edges)  # is 0 again at the end of each group
    peaks = np.zeros(count, np.int64)
    peaks[present] = np.maximum(np.maximum.reduceat(online, begins), 0)
    return peaks


def hours_of(first_hour: np.ndarray, hours: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Spread sessions over the hours that they touch; hours after midnight count as 0, 1 ...

    Returns:
        index of the session, and hour of the day, for each of them.
    """
    counts = hours.astype(np.int64)
    index = np.repeat(np.arange(len(counts)), counts)
    offset = np.arange(len(index)) - np.repeat(np.cumsum(counts) - counts, counts)
    return index, (first_hour[index] + offset) % 24
