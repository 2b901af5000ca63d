"""Actions on feeds: import rows, record failures, claim due sources. An import is one transaction."""

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from kini.city.models import Area
from kini.city.public import pack
from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import Actor
from kini.core.config_files import ConfigError
from kini.core.table_import import Unreadable
from kini.feeds import feed_config
from kini.feeds.diff import ImportDiff, compute_diff
from kini.feeds.import_run import (
    FileOrigin,
    ImportRefused,
    lock_feed_state,
    record_success,
    require_system,
    stored_errors,
)
from kini.feeds.models import FeedState, ImportRun, Record, RecordVersion
from kini.feeds.row_parser import ParsedFile, parse_file
from kini.feeds.schema import Feed

BATCH = 1_000


@action
def import_rows(*, by: Actor, name: str, content: bytes, origin: FileOrigin, force: bool = False) -> ImportRun | None:
    """Import the rows of a file. Idempotent.

    Args:
        force: import it even if many rows are faulty, many known rows are missing, or it was imported before.

    Returns:
        The import run; None if the file was imported before.

    Raises:
        NotAllowed: for anybody but the system.
        ImportRefused: if it is unreadable or too much of it is faulty; nothing is changed.
    """
    require_system(by)
    feed, state = feed_config.feeds()[name], lock_feed_state(name)
    digest = feed_config.content_digest(feed, content)
    if origin.made_up and state.loaded_at and not state.made_up:
        raise ImportRefused(_("Real data has already been imported; samples would mix with it."))
    if digest == state.digest and not origin.made_up and not force:
        record_success(state, origin, digest)
        return None
    parsed = _read(feed, content, origin, force)
    load = ImportRun(
        feed=name, at=current_time.now(), origin=origin.name[:300], outcome="loaded", made_up=origin.made_up
    )
    load.faulty, load.faults = len(parsed.faults), stored_errors(parsed.faults)
    if state.made_up and not origin.made_up:
        Record.objects.filter(feed=name).delete()
    plan = compute_diff(name, feed, parsed, load, force)
    load.added, load.changed, load.earlier = len(plan.added), len(plan.changed) - plan.gone, plan.earlier
    load.same, load.gone = plan.same, plan.gone
    load.save()
    _write(plan)
    state.loaded_at = load.at
    record_success(state, origin, digest)
    counts = {"added": load.added, "changed": load.changed, "earlier": load.earlier, "gone": load.gone}
    audit.record(by=by, action="feeds.loaded", subject=f"feed:{name}", detail=counts | {"faulty": load.faulty})
    return load


@action
def record_failure(*, by: Actor, name: str, origin: str, problem: str, faults: Sequence[ConfigError] = ()) -> None:
    """Record that a source cannot be read, and since when; its last good figures stay."""
    require_system(by)
    state, now = lock_feed_state(name), current_time.now()
    state.tried_at, state.failed_since, state.problem = now, state.failed_since or now, problem[:2000]
    state.save()
    if faults:
        ImportRun.objects.create(
            feed=name, at=now, origin=origin[:300], outcome="refused", faulty=len(faults), faults=stored_errors(faults)
        )
    audit.record(by=by, action="feeds.failed", subject=f"feed:{name}", detail={"problem": problem[:500]})


@action
def record_unchanged(*, by: Actor, name: str) -> None:
    """Record that the source has nothing new."""
    require_system(by)
    state = lock_feed_state(name)
    record_success(state, FileOrigin("", state.made_up, state.etag, state.modified), state.digest)
    audit.record(by=by, action="feeds.unchanged", subject=f"feed:{name}")


@action
def claim_due_feeds(*, by: Actor) -> list[str]:
    """Claim the feeds whose source is due; each is returned once per interval."""
    require_system(by)
    now, due = current_time.now(), []
    for name, feed in feed_config.feeds().items():
        FeedState.objects.get_or_create(feed=name)
        turn = FeedState.objects.filter(Q(next_at__isnull=True) | Q(next_at__lte=now), feed=name)
        if turn.update(next_at=now + feed.source.every.length):
            due.append(name)
    return due


def _read(feed: Feed, content: bytes, origin: FileOrigin, force: bool) -> ParsedFile:
    try:
        parsed = parse_file(feed, content, pack.current().timezone, sample=origin.made_up)
    except Unreadable as fault:
        raise ImportRefused(str(fault)) from None
    areas = set(Area.objects.filter(active=True).values_list("code", flat=True))
    rows, parsed.rows = parsed.rows, []
    for row in rows:
        if not row.area or row.area in areas:
            parsed.rows.append(row)
            continue
        message = _("there is no area “%(code)s”") % {"code": row.area[:40]}
        parsed.faults.append(
            ConfigError(str(feed.source.name), row.number, feed.where.area if feed.where else "", message)
        )
    if not parsed.rows:
        raise ImportRefused(_("It has no valid rows."), parsed.faults, parsed.total)
    if len(parsed.faults) * 100 > feed.source.most_faults * parsed.total and not force:
        words = {"faulty": len(parsed.faults), "total": parsed.total}
        raise ImportRefused(_("%(faulty)d of %(total)d rows are invalid.") % words, parsed.faults, parsed.total)
    return parsed


def _write(plan: ImportDiff) -> None:
    RecordVersion.objects.bulk_create(plan.past, batch_size=BATCH)
    Record.objects.bulk_create(plan.added, batch_size=BATCH)
    fields = ["title", "moment", "values", "digest", "latitude", "longitude", "area", "load", "gone_at"]
    for start in range(0, len(plan.changed), BATCH):
        Record.objects.bulk_create(
            plan.changed[start : start + BATCH], update_conflicts=True, unique_fields=["id"], update_fields=fields
        )
