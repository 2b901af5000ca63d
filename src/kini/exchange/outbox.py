"""The outbox: entries are stored with the change that causes them, and delivered in order for each subject.

Delivery is at least once. A worker leases an entry by a conditional UPDATE, sends it without a lock or a transaction,
and records the result. If it dies in between, the lease ends and the entry is sent again, under the same key.
"""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import structlog
from django.db import connection, transaction
from django.utils.translation import gettext as _

from kini.core import current_time, jobs
from kini.core.actors import ActionRefused
from kini.exchange.destinations import (
    Destination,
    OutgoingMessage,
    PermanentFailure,
    Receipt,
    TemporaryFailure,
    destinations,
)
from kini.exchange.models import DestinationPause, OutboxEntry

log = structlog.get_logger("kini.exchange")

DELIVER = "exchange.deliver"
#: Longest time for one call of `Destination.send`; after it another worker sends the entry again.
LEASE = timedelta(minutes=5)

#: An entry is due when its time has come and no older entry of its subject is undelivered.
_LEASE = """
    UPDATE exchange_outboxentry SET lease_until = %(now)s + %(lease)s, tries = tries + 1
    WHERE id = (
        SELECT id FROM exchange_outboxentry AS entry
        WHERE destination = %(destination)s AND state = 'waiting' AND next_at <= %(now)s
            AND (lease_until IS NULL OR lease_until < %(now)s)
            AND NOT EXISTS (
                SELECT FROM exchange_outboxentry AS older
                WHERE older.destination = entry.destination AND older.subject = entry.subject
                    AND older.id < entry.id AND older.state IN ('waiting', 'dead'))
            AND NOT EXISTS (
                SELECT FROM exchange_destinationpause WHERE destination = %(destination)s AND until > %(now)s)
        ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING *
"""
_DUE = """
    SELECT DISTINCT destination FROM exchange_outboxentry
    WHERE state = 'waiting' AND next_at <= %s AND (lease_until IS NULL OR lease_until < %s)
"""


def put(destination: str, *, subject: str, key: str, payload: Any) -> None:
    """Store a message in the current transaction; the same key again changes nothing.

    Args:
        subject: "type:key"; messages about one subject are delivered in order.
        key: unique for the destination.
        payload: JSON.

    Raises:
        LookupError: when there is no such destination.
    """
    now = current_time.now()
    entry = OutboxEntry(
        destination=destination,
        subject=subject,
        key=key,
        payload=payload,
        created_at=now,
        next_at=now,
        give_up_at=now + destinations.get(destination).max_age,
    )
    OutboxEntry.objects.bulk_create([entry], ignore_conflicts=True)
    jobs.enqueue(DELIVER, destination=destination)


def due_destinations() -> list[str]:
    """Names of destinations with entries that are due."""
    now = current_time.now()
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [now, now])
        return [name for (name,) in cursor.fetchall()]


def deliver(destination: str) -> int:
    """Deliver what is due at a destination, as many at a time as it takes; return the number of tries."""
    threads = destinations.get(destination).concurrency
    if threads == 1 or connection.in_atomic_block:  # a test's transaction: other connections do not see its entries
        return _deliver(destination)
    with ThreadPoolExecutor(threads, thread_name_prefix=f"outbox-{destination}") as pool:
        return sum(pool.map(_deliver_in_thread, [destination] * threads))


def _deliver_in_thread(destination: str) -> int:
    try:
        return _deliver(destination)
    finally:
        connection.close()


def _deliver(destination: str) -> int:
    tries = 0
    while entry := lease(destination):
        send(entry, destinations.get(destination))
        tries += 1
    return tries


def lease(destination: str) -> OutboxEntry | None:
    """Lease the next entry that is due, for one try."""
    values: dict[str, Any] = {"destination": destination, "now": current_time.now(), "lease": LEASE}
    return next(iter(OutboxEntry.objects.raw(_LEASE, values)), None)


