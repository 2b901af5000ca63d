"""What a process holds: made once, also when several of its threads ask for it at the same time; and what it makes
before it serves, so that no request waits for it.
"""

import gc
import logging
from collections.abc import Callable
from functools import lru_cache, update_wrapper
from threading import Lock

from django.db import OperationalError, connections
from django.db.backends.postgresql.base import DatabaseWrapper

from kini.core.registry import Registry

log = logging.getLogger(__name__)

#: What every process needs, by the room that knows how to read it. Each is called without a request.
early: Registry[Callable[[], object]] = Registry("thing that a process holds")


class Held[**P, R]:
    """`lru_cache` for what takes long: whoever asks while it is made waits for it and does not make it again.

    An error is not held. `__wrapped__` makes it anew each time.
    """

    def __init__(self, function: Callable[P, R], maxsize: int) -> None:
        self.__wrapped__ = function
        self._made: Callable[..., _One[R]] = lru_cache(maxsize)(lambda *_given: _One())
        update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        if kwargs:
            raise TypeError("What is held is asked for by position.")
        one = self._made(*args)
        if not one.made:
            with one.lock:
                if not one.made:
                    one.value = self.__wrapped__(*args, **kwargs)
                    one.made = True
        return one.value

    def cache_clear(self) -> None:
        """Make everything anew."""
        self._made.cache_clear()  # type: ignore[attr-defined]


class _One[R]:
    """One thing that is held, or is about to be made."""

    __slots__ = ("lock", "made", "value")
    value: R

    def __init__(self) -> None:
        self.lock, self.made = Lock(), False


def held[**P, R](maxsize: int) -> Callable[[Callable[P, R]], Held[P, R]]:
    """Hold the newest `maxsize` results of a function of hashable arguments."""
    return lambda function: Held(function, maxsize)


def hold_early() -> None:
    """Make what every process needs; what fails is made by the first request that needs it, which says why."""
    for name in early.names():
        try:
            early.get(name)()
        except OperationalError:
            log.warning("The database does not answer: what a process holds is read by its first requests.")
            break  # each of the others would wait as long
        except Exception:
            log.warning("What %s holds could not be read before the first request.", name, exc_info=True)
    for connection in connections.all(initialized_only=True):  # a copy of this process makes connections of its own
        connection.close()
        if isinstance(connection, DatabaseWrapper):
            connection.close_pool()
    gc.collect()
    gc.freeze()  # it stays: to look through it again and again holds up all threads
