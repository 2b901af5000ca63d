"""Diff of a file against the stored rows. Writes nothing."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from kini.city.public import area_lookup
from kini.core.geometry import AreaIndex
from kini.feeds.import_run import ImportRefused
from kini.feeds.models import ImportRun, Record, RecordVersion
from kini.feeds.row_parser import ParsedFile, ParsedRow
from kini.feeds.schema import Feed

#: Largest share of rows that may vanish at once from a complete source, and the number of rows below which any may.
MOST_GONE, FEW = 0.5, 10


@dataclass(slots=True)
class ImportDiff:
    """Changes that a file makes. `older` are rows about a time before the current one.

    Every good row counts once: `added`, `changed`, `earlier` (adds to the history) or `same` (nothing new).
    """

    added: list[Record]
    changed: list[Record]
    past: list[RecordVersion]
    older: list[ParsedRow]
    same: int = 0
    earlier: int = 0
    gone: int = 0


def compute_diff(name: str, feed: Feed, parsed: ParsedFile, load: ImportRun, force: bool) -> ImportDiff:
    """Compute the changes of an import; known rows are locked until its transaction ends.

    Raises:
        ImportRefused: if too many known rows are missing from a complete source.
    """
    known = {record.key: record for record in Record.objects.filter(feed=name).select_for_update()}
    digests = {(key, record.moment): record.digest for key, record in known.items()}
    newest, older = _newest(parsed.rows)
    plan = ImportDiff([], [], [], older)
    index = area_lookup.area_index()
    for row in newest.values():
        _add_newest(plan, name, known.get(row.key), row, load, _area_code(row, index))
    unknown = _new_versions(name, plan.older, digests, load)
    plan.past += unknown
    plan.earlier = len(unknown)
    plan.same += len(plan.older) - len(unknown) + parsed.twice
    if feed.source.whole:
        present = [record for record in known.values() if not record.gone_at]
        _mark_gone(plan, [record for record in present if record.key not in newest], load, len(present), force)
    return plan


def _newest(rows: Iterable[ParsedRow]) -> tuple[dict[str, ParsedRow], list[ParsedRow]]:
    """Newest row of each key, and all other rows."""
    newest: dict[str, ParsedRow] = {}
    older = []
    for row in rows:
        before = newest.setdefault(row.key, row)
        if before is row:
            continue
        late, early = (row, before) if _after(row.moment, before.moment) else (before, row)
        newest[row.key] = late
        older.append(early)
    return newest, older


def _after(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and one > other


def _add_newest(
    plan: ImportDiff, name: str, record: Record | None, row: ParsedRow, load: ImportRun, area: str | None
) -> None:
    """Add the change of a key's newest row."""
    digest = row_digest(row)
    if record is None:
        plan.added.append(_update_record(Record(feed=name, key=row.key), row, digest, load, area))
    elif _after(record.moment, row.moment):
        plan.older.append(row)
    elif record.digest == digest and record.moment == row.moment:
        if record.gone_at or record.area_id != area:
            record.gone_at, record.area_id = None, area
            plan.changed.append(record)
        else:
            plan.same += 1
    else:
        plan.past.append(_former_version(record, load))
        plan.changed.append(_update_record(record, row, digest, load, area))


def _update_record(record: Record, row: ParsedRow, digest: str, load: ImportRun, area: str | None) -> Record:
    record.title, record.moment, record.values, record.digest = row.title[:400], row.moment, row.values, digest
    record.latitude, record.longitude, record.area_id, record.load = row.latitude, row.longitude, area, load
    record.gone_at = None
    return record


def _former_version(record: Record, load: ImportRun) -> RecordVersion:
    return RecordVersion(
        feed=record.feed,
        key=record.key,
        moment=record.moment,
        values=record.values,
        digest=record.digest,
        load_id=record.load_id,
        replaced_by=load,
    )


def _new_versions(
    name: str, rows: Sequence[ParsedRow], before: dict[tuple[str, datetime | None], str], load: ImportRun
) -> list[RecordVersion]:
    """Older measurements that are new or differ from the stored ones."""
    if not rows:
        return []
    keys, times = {row.key for row in rows}, {row.moment for row in rows}
    past = RecordVersion.objects.filter(feed=name, key__in=keys, moment__in=times, load__made_up=load.made_up)
    last = {(each.key, each.moment): each.digest for each in past.order_by("id")} | before
    versions = []
    for row in rows:
        digest = row_digest(row)
        if last.get((row.key, row.moment)) != digest:
            versions.append(
                RecordVersion(
                    feed=name,
                    key=row.key,
                    moment=row.moment,
                    values=row.values,
                    digest=digest,
                    load=load,
                    replaced_by=load,
                )
            )
    return versions


def row_digest(row: ParsedRow) -> str:
    """Digest of everything in a row."""
    content = json.dumps([row.title, row.values, row.latitude, row.longitude, row.area], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def _area_code(row: ParsedRow, index: AreaIndex) -> str | None:
    if row.area or row.latitude is None or row.longitude is None:
        return row.area or None
    return index.locate(row.latitude, row.longitude)


def _mark_gone(plan: ImportDiff, missing: list[Record], load: ImportRun, known: int, force: bool) -> None:
    if known >= FEW and len(missing) > MOST_GONE * known and not force:
        words = {"missing": len(missing), "known": known}
        raise ImportRefused(_("%(missing)d of %(known)d known rows are missing from it.") % words)
    for record in missing:
        record.gone_at = load.at
    plan.changed += missing
    plan.gone = len(missing)