def send(entry: OutboxEntry, destination: Destination) -> None:
    """Send a leased entry and record the result."""
    message = OutgoingMessage(entry.subject, entry.key, entry.payload, entry.tries)
    try:
        receipt = destination.send(message)
    except PermanentFailure as failure:
        _give_up(entry, destination, message, str(failure))
    except TemporaryFailure as failure:
        _postpone(entry, destination, message, str(failure), failure.retry_after)
    except Exception as error:
        log.exception("delivery failed", destination=entry.destination, entry=entry.pk)
        _postpone(entry, destination, message, type(error).__name__, None)
    else:
        _record_delivery(entry, destination, message, receipt)


def _record_delivery(entry: OutboxEntry, destination: Destination, message: OutgoingMessage, receipt: Receipt) -> None:
    with transaction.atomic():
        if _end(entry, state="delivered", receipt=dict(receipt), ended_at=current_time.now(), error=""):
            destination.delivered(message, receipt)


def _postpone(
    entry: OutboxEntry,
    destination: Destination,
    message: OutgoingMessage,
    reason: str,
    retry_after: timedelta | None,
) -> None:
    now = current_time.now()
    if retry_after:
        DestinationPause.objects.update_or_create(destination=entry.destination, defaults={"until": now + retry_after})
    wait = max(_varied(destination.wait(entry.tries)), retry_after or timedelta())
    if now + wait > entry.give_up_at:
        _give_up(entry, destination, message, reason)
    else:
        _end(entry, next_at=now + wait, error=reason[:300])


def _varied(wait: timedelta) -> timedelta:
    """Vary a wait by up to a fifth, so that entries that failed together do not come together."""
    return wait * random.uniform(1, 1.2)  # noqa: S311 -- no secret


def _give_up(entry: OutboxEntry, destination: Destination, message: OutgoingMessage, reason: str) -> None:
    with transaction.atomic():
        if _end(entry, state="dead", error=reason[:300]):
            destination.given_up(message, reason)
    log.error("dead letter", destination=entry.destination, entry=entry.pk, reason=reason)


def _end(entry: OutboxEntry, **changes: Any) -> bool:
    """End the lease; False when it had run out and another worker has the entry."""
    ours = OutboxEntry.objects.filter(pk=entry.pk, state="waiting", tries=entry.tries)
    return bool(ours.update(lease_until=None, **changes))


def replay(entry: int) -> OutboxEntry:
    """Send a dead letter again, now, and for as long as a new one; in the caller's transaction.

    Raises:
        ActionRefused: when it is no dead letter, or its destination is gone.
    """
    letter = _dead_letter(entry)
    destination = destinations.find(letter.destination)
    if destination is None:
        raise ActionRefused(_("There is no such destination any more."))
    now = current_time.now()
    letter.state, letter.next_at, letter.give_up_at = "waiting", now, now + destination.max_age
    letter.save(update_fields=["state", "next_at", "give_up_at"])
    jobs.enqueue(DELIVER, destination=letter.destination)
    return letter


def discard(entry: int) -> OutboxEntry:
    """Discard a dead letter, so that later ones of its subject are delivered; in the caller's transaction.

    Raises:
        ActionRefused: when it is no dead letter.
    """
    letter = _dead_letter(entry)
    letter.state, letter.ended_at = "discarded", current_time.now()
    letter.save(update_fields=["state", "ended_at"])
    if letter.destination in destinations:
        jobs.enqueue(DELIVER, destination=letter.destination)
    return letter


def _dead_letter(entry: int) -> OutboxEntry:
    letter = OutboxEntry.objects.select_for_update().filter(pk=entry, state="dead").first()
    if letter is None:
        raise ActionRefused(_("This message is not a dead letter."))
    return letter


def enqueue_due() -> None:
    """Store a job for each destination with entries that are due."""
    for name in due_destinations():
        if name in destinations:
            jobs.enqueue(DELIVER, destination=name)


def dead_letter_problem() -> str:
    """Health check: messages that could not be delivered."""
    dead = OutboxEntry.objects.filter(state="dead").count()
    return f"{dead} messages could not be delivered; an operator decides about them" if dead else ""
