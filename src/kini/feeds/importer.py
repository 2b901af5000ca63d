"""Importer of feeds of every format; a failure is recorded and leaves the data unchanged."""

import io
import zipfile
from pathlib import Path

from kini.core.actors import Actor
from kini.feeds import actions, feed_config
from kini.feeds.import_run import FileOrigin, ImportRefused
from kini.feeds.models import FeedState, ImportRun
from kini.feeds.source_fetch import SourceUnreachable, fetch_source
from kini.feeds.transit.timetable_import import load_timetable


def import_file(*, by: Actor, name: str, content: bytes, origin: FileOrigin, force: bool = False) -> ImportRun | None:
    """Import a file; None if it was imported before.

    Raises:
        ImportRefused: if it is refused, which is recorded.
    """
    try:
        load = load_timetable if feed_config.feeds()[name].source.format == "gtfs" else actions.import_rows
        return load(by=by, name=name, content=content, origin=origin, force=force)
    except ImportRefused as fault:
        actions.record_failure(by=by, name=name, origin=origin.name, problem=str(fault), faults=fault.faults)
        raise


def poll_source(*, by: Actor, name: str) -> None:
    """Poll a feed's source and import what is new. Failures are recorded."""
    feed, state = feed_config.feeds()[name], FeedState.objects.filter(feed=name).first() or FeedState(feed=name)
    try:
        fetched = fetch_source(name, feed, state)
        if fetched is None:
            return
        if fetched.content is None:
            actions.record_unchanged(by=by, name=name)
            return
        origin = FileOrigin(fetched.name, etag=fetched.etag, modified=fetched.modified)
        import_file(by=by, name=name, content=fetched.content, origin=origin)
    except SourceUnreachable as fault:
        actions.record_failure(by=by, name=name, origin=feed.source.http or name, problem=str(fault))
    except ImportRefused:
        return


def load_samples(*, by: Actor) -> int:
    """Import the pack's samples of every feed without real rows. Returns the number of feeds."""
    loaded = 0
    real = set(FeedState.objects.filter(made_up=False, loaded_at__isnull=False).values_list("feed", flat=True))
    for name in feed_config.feeds():
        path = feed_config.sample_path(name)
        if path is not None and name not in real:
            import_file(by=by, name=name, content=read_sample(path), origin=FileOrigin(path.name, made_up=True))
            loaded += 1
    return loaded


def read_sample(path: Path) -> bytes:
    """Content of a sample: a file, or a zip of a folder (the tables of a timetable)."""
    if not path.is_dir():
        return path.read_bytes()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as bundle:
        for part in sorted(path.iterdir()):
            bundle.writestr(zipfile.ZipInfo(part.name), part.read_bytes())
    return packed.getvalue()
