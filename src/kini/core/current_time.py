"""The current time, which demo data and tests can freeze at another day."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

_played: ContextVar[datetime | None] = ContextVar("played_moment", default=None)


def now() -> datetime:
    """Return the current time, aware, in UTC."""
    return _played.get() or timezone.now()


@contextmanager
def freeze(moment: datetime) -> Iterator[None]:
    """Freeze the current time at `moment` (aware) inside the block, in this thread only."""
    token = _played.set(moment)
    try:
        yield
    finally:
        _played.reset(token)
