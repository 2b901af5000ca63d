"""Process-wide cache. Each value is computed once, even under concurrent access; warmers fill it before serving."""

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


class CachedFunction[**P, R]:
    """`lru_cache` for slow functions: concurrent callers wait for one computation. Errors are not cached."""

    def __init__(self, function: Callable[P, R], maxsize: int) -> None:
        self.__wrapped__ = function
        self._made: Callable[..., _One[R]] = lru_cache(maxsize)(lambda *_given: _One())
        update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        if kwargs:
            raise TypeError("A cached function takes positional arguments only.")
        one = self._made(*args)
        if not one.made:
            with one.lock:
                if not one.made:
                    one.value = self.__wrapped__(*args, **kwargs)
                    one.made = True
        return one.value

    def cache_clear(self) -> None:
        """Forget all values."""
        self._made.cache_clear()  # type: ignore[attr-defined]


class _One[R]:
    """A cached value, or one that is being computed."""

    __slots__ = ("lock", "made", "value")
    value: R

    def __init__(self) -> None:
        self.lock, self.made = Lock(), False


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
