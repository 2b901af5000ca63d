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


def name_of(thing: Any) -> str:
    return f"{thing.__module__}.{thing.__qualname__}"


def listens[E: Event](event: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Register a function as a listener of `event`; it runs in the worker."""

    def register(listener: Callable[[E], None]) -> Callable[[E], None]:
        _events[name_of(event)] = event
        _listeners[event][name_of(listener)] = listener
        return listener

    return register


def announce(event: Event) -> None:
    """Tell every listener of this event, after the current transaction has been committed."""
    said = {"event": name_of(type(event)), "fields": dataclasses.asdict(event)}
    jobs.store(deliver, [{"listener": listener, **said} for listener in _listeners[type(event)]])


@jobs.job("core.deliver_event", queue="events")
def deliver(listener: str, event: str, fields: dict[str, Any]) -> None:
    """Hand one stored event to one listener."""
    sort = _events[event]
    _listeners[sort][listener](sort(**fields))
