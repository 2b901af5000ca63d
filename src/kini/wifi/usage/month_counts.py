"""Counts of a month (`storage.COUNTS`), computed from the sessions of its closed days.

Each day's file is read once, in batches; memory is bounded by the edges of a day's sessions and by two buckets of ids.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kini.analytics.distinct_counts import DAYS, Buckets, bucket_count, count_by_last_day, number_ids
from kini.wifi.usage import metrics, storage
from kini.wifi.usage.day_sessions import Places, SessionBatch, read_sessions
from kini.wifi.usage.storage import COUNTS, WHOLE

if TYPE_CHECKING:
    import pyarrow

BREAKDOWNS = (WHOLE, *storage.DIMENSIONS)
UNITS = ("people", "devices")
SUMS = ("sessions", "accesses", "seconds", "octets")
#: A session in a bucket: place, day of the month, first hour, and number of hours.
_ROW = np.dtype([("id", "i8"), ("place", "u4"), ("day", "u1"), ("first_hour", "u1"), ("hours", "u1")])


def refresh_counts(root: Path, month: date) -> bool:
    """Compute the counts of a month, unless they are those of its present sessions; return True if computed."""
    key, sessions, counts = f"{month:%Y-%m}", storage.sessions_store(root), storage.counts_store(root)
    days = [day for day in sessions.partition_keys() if day.startswith(key)]
    source, stored = sessions.digest(days), counts.manifest().partitions.get(key)
    if not days or (stored and (stored.source, stored.schema) == (source, COUNTS.version)):
        return False
    tables = count_days(root, [date.fromisoformat(day) for day in days])
    with counts.change() as change:
        change.write(key, lambda new: _write(new, tables), source)
    return True


def count_days(root: Path, days: Sequence[date]) -> Iterator["pyarrow.Table"]:
    """Count closed days of one month; yields a table with the columns of COUNTS for each dimension."""
    store = storage.sessions_store(root)
    partitions = store.manifest().partitions
    count = bucket_count(sum(partitions[str(day)].rows for day in days))
    places, sums = Places(), _Sums()
    peaks: list[Future[dict[str, np.ndarray]]] = []
    with ExitStack() as stack:
        buckets = [stack.enter_context(Buckets(storage.spill_folder(root), _ROW, count)) for _unit in UNITS]
        pool = stack.enter_context(ThreadPoolExecutor(len(UNITS)))
        for day in days:
            online = []
            for batch in read_sessions(store.folder / partitions[str(day)].file, places):
                sums.add(day.day, batch)
                people, devices = _rows(batch.person, day.day, batch), _rows(batch.device, day.day, batch)
                buckets[0].add(people[batch.signed_in])
                buckets[1].add(devices)
                online.append((batch.place, batch.begin, batch.length))
            if peaks:
                peaks[-1].result()  # so that no more than two days are in memory
            groups = {by: (places.groups(by), len(places.group_names(by))) for by in BREAKDOWNS if by != "hour"}
            peaks.append(pool.submit(_peaks, online, groups))
        distinct = list(pool.map(_count_distinct, buckets, [places] * len(UNITS)))
    for by in BREAKDOWNS:
        names, figures = places.group_names(by), sums.of(by, places)
        figures["peak"] = np.zeros((len(names), DAYS), np.int64)
        for day, peak in zip(days, peaks, strict=True):
            values = peak.result().get(by, ())
            figures["peak"][: len(values), day.day] = values
        yield _table(by, days[0], names, figures, [each.pop(by) for each in distinct])


def _rows(ids: np.ndarray, day: int, batch: SessionBatch) -> np.ndarray:
    rows = np.empty(len(ids), _ROW)
    rows["id"], rows["day"] = ids, day
    rows["place"], rows["first_hour"], rows["hours"] = batch.place, batch.first_hour, batch.hours
    return rows


def _count_distinct(buckets: Buckets, places: Places) -> dict[str, np.ndarray]:
    """Return the counts of `count_by_last_day` for each dimension."""
    totals = {by: np.zeros((len(places.group_names(by)), DAYS, DAYS), np.int64) for by in BREAKDOWNS}
    for rows in buckets.read():
        numbers, days = number_ids(rows["id"]), rows["day"].astype(np.int64)
        for by, total in totals.items():
            if by == "hour":
                index, groups = metrics.hours_of(rows["first_hour"], rows["hours"])
                total += count_by_last_day(numbers[index], groups, days[index], len(total))
            else:
                total += count_by_last_day(numbers, places.groups(by)[rows["place"]], days, len(total))
    return totals


class _Sums:
    """Sums by day of each place and each hour."""

    def __init__(self) -> None:
        self.by_place, self.by_hour = ({name: np.zeros((0, DAYS), np.int64) for name in SUMS} for _n in range(2))

    def add(self, day: int, batch: SessionBatch) -> None:
        """Seconds and octets count in the hour in which a session began, the session in each that it touches."""
        values = {"accesses": batch.access, "seconds": batch.length, "octets": batch.octets}
        for sums, groups in ((self.by_place, batch.place), (self.by_hour, batch.first_hour)):
            count = 24 if sums is self.by_hour else int(groups.max(initial=-1)) + 1
            for name in SUMS:
                sums[name] = _padded(sums[name], count)
            for name, each in values.items():
                np.add.at(sums[name][:, day], groups, each)
        hours = metrics.hours_of(batch.first_hour, batch.hours)[1]
        for sums, groups in ((self.by_place, batch.place), (self.by_hour, hours)):
            counts = np.bincount(groups, minlength=len(sums["sessions"]))
            sums["sessions"][:, day] += counts

    def of(self, by: str, places: Places) -> dict[str, np.ndarray]:
        """Return values[group, day] by name."""
        if by == "hour":
            return {name: _padded(values, 24) for name, values in self.by_hour.items()}
        groups, count = places.groups(by), len(places.group_names(by))
        sums = {name: np.zeros((count, DAYS), np.int64) for name in SUMS}
        for name, values in sums.items():
            np.add.at(values, groups, _padded(self.by_place[name], len(groups)))
        return sums


def _peaks(
    online: Sequence[tuple[np.ndarray, ...]], groups: dict[str, tuple[np.ndarray, int]]
) -> dict[str, np.ndarray]:
    """Return the peaks of a day in each group, from place, begin and length of its sessions."""
    if not online:
        return {}
    place, begin, length = (np.concatenate(columns) for columns in zip(*online, strict=True))
    return {
        by: metrics.peak_sessions(group_of_place[place], begin, length, count)
        for by, (group_of_place, count) in groups.items()
    }


def _padded(values: np.ndarray, count: int) -> np.ndarray:
    """Extend an array by zeros to at least this many groups."""
    missing = max(0, count - len(values))
    return np.pad(values, ((0, missing), (0, 0))) if missing else values


def _table(
    by: str, month: date, names: list[str], figures: dict[str, np.ndarray], distinct: list[np.ndarray]
) -> "pyarrow.Table":
    """Return the rows that are not zero, with the columns of COUNTS."""
    import pyarrow

    people, devices = distinct
    used = (people > 0) | (devices > 0)
    used[:, :, 0] |= figures["sessions"] > 0
    group, day, before = np.nonzero(used)
    begins = np.datetime64(month.replace(day=1)) - np.timedelta64(1, "D")
    columns = {
        "by": pyarrow.repeat(by, len(group)),
        "of": pyarrow.array(names, pyarrow.string()).take(pyarrow.array(group)),
        "day": pyarrow.array(begins + day.astype("timedelta64[D]")),
        "before": before.astype(np.int8),
        "people": people[group, day, before],
        "devices": devices[group, day, before],
        **{name: np.where(before == 0, values[group, day], 0) for name, values in figures.items()},
    }
    return pyarrow.table({name: columns[name] for name in COUNTS.columns})


def _write(path: Path, tables: Iterator["pyarrow.Table"]) -> None:
    from pyarrow import parquet

    first = next(tables)
    with parquet.ParquetWriter(path, first.schema, compression="zstd") as file:
        file.write_table(first)
        for table in tables:
            file.write_table(table)
