"""The one way to write. Every public function in a room's `actions.py` is an `@action`."""

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction

_in_one_piece: ContextVar[bool] = ContextVar("kini.in_one_piece", default=False)


@contextmanager
def in_one_piece() -> Iterator[None]:
    """What is written inside a transaction that stands and falls as a whole: an action that fails ends all of it, so
    none takes a savepoint of its own. Whoever catches the error and goes on finds the transaction broken.
    """
    before = _in_one_piece.set(True)
    try:
        yield
    finally:
        _in_one_piece.reset(before)


def action[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Mark a write: keyword-only, told who acts (`by`), one transaction around permission, change and audit entry.

    Inside the function permission and state are checked first, then the change is made, then `audit.record` is
    called; what the outside must hear goes through `events.announce`, which is stored in the same transaction.
    """

    @functools.wraps(function)
    def inside(*args: P.args, **kwargs: P.kwargs) -> R:
        with transaction.atomic(savepoint=not _in_one_piece.get()):
            return function(*args, **kwargs)

    return _marked(function, inside)


def statement[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Mark a write whose change and audit entry are one statement of the database (`audit.BESIDE`).

    A statement is a transaction by itself: a row that many want is locked no longer than the database takes, not while
    the program is on its way to the commit.
    """

    return _marked(function, function)


def _marked[**P, R](function: Callable[P, R], inside: Callable[P, R]) -> Callable[P, R]:
    parameters = inspect.signature(function).parameters.values()
    if "by" not in {p.name for p in parameters} or any(p.kind is not p.KEYWORD_ONLY for p in parameters):
        raise TypeError(f"{function.__qualname__}: an action takes keyword-only parameters, `by` among them.")
    inside.__kini_action__ = True  # type: ignore[attr-defined]
    return inside
