"""Every write about feeds. A file is one transaction: its good rows come in and what they replace is kept."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from kini.city import locating, pack
from kini.city.models import Area
from kini.core import audit, moments
from kini.core.actions import action
from kini.core.actors import Actor, ActorKind, NotAllowed, Refused
from kini.feeds import declared
from kini.feeds.models import FeedState, Load, Past, Record
from kini.feeds.reading import Read, Row, RowFault, Unreadable, read
from kini.feeds.schema import Feed

MOST_FAULTS_KEPT = 200
#: Of a source that names everything, at most this share may vanish at once; below so many rows nobody counts.
MOST_GONE, FEW = 0.5, 10
BATCH = 1_000


class FeedRefused(Refused):
    """A file was not taken; nothing of it was loaded. `faults` are those of its rows."""

    def __init__(self, message: str, faults: Sequence[RowFault] = (), total: int = 0) -> None:
        super().__init__(message)
        self.faults, self.total = list(faults), total


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a file came from.

    Attributes:
        name: of the file, or its address.
        made_up: a sample of the pack.
    """

    name: str
    made_up: bool = False
    etag: str = ""
    modified: str = ""


@dataclass(slots=True)
class Plan:
    """What a file changes. `older` are rows that say something about a time before what is known now."""

    added: list[Record]
    changed: list[Record]
    past: list[Past]
    older: list[Row]
    same: int = 0
    earlier: int = 0
    gone: int = 0


@action
def load_rows(*, by: Actor, name: str, content: bytes, origin: Origin, force: bool = False) -> Load | None:
    """Bring the rows of a file in. The same file again changes nothing.

    Args:
        force: take it also when many of its rows are faulty, or many known ones are missing from it.

    Returns:
        The record of the load; None when the file was known already.

    Raises:
        NotAllowed: for anybody but a command or job of the program.
        FeedRefused: when it cannot be read, or too much of it is faulty; nothing is changed then.
    """
    only_the_program(by)
    feed, state = declared.feeds()[name], hold(name)
    digest = declared.digest(feed, content)
    if origin.made_up and state.loaded_at and not state.made_up:
        raise FeedRefused(_("There are real rows already; samples would mix with them."))
    if digest == state.digest and not origin.made_up:
        settle(state, origin, digest)
        return None
    found = _read(feed, content, origin, force)
    load = Load(feed=name, at=moments.now(), origin=origin.name[:300], outcome="loaded", made_up=origin.made_up)
    load.faulty, load.faults = len(found.faults), kept_faults(found.faults)
    if state.made_up and not origin.made_up:
        Record.objects.filter(feed=name).delete()
    plan = _plan(name, feed, found, load, force)
    load.added, load.changed, load.earlier = len(plan.added), len(plan.changed) - plan.gone, plan.earlier
    load.same, load.gone = plan.same, plan.gone
    load.save()
    _write(plan)
    state.loaded_at = load.at
    settle(state, origin, digest)
    counts = {"added": load.added, "changed": load.changed, "earlier": load.earlier, "gone": load.gone}
    audit.record(by=by, action="feeds.loaded", subject=f"feed:{name}", detail=counts | {"faulty": load.faulty})
    return load


@action
def note_failure(*, by: Actor, name: str, origin: str, problem: str, faults: Sequence[RowFault] = ()) -> None:
    """Remember that a source cannot be read, and since when; its last good figures stay as they are."""
    only_the_program(by)
    state, now = hold(name), moments.now()
    state.tried_at, state.failed_since, state.problem = now, state.failed_since or now, problem[:2000]
    state.save()
    if faults:
        Load.objects.create(
            feed=name, at=now, origin=origin[:300], outcome="refused", faulty=len(faults), faults=kept_faults(faults)
        )
    audit.record(by=by, action="feeds.failed", subject=f"feed:{name}", detail={"problem": problem[:500]})


@action
def note_unchanged(*, by: Actor, name: str) -> None:
    """The source was reached and says that it has nothing new."""
    only_the_program(by)
    state = hold(name)
    settle(state, Origin("", state.made_up, state.etag, state.modified), state.digest)
    audit.record(by=by, action="feeds.unchanged", subject=f"feed:{name}")


@action
def claim_due(*, by: Actor) -> list[str]:
    """The feeds whose source is to be looked at now, each given out once until its next turn."""
    only_the_program(by)
    now, due = moments.now(), []
    for name, feed in declared.feeds().items():
        FeedState.objects.get_or_create(feed=name)
        turn = FeedState.objects.filter(Q(next_at__isnull=True) | Q(next_at__lte=now), feed=name)
        if turn.update(next_at=now + feed.source.every.length):
            due.append(name)
    return due


def only_the_program(by: Actor) -> None:
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed("Feeds are loaded by the program's commands and jobs only.")


def hold(name: str) -> FeedState:
    """The state of a feed, held for this transaction, so that two loads of one feed come one after the other."""
    FeedState.objects.get_or_create(feed=name)
    return FeedState.objects.select_for_update().get(feed=name)


def settle(state: FeedState, origin: Origin, digest: str) -> None:
    """The source was read without fault."""
    state.tried_at = state.checked_at = moments.now()
    state.failed_since, state.problem = None, ""
    state.digest, state.etag, state.modified, state.made_up = digest, origin.etag, origin.modified, origin.made_up
    state.save()


