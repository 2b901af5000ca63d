"""From a source to the tables, whatever its format; a failure is remembered and leaves what is there."""

from kini.core.actors import Actor
from kini.feeds import actions, declared
from kini.feeds.fetching import Unreachable, fetch
from kini.feeds.holding import FeedRefused, Origin
from kini.feeds.models import FeedState, Load


def bring(*, by: Actor, name: str, content: bytes, origin: Origin, force: bool = False) -> Load | None:
    """Load a file; None when it was known already.

    Raises:
        FeedRefused: when it was not taken. That it came is remembered.
    """
    try:
        return actions.load_rows(by=by, name=name, content=content, origin=origin, force=force)
    except FeedRefused as fault:
        actions.note_failure(by=by, name=name, origin=origin.name, problem=str(fault), faults=fault.faults)
        raise


def look(*, by: Actor, name: str) -> None:
    """Look at a feed's source and load what is new. Whatever goes wrong there is remembered, and nothing is lost."""
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
    """Load the pack's made-up rows of every feed that has no real ones; how many feeds that were."""
    loaded = 0
    real = set(FeedState.objects.filter(made_up=False, loaded_at__isnull=False).values_list("feed", flat=True))
    for name in declared.feeds():
        path = declared.samples(name)
        if path is not None and name not in real:
            bring(by=by, name=name, content=path.read_bytes(), origin=Origin(path.name, made_up=True))
            loaded += 1
    return loaded
