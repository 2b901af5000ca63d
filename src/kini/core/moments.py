"""The present moment, as the program's rules see it: the clock's, unless somebody plays another day.

Only demo data and tests play another day; whatever they do then goes through the ordinary actions.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

_played: ContextVar[datetime | None] = ContextVar("played_moment", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _played.get() or timezone.now()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let the present be `moment` (aware) inside the block, in this thread only."""
    token = _played.set(moment)
    try:
        yield
    finally:
        _played.reset(token)
