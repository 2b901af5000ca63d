"""Importer of feeds of every format; a failure is recorded and leaves the data unchanged."""

import io
import zipfile
from pathlib import Path

from kini.core.actors import Actor
from kini.feeds import actions, declared
from kini.feeds.fetching import Unreachable, fetch
from kini.feeds.holding import FeedRefused, Origin
from kini.feeds.models import FeedState, Load
from kini.feeds.transit.storing import load_timetable


def bring(*, by: Actor, name: str, content: bytes, origin: Origin, force: bool = False) -> Load | None:
    """Import a file; None if it was imported before.

    Raises:
        FeedRefused: if it is refused, which is recorded.
    """
    try:
        load = load_timetable if declared.feeds()[name].source.format == "gtfs" else actions.load_rows
        return load(by=by, name=name, content=content, origin=origin, force=force)
    except FeedRefused as fault:
        actions.note_failure(by=by, name=name, origin=origin.name, problem=str(fault), faults=fault.faults)
        raise


def look(*, by: Actor, name: str) -> None:
    """Poll a feed's source and import what is new. Failures are recorded."""
    feed, state = declared.feeds()[name], FeedState.objects.filter(feed=name).first() or FeedState(feed=name)
    try:
        found = fetch(name, feed, state)
        if found is None:
            return
        if found.content is None:
            actions.note_unchanged(by=by, name=name)
            return
        origin = Origin(found.name, etag=found.etag, modified=found.modified)
        bring(by=by, name=name, content=found.content, origin=origin)
    except Unreachable as fault:
        actions.note_failure(by=by, name=name, origin=feed.source.http or name, problem=str(fault))
    except FeedRefused:
        return


def load_samples(*, by: Actor) -> int:
    """Import the pack's samples of every feed without real rows. Returns the number of feeds."""
    loaded = 0
    real = set(FeedState.objects.filter(made_up=False, loaded_at__isnull=False).values_list("feed", flat=True))
    for name in declared.feeds():
        path = declared.samples(name)
        if path is not None and name not in real:
            bring(by=by, name=name, content=content_of(path), origin=Origin(path.name, made_up=True))
            loaded += 1
    return loaded


def content_of(path: Path) -> bytes:
    """Content of a sample: a file, or a zip of a folder (the tables of a timetable)."""
    if not path.is_dir():
        return path.read_bytes()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as bundle:
        for part in sorted(path.iterdir()):
            bundle.writestr(zipfile.ZipInfo(part.name), part.read_bytes())
    return packed.getvalue()
