"""Events: how a room speaks to the rooms above it, which it must not import.

A published event is stored as one job per subscriber in the publishing transaction, so it is never lost and never
delivered for a change that was rolled back. A worker delivers it after commit, at least once: subscribers are
idempotent. Stored jobs hold the names of event and subscriber, never Python names, so that both may be renamed.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from kini.core import jobs
from kini.core.registry import Registry


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    """Base of all events. Fields are JSON values: ids, names, no objects.

    A new field has a default, since stored events do not have it. Any other change of the fields raises `version`, and
    `upgrade` turns the fields of earlier versions into those of this one.

    Attributes:
        name: "room.what_happened"; it stands in the database and outlives a renamed class.
        version: of the fields.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1

    @classmethod
    def upgrade(cls, fields: Mapping[str, Any], version: int) -> Mapping[str, Any]:
        """Turn fields that an earlier `version` stored into those of this one."""
        return fields


@dataclasses.dataclass(frozen=True, slots=True)
class Subscriber[E: Event]:
    """A function that an event is delivered to, and a condition that spares it the others."""

    function: Callable[[E], None]
    only: Callable[[E], bool] | None


_events: dict[str, type[Event]] = {}
_subscribers: dict[type[Event], Registry[Subscriber[Any]]] = defaultdict(lambda: Registry("subscriber"))


def subscribe[E: Event](
    event: type[E], *, name: str, only: Callable[[E], bool] | None = None
) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Subscribe a function to `event`; it runs in the worker.

    Args:
        name: "room.deed"; it stands in the database and outlives a renamed function.
        only: a condition on the event. It is called in the publishing transaction, with what is in memory, and spares a
            job for each event that does not meet it.

    Raises:
        ValueError: when another event, or another subscriber of this one, has the name.
    """

    def register(function: Callable[[E], None]) -> Callable[[E], None]:
        if _events.setdefault(event.name, event) is not event:
            raise ValueError(f'Two events are called "{event.name}": {_events[event.name]!r} and {event!r}.')
        _subscribers[event].register(name, Subscriber(function, only))
        return function

    return register


def publish(event: Event) -> None:
    """Store one job for each subscriber of this event, in the current transaction."""
    kind = type(event)
    stored = {"event": kind.name, "version": kind.version, "fields": dataclasses.asdict(event)}
    names = (name for name, each in _subscribers[kind].items() if each.only is None or each.only(event))
    jobs.enqueue_all(deliver, [{"listener": name, **stored} for name in names])


@jobs.job("core.deliver_event", queue="events")
def deliver(listener: str, event: str, fields: dict[str, Any], version: int = 1) -> None:
    """Hand one stored event to one subscriber.

    Raises:
        LookupError: when there is no such event or subscriber any more; the job is tried again and then kept as failed.
    """
    kind = _events.get(event)
    if kind is None:
        raise LookupError(f'There is no event "{event}"; there are: {", ".join(sorted(_events))}.')
    _subscribers[kind].get(listener).function(kind(**kind.upgrade(fields, version)))
