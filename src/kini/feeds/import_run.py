"""Shared steps of an import run: permission, lock of the feed's state, its outcome."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kini.core import current_time
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed
from kini.core.config_files import ConfigError
from kini.feeds.models import FeedState

MOST_STORED_ERRORS = 200


class ImportRefused(ActionRefused):
    """A file was refused; nothing of it was stored. `faults` are those of its rows."""

    def __init__(self, message: str, faults: Sequence[ConfigError] = (), total: int = 0) -> None:
        super().__init__(message)
        self.faults, self.total = list(faults), total


@dataclass(frozen=True, slots=True)
class FileOrigin:
    """Origin of a file.

    Attributes:
        name: name of the file, or its address.
        made_up: it is a sample of the pack.
    """

    name: str
    made_up: bool = False
    etag: str = ""
    modified: str = ""


def require_system(by: Actor) -> None:
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed("Feeds are loaded by the program's commands and jobs only.")


def lock_feed_state(name: str) -> FeedState:
    """Lock the state of a feed for this transaction: imports of one feed run one after the other."""
    FeedState.objects.get_or_create(feed=name)
    return FeedState.objects.select_for_update().get(feed=name)


def record_success(state: FeedState, origin: FileOrigin, digest: str) -> None:
    """Record that the source was read successfully."""
    state.tried_at = state.checked_at = current_time.now()
    state.failed_since, state.problem = None, ""
    state.digest, state.etag, state.modified, state.made_up = digest, origin.etag, origin.modified, origin.made_up
    state.save()


def stored_errors(errors: Iterable[ConfigError]) -> list[dict[str, Any]]:
    first = list(errors)[:MOST_STORED_ERRORS]
    return [{"row": each.line, "field": each.field, "message": each.message} for each in first]
