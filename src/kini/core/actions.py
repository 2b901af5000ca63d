"""Decorators for writes. Every public function in a room's `actions` is an `@action`."""

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction

_in_one_piece: ContextVar[bool] = ContextVar("kini.in_one_piece", default=False)


@contextmanager
def single_transaction() -> Iterator[None]:
    """Run actions without savepoints of their own: an error in one of them must end the whole transaction.

    A caller that catches the error and goes on finds the transaction broken.
    """
    before = _in_one_piece.set(True)
    try:
        yield
    finally:
        _in_one_piece.reset(before)


def action[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Mark a write: keyword-only arguments, the actor in `by`, one transaction.

    The function checks permission and state, makes the change, and calls `audit.record`. It notifies other rooms by
    `events.announce`, which is stored in the same transaction.
    """

    @functools.wraps(function)
    def inside(*args: P.args, **kwargs: P.kwargs) -> R:
        with transaction.atomic(savepoint=not _in_one_piece.get()):
            return function(*args, **kwargs)

    return _marked(function, inside)


def statement_action[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Mark a write whose change and audit entry are one SQL statement (`audit.INSERT_SELECT`), run in autocommit.

    A contended row is then locked only while the statement runs, without the round trip to the commit.
    """

    return _marked(function, function)


def _marked[**P, R](function: Callable[P, R], inside: Callable[P, R]) -> Callable[P, R]:
    parameters = inspect.signature(function).parameters.values()
    if "by" not in {p.name for p in parameters} or any(p.kind is not p.KEYWORD_ONLY for p in parameters):
        raise TypeError(f"{function.__qualname__}: an action takes keyword-only parameters, `by` among them.")
    inside.__kini_action__ = True  # type: ignore[attr-defined]
    return inside