def kept_faults(faults: Iterable[RowFault]) -> list[dict[str, Any]]:
    kept = list(faults)[:MOST_FAULTS_KEPT]
    return [{"row": each.row, "field": each.field, "message": each.message} for each in kept]


def _read(feed: Feed, content: bytes, origin: Origin, force: bool) -> Read:
    try:
        found = read(feed, content, pack.current().timezone, sample=origin.made_up)
    except Unreadable as fault:
        raise FeedRefused(str(fault)) from None
    areas = set(Area.objects.filter(active=True).values_list("code", flat=True))
    for row in [row for row in found.rows if row.area and row.area not in areas]:
        found.rows.remove(row)
        message = _("there is no area “%(code)s”") % {"code": row.area[:40]}
        found.faults.append(RowFault(row.number, feed.where.area if feed.where else "", message))
    if not found.rows:
        raise FeedRefused(_("There is no good row in it."), found.faults, found.total)
    if len(found.faults) * 100 > feed.source.most_faults * found.total and not force:
        words = {"faulty": len(found.faults), "total": found.total}
        raise FeedRefused(_("%(faulty)d of %(total)d rows are faulty.") % words, found.faults, found.total)
    return found


def _plan(name: str, feed: Feed, found: Read, load: Load, force: bool) -> Plan:
    known = {record.key: record for record in Record.objects.filter(feed=name).select_for_update()}
    before = {(key, record.moment): record.digest for key, record in known.items()}
    newest, older = _newest(found.rows)
    plan = Plan([], [], [], older)
    index = locating.index()
    for row in newest.values():
        _place(plan, name, known.get(row.key), row, load, _area(row, index))
    plan.past += _unknown(name, plan.older, before, load)
    plan.earlier += sum(each.load is load for each in plan.past)
    if feed.source.whole:
        _let_go(
            plan,
            [record for key, record in known.items() if key not in newest and not record.gone_at],
            load,
            len(known),
            force,
        )
    return plan


def _newest(rows: Iterable[Row]) -> tuple[dict[str, Row], list[Row]]:
    """Of each key the newest row, and all the others."""
    newest: dict[str, Row] = {}
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


def _place(plan: Plan, name: str, record: Record | None, row: Row, load: Load, area: str | None) -> None:
    """What the newest row of a key changes."""
    digest = digest_of(row)
    if record is None:
        plan.added.append(_record(Record(feed=name, key=row.key), row, digest, load, area))
    elif _after(record.moment, row.moment):
        plan.older.append(row)
    elif record.digest == digest and record.moment == row.moment:
        plan.same += 1
        if record.gone_at or record.area_id != area:
            record.gone_at, record.area_id = None, area
            plan.changed.append(record)
    else:
        plan.past.append(_as_past(record, load))
        plan.changed.append(_record(record, row, digest, load, area))


def _record(record: Record, row: Row, digest: str, load: Load, area: str | None) -> Record:
    record.title, record.moment, record.values, record.digest = row.title[:400], row.moment, row.values, digest
    record.latitude, record.longitude, record.area_id, record.load = row.latitude, row.longitude, area, load
    record.gone_at = None
    return record


def _as_past(record: Record, load: Load) -> Past:
    return Past(
        feed=record.feed,
        key=record.key,
        moment=record.moment,
        values=record.values,
        digest=record.digest,
        load_id=record.load_id,
        replaced_by=load,
    )


def _unknown(name: str, rows: Sequence[Row], before: dict[tuple[str, datetime | None], str], load: Load) -> list[Past]:
    """Older measurements that say something which was not known."""
    if not rows:
        return []
    keys, times = {row.key for row in rows}, {row.moment for row in rows}
    past = Past.objects.filter(feed=name, key__in=keys, moment__in=times, load__made_up=load.made_up)
    last = {(each.key, each.moment): each.digest for each in past.order_by("id")} | before
    found = []
    for row in rows:
        digest = digest_of(row)
        if last.get((row.key, row.moment)) != digest:
            found.append(
                Past(
                    feed=name,
                    key=row.key,
                    moment=row.moment,
                    values=row.values,
                    digest=digest,
                    load=load,
                    replaced_by=load,
                )
            )
    return found


def digest_of(row: Row) -> str:
    """Changes with anything that a row says."""
    said = json.dumps([row.title, row.values, row.latitude, row.longitude, row.area], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _area(row: Row, index: locating.AreaIndex) -> str | None:
    if row.area or row.latitude is None or row.longitude is None:
        return row.area or None
    return index.locate(row.latitude, row.longitude)


def _let_go(plan: Plan, missing: list[Record], load: Load, known: int, force: bool) -> None:
    if known >= FEW and len(missing) > MOST_GONE * known and not force:
        words = {"missing": len(missing), "known": known}
        raise FeedRefused(_("%(missing)d of %(known)d known rows are missing from it.") % words)
    for record in missing:
        record.gone_at = load.at
    plan.changed += missing
    plan.gone = len(missing)


def _write(plan: Plan) -> None:
    Past.objects.bulk_create(plan.past, batch_size=BATCH)
    Record.objects.bulk_create(plan.added, batch_size=BATCH)
    fields = ["title", "moment", "values", "digest", "latitude", "longitude", "area", "load", "gone_at"]
    for start in range(0, len(plan.changed), BATCH):
        Record.objects.bulk_create(
            plan.changed[start : start + BATCH], update_conflicts=True, unique_fields=["id"], update_fields=fields
        )
