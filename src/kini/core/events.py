"""How a room speaks upwards: it announces an event, and rooms above listen.

An announcement is stored as one job per listener in the announcing transaction, so it is never lost and never
heard for a change that was rolled back. A worker delivers it after commit, at least once: listeners are idempotent.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from kini.core import jobs


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    """Base of all events. Fields are JSON values: ids, names, no objects."""


_events: dict[str, type[Event]] = {}
_listeners: dict[type[Event], dict[str, Callable[[Any], None]]] = defaultdict(dict)
#: What some listeners do not want to hear, by their names.
_wishes: dict[str, Callable[[Any], bool]] = {}


def name_of(thing: Any) -> str:
    return f"{thing.__module__}.{thing.__qualname__}"


def listens[E: Event](
    event: type[E], *, only: Callable[[E], bool] | None = None
) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Register a function as a listener of `event`; it runs in the worker.

    Args:
        only: says which of them it wants to hear. It is asked in the announcing transaction, of what is in memory, and
            spares a job for each of the others.
    """

    def register(listener: Callable[[E], None]) -> Callable[[E], None]:
        _events[name_of(event)] = event
        _listeners[event][name_of(listener)] = listener
        if only:
            _wishes[name_of(listener)] = only
        return listener

    return register


def announce(event: Event) -> None:
    """Tell every listener of this event, after the current transaction has been committed."""
    said = {"event": name_of(type(event)), "fields": dataclasses.asdict(event)}
    hearing = (each for each in _listeners[type(event)] if each not in _wishes or _wishes[each](event))
    jobs.store(deliver, [{"listener": listener, **said} for listener in hearing])


@jobs.job("core.deliver_event", queue="events")
def deliver(listener: str, event: str, fields: dict[str, Any]) -> None:
    """Hand one stored event to one listener."""
    sort = _events[event]
    _listeners[sort][listener](sort(**fields))
