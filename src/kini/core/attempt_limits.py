"""Limits on attempts: counters in the database, shared by all processes.

Count before the transaction of the attempt: a wrong code raises, and a rollback must not undo the count.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from django.db import connection
from django.db.models import F
from django.utils import timezone
from django.utils.translation import ngettext

from kini.core import security_log
from kini.core.actors import ActionRefused
from kini.core.crypto import keyed_hash
from kini.core.database.prepared_statements import execute_prepared
from kini.core.models import LimitCounter

#: A count alone does not wait until it is on disk: a crash may forget those of the last second.
_COUNT = """
    INSERT INTO core_limitcounter AS counter (key, count, until)
    SELECT %(key)s, %(amount)s, clock_timestamp() + make_interval(secs => %(seconds)s) FROM set_config(
        'synchronous_commit', CASE WHEN %(alone)s THEN 'off' ELSE current_setting('synchronous_commit') END, true
    )
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN counter.until <= clock_timestamp() THEN excluded.count
            ELSE least(counter.count, %(most)s) + excluded.count END,
        until = CASE WHEN counter.until <= clock_timestamp() THEN excluded.until ELSE counter.until END
    RETURNING count, ceil(extract(epoch FROM until - clock_timestamp()))::integer
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` attempts within a window of `seconds`, which begins with the first one.

    Attributes:
        name: "room.event", for example "people.code-sent".
    """

    name: str
    count: int
    seconds: int


class TooManyAttempts(ActionRefused):
    """Too many attempts; the message says when to try again, `wait` in how many seconds."""

    def __init__(self, wait: int) -> None:
        minutes = max(1, -(-wait // 60))
        super().__init__(
            ngettext(
                "Too many attempts. Please try again in {minutes} minute.",
                "Too many attempts. Please try again in {minutes} minutes.",
                minutes,
            ).format(minutes=minutes)
        )
        self.wait = max(1, wait)


def try_consume(limit: Limit, key: str) -> bool:
    """Count an attempt by `key` (a phone number, an address, "all"); False when it exceeds the limit."""
    count, _wait = _count(limit, key)
    if count > limit.count:
        security_log.report("limit-reached", limit=limit.name)
    return count <= limit.count


def consume(limit: Limit, key: str) -> None:
    """Count an attempt.

    Raises:
        TooManyAttempts: when it exceeds the limit.
    """
    count, wait = _count(limit, key)
    if count > limit.count:
        security_log.report("limit-reached", limit=limit.name)
        raise TooManyAttempts(wait)


def seconds_until_allowed(limit: Limit, key: str) -> int:
    """Seconds until `key` may try again, 0 for now. Counts nothing."""
    used_up = LimitCounter.objects.filter(key=_row(limit, key), count__gte=limit.count, until__gt=timezone.now())
    until = used_up.values_list("until", flat=True).first()
    return max(1, ceil((until - timezone.now()).total_seconds())) if until else 0


def require_left(limit: Limit, key: str) -> None:
    """Refuse when no attempt is left. Counts nothing: where only wrong codes are counted, thousands share an address.

    Raises:
        TooManyAttempts: when none is left.
    """
    if wait := seconds_until_allowed(limit, key):
        raise TooManyAttempts(wait)


def consume_many(limit: Limit, key: str, amount: int) -> tuple[int, int, int]:
    """Count several attempts at once.

    Returns:
        Number of them within the limit, number of further ones, seconds until the window ends.
    """
    count, wait = _count(limit, key, amount)
    return max(0, min(amount, limit.count - count + amount)), max(0, limit.count - count), wait


def any_exhausted(counters: Iterable[tuple[Limit, str]]) -> bool:
    """True if any of these counters has no attempt left. Counts nothing; one query."""
    most = {_row(limit, key): limit.count for limit, key in counters}
    stored = LimitCounter.objects.filter(key__in=most, until__gt=timezone.now()).values_list("key", "count")
    return any(count >= most[key] for key, count in stored)


def release(limit: Limit, key: str) -> None:
    """Uncount one attempt."""
    LimitCounter.objects.filter(key=_row(limit, key), count__gt=0).update(count=F("count") - 1)


def reset(limit: Limit, key: str) -> None:
    """Delete the counter, after a success."""
    LimitCounter.objects.filter(key=_row(limit, key)).delete()


def _count(limit: Limit, key: str, amount: int = 1) -> tuple[int, int]:
    """Count, and return the attempts in this window and its remaining seconds."""
    counted: dict[str, str | int | bool] = {
        "key": _row(limit, key),
        "amount": amount,
        "seconds": limit.seconds,
        "most": limit.count,
        "alone": not connection.in_atomic_block,
    }
    [(count, wait)] = execute_prepared(_COUNT, counted)
    return count, wait


def _row(limit: Limit, key: str) -> str:
    """Key of a counter, without the phone number or address itself."""
    return f"{limit.name}:{keyed_hash(key, f'limit {limit.name}').hex()[:40]}"
