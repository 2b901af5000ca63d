"""Data sets that rooms declare: name, columns, folder, retention and backup.

A data set is a folder with one Parquet file per partition (a day or a month), and a manifest that names current files:

    wifi/sessions/_manifest.json
    wifi/sessions/day=2026-11-24/9f86d081884c7d65.parquet
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils.functional import Promise

from kini.analytics.partitions import PartitionStore
from kini.core import backup
from kini.core.registry import Registry
from kini.core.retention import Removal, RetentionRule, rules


@dataclass(frozen=True, slots=True)
class Term:
    """Term after which partitions are removed, counted from their first day; `data`, `basis` as in `RetentionRule`."""

    term: timedelta
    data: str | Promise
    basis: str | Promise


@dataclass(frozen=True, slots=True)
class DataSet:
    """Data set of a room.

    Attributes:
        name: "room.data".
        folder: below KINI_VAR.
        key: column whose value names the partition: "day" (2026-11-24) or "month" (2026-11).
        columns: Arrow type of each column in the files.
        version: of the columns, raised with every change of their meaning.
        derived: can be computed again, and is therefore not in backups.
        term: None: no retention rule.
    """

    name: str
    folder: str
    key: str
    columns: Mapping[str, str]
    version: int = 1
    derived: bool = False
    term: Term | None = None

    def store(self, folder: Path | None = None) -> PartitionStore:
        """Return the files in a folder, by default this city's."""
        return PartitionStore(self, folder or settings.VAR_PATH / self.folder)


datasets: Registry[DataSet] = Registry("data set")


def register(dataset: DataSet) -> None:
    """Register a data set, its folder for backups, and its retention rule; rooms call this at start-up."""
    datasets.register(dataset.name, dataset)
    if not dataset.derived:
        backup.folders.register(dataset.folder, dataset.folder)
    if dataset.term:
        rule = RetentionRule(dataset.name, dataset.term.data, dataset.term.basis, dataset.term.term, removal(dataset))
        rules.register(rule.name, rule)


def removal(dataset: DataSet) -> Removal:
    """Removal of the partitions that began before a moment."""

    def due(before: datetime) -> list[str]:
        return [key for key in dataset.store().partition_keys() if first_day(key) < before.date()]

    def remove(before: datetime) -> int:
        with dataset.store().change() as change:
            keys = due(before)
            for key in keys:
                change.remove(key)
        return len(keys)

    return Removal(lambda before: len(due(before)), remove)


def first_day(key: str) -> date:
    """Return the first day of a partition.

    >>> first_day("2026-11")
    datetime.date(2026, 11, 1)
    """
    return date.fromisoformat(key if key.count("-") == 2 else f"{key}-01")
