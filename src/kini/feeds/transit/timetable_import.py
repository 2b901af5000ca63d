"""Import of a timetable edition by COPY, in one transaction; the previous edition is kept."""

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import Actor
from kini.core.database.bulk import open_copy
from kini.core.table_import import Unreadable
from kini.feeds import feed_config
from kini.feeds.import_run import (
    FileOrigin,
    ImportRefused,
    lock_feed_state,
    record_success,
    require_system,
    stored_errors,
)
from kini.feeds.models import ImportRun, Timetable
from kini.feeds.transit.gtfs import Edition, GtfsReader

#: Number of editions kept, the current one included.
KEPT = 2


@action
def load_timetable(
    *, by: Actor, name: str, content: bytes, origin: FileOrigin, force: bool = False
) -> ImportRun | None:
    """Import a file as the current edition. Idempotent.

    Raises:
        NotAllowed: for anybody but the system.
        ImportRefused: if it is unreadable or too much of it is faulty; the previous edition stays current.
    """
    require_system(by)
    feed, state = feed_config.feeds()[name], lock_feed_state(name)
    digest = feed_config.content_digest(feed, content)
    if origin.made_up and state.loaded_at and not state.made_up:
        raise ImportRefused(_("Real data has already been imported; samples would mix with it."))
    if digest == state.digest:
        record_success(state, origin, digest)
        return None
    try:
        reader = GtfsReader(content)
        edition = reader.read()
    except Unreadable as fault:
        raise ImportRefused(str(fault)) from None
    if len(edition.faults) * 100 > feed.source.most_faults * edition.total and not force:
        words = {"faulty": len(edition.faults), "total": edition.total}
        raise ImportRefused(_("%(faulty)d of %(total)d rows are invalid.") % words, edition.faults, edition.total)
    if not edition.calls:
        raise ImportRefused(_("It has no valid rows."), edition.faults, edition.total)
    load = _record_run(name, origin, edition)
    timetable = _new_edition(name, load, edition)
    _copy(timetable, reader)
    state.loaded_at = load.at
    record_success(state, origin, digest)
    audit.record(by=by, action="feeds.loaded", subject=f"feed:{name}", detail={"stops": len(edition.stops)})
    return load


def _record_run(name: str, origin: FileOrigin, edition: Edition) -> ImportRun:
    return ImportRun.objects.create(
        feed=name,
        at=current_time.now(),
        origin=origin.name[:300],
        outcome="loaded",
        added=edition.total - len(edition.faults),
        faulty=len(edition.faults),
        faults=stored_errors(edition.faults),
        made_up=origin.made_up,
    )


def _new_edition(name: str, load: ImportRun, edition: Edition) -> Timetable:
    Timetable.objects.filter(feed=name, current=True).update(current=False)
    old = Timetable.objects.filter(feed=name).order_by("-id").values_list("pk", flat=True)[KEPT - 1 :]
    Timetable.objects.filter(pk__in=list(old)).delete()
    used = [edition.days[trip.days] for trip in edition.trips]
    first = min((each.first for each in used if each.first), default=None)
    last = max((each.last for each in used if each.last), default=None)
    return Timetable.objects.create(feed=name, load=load, current=True, valid_from=first, valid_until=last)


def _copy(timetable: Timetable, reader: GtfsReader) -> None:
    edition, key = reader.edition, timetable.pk
    stops = (
        (key, n, s.code, s.name, s.latitude, s.longitude, reader.place(n), s.served)
        for n, s in enumerate(edition.stops)
    )
    trips = (
        (key, n, t.route, t.days, t.headsign, t.begins, json.dumps(sorted(t.frequencies)))
        for n, t in enumerate(edition.trips)
    )
    days = (
        (key, n, d.weekdays, d.first, d.last, json.dumps(d.besides), json.dumps(d.without))
        for n, d in enumerate(edition.days)
    )
    _copy_rows("feeds_stop", "timetable_id, number, code, name, latitude, longitude, place, served", stops)
    routes = ((key, n, *route) for n, route in enumerate(edition.routes))
    _copy_rows("feeds_route", "timetable_id, number, code, short, name, sort, fare", routes)
    _copy_rows("feeds_days", "timetable_id, number, weekdays, first, last, besides, without", days)
    _copy_rows("feeds_trip", "timetable_id, number, route, days, headsign, begins, frequencies", trips)
    following = [*(call[0] for call in edition.calls[1:]), -1]
    calls = ((key, *call, trip != call[0]) for call, trip in zip(edition.calls, following, strict=True))
    _copy_rows("feeds_call", "timetable_id, trip, place_in_trip, stop, arrives, departs, ends", calls)
    _copy_rows("feeds_transfer", "timetable_id, one, other", ((key, *each) for each in edition.transfers))
    with connection.cursor() as cursor:  # otherwise queries are planned as if these tables were empty
        cursor.execute("SELECT kini_analyze('feeds_stop', 'feeds_route', 'feeds_trip', 'feeds_call')")


def _copy_rows(table: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with open_copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
