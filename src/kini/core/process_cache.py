"""Process-wide caches: slow functions computed once even under concurrent access, warm-up, and clearing in tests."""

import gc
import logging
from collections.abc import Callable
from functools import lru_cache, update_wrapper
from threading import Lock

from django.db import OperationalError, connections
from django.db.backends.postgresql.base import DatabaseWrapper

from kini.core.registry import Registry

log = logging.getLogger(__name__)

#: Functions that fill a room's caches before the first request.
warmers: Registry[Callable[[], object]] = Registry("cache warmer")
#: Functions that empty a module's cache of short-lived values.
_clear_functions: list[Callable[[], None]] = []


def clears_cache(function: Callable[[], None]) -> Callable[[], None]:
    """Register a function that empties a module's cache of short-lived values."""
    _clear_functions.append(function)
    return function


def clear_all() -> None:
    """Empty all caches of short-lived values. Results of `cached` stay: their arguments change with the data."""
    for function in _clear_functions:
        function()


class CachedFunction[**P, R]:
    """`lru_cache` for slow functions: concurrent callers wait for one computation. Errors are not cached."""

    def __init__(self, function: Callable[P, R], maxsize: int) -> None:
        self.__wrapped__ = function
        self._entries: Callable[..., _Entry[R]] = lru_cache(maxsize)(lambda *_args: _Entry())
        update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        if kwargs:
            raise TypeError("A cached function takes positional arguments only.")
        entry = self._entries(*args)
        if not entry.computed:
            with entry.lock:
                if not entry.computed:
                    entry.value = self.__wrapped__(*args, **kwargs)
                    entry.computed = True
        return entry.value

    def cache_clear(self) -> None:
        """Forget all values."""
        self._entries.cache_clear()  # type: ignore[attr-defined]


class _Entry[R]:
    """A cached value, or one that is being computed."""

    __slots__ = ("computed", "lock", "value")
    value: R

    def __init__(self) -> None:
        self.lock, self.computed = Lock(), False


def cached[**P, R](maxsize: int) -> Callable[[Callable[P, R]], CachedFunction[P, R]]:
    """Cache up to `maxsize` results of a function of hashable arguments."""
    return lambda function: CachedFunction(function, maxsize)


def warm_up() -> None:
    """Fill all registered caches before forking; what fails is computed by the first request that needs it."""
    for name in warmers.names():
        try:
            warmers.get(name)()
        except OperationalError:
            log.warning("The database does not answer: caches are filled by the first requests.")
            break  # each of the others would wait as long
        except Exception:
            log.warning("The cache of %s could not be filled before the first request.", name, exc_info=True)
    for connection in connections.all(initialized_only=True):  # forked processes must open their own connections
        connection.close()
        if isinstance(connection, DatabaseWrapper):
            connection.close_pool()
    gc.collect()
    gc.freeze()  # permanent: collections that scan it would hold up all threads
