"""Rate limit of the API, reported in the standard headers (draft-ietf-httpapi-ratelimit-headers).

The counters are those of `core.attempt_limits`, shared by all processes. To save a database write per request, each
process admits the first few requests of a window uncounted, then takes requests from the counter in batches. Together
they admit at most the limit plus the uncounted requests of each process, and may admit up to one batch less.
"""

import time
from dataclasses import dataclass
from threading import Lock

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja.throttling import BaseThrottle

from kini.api.auth import Principal, anonymous_principal, principal_of
from kini.api.problems import Problem
from kini.core import attempt_limits, security_log
from kini.core.attempt_limits import Limit
from kini.core.process_cache import clears_cache

WINDOW = 60
#: Divisors of the limit: size of a batch, and of the uncounted start of a window.
HANDFUL, TRUST = 20, 100
MAX_BUCKETS = 10_000


@dataclass(slots=True)
class Bucket:
    """Requests that this process may still admit for one caller until the window ends.

    Attributes:
        held: taken from the counter and not used yet.
        more: left in the shared counter.
        until: end of the window, in monotonic seconds.
        owed: admitted without being counted yet.
    """

    held: int
    more: int
    until: float
    owed: int = 0


_buckets: dict[tuple[str, int], Bucket] = {}
_lock = Lock()


@dataclass(frozen=True, slots=True)
class RateState:
    """State of a caller's limit: requests per window, requests left, seconds until the window ends."""

    quota: int
    left: int
    wait: int


class Throttle(BaseThrottle):
    """Ninja throttle that counts the request; the headers of the response report the state."""

    def allow_request(self, request: HttpRequest) -> bool:
        """Count the request and return True.

        Raises:
            Problem: 429 above the limit.
        """
        consume(request, principal_of(request))
        return True


def consume(request: HttpRequest, caller: Principal) -> None:
    """Count one request.

    Raises:
        Problem: 429 above the limit.
    """
    reading, allowed = _spend(caller.key, caller.per_minute)
    request.rate = reading  # type: ignore[attr-defined]
    if not allowed:
        security_log.report("limit-reached", limit="api.requests")
        detail = _("Wait for the time given in the header Retry-After.")
        raise Problem(429, detail, headers={"Retry-After": str(reading.wait)})


def consume_unknown_token(request: HttpRequest) -> None:
    """Count a request with an unknown token against its address, so that tokens cannot be guessed."""
    security_log.report("token-refused")
    consume(request, anonymous_principal(request))


def _spend(key: str, quota: int) -> tuple[RateState, bool]:
    now = time.monotonic()
    with _lock:
        purse = _buckets.get((key, quota))
        if purse is None or purse.until <= now:
            purse = _trust(key, quota, now)
        if purse.held == 0 and purse.more > 0:
            _refill(purse, key, quota, now)
        allowed = purse.held > 0
        purse.held -= allowed
        return RateState(quota, purse.held + purse.more, max(1, round(purse.until - now))), allowed


def _trust(key: str, quota: int, now: float) -> Bucket:
    if len(_buckets) >= MAX_BUCKETS:
        clear_buckets()
    given = quota // TRUST
    purse = _buckets[key, quota] = Bucket(given, quota - given, now + WINDOW, owed=given)
    return purse


def _refill(purse: Bucket, key: str, quota: int, now: float) -> None:
    handful = max(1, quota // HANDFUL)
    given, purse.more, wait = attempt_limits.consume_many(
        Limit("api.requests", quota, WINDOW), key, handful + purse.owed
    )
    purse.held, purse.owed, purse.until = max(0, given - purse.owed), 0, now + wait


@clears_cache
def clear_buckets() -> None:
    """Drop all local state; the next request reads the database."""
    _buckets.clear()


def set_headers(request: HttpRequest, response: HttpResponse) -> None:
    """Report the state of the limit in the response headers."""
    reading: RateState | None = getattr(request, "rate", None)
    if reading:
        response["RateLimit-Policy"] = f'"default";q={reading.quota};w={WINDOW}'
        response["RateLimit"] = f'"default";r={reading.left};t={reading.wait}'
