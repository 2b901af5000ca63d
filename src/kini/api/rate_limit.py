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
BATCH, UNCOUNTED = 20, 100
MAX_BUCKETS = 10_000


@dataclass(slots=True)
class Bucket:
    """Requests that this process may still admit for one principal until the window ends.

    Attributes:
        available: taken from the counter and not used yet.
        remaining: left in the shared counter.
        until: end of the window, in monotonic seconds.
        uncounted: admitted without being counted yet.
    """

    available: int
    remaining: int
    until: float
    uncounted: int = 0


_buckets: dict[tuple[str, int], Bucket] = {}
_lock = Lock()


@dataclass(frozen=True, slots=True)
class RateState:
    """State of a principal's limit: requests per window, requests left, seconds until the window ends."""

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


def consume(request: HttpRequest, principal: Principal) -> None:
    """Count one request.

    Raises:
        Problem: 429 above the limit.
    """
    state, allowed = _consume(principal.key, principal.per_minute)
    request.rate = state  # type: ignore[attr-defined]
    if not allowed:
        security_log.report("limit-reached", limit="api.requests")
        detail = _("Wait for the time given in the header Retry-After.")
        raise Problem(429, detail, headers={"Retry-After": str(state.wait)})


def consume_unknown_token(request: HttpRequest) -> None:
    """Count a request with an unknown token against its address, so that tokens cannot be guessed."""
    security_log.report("token-refused")
    consume(request, anonymous_principal(request))


def _consume(key: str, quota: int) -> tuple[RateState, bool]:
    """Take one request from the bucket; return its state and whether the request is allowed."""
    now = time.monotonic()
    with _lock:
        bucket = _buckets.get((key, quota))
        if bucket is None or bucket.until <= now:
            bucket = _new_bucket(key, quota, now)
        if bucket.available > 0 or bucket.remaining <= 0:
            return _take_one(bucket, quota)
        uncounted, bucket.uncounted = bucket.uncounted, 0
    _refill(bucket, key, quota, uncounted)
    with _lock:
        return _take_one(bucket, quota)


def _take_one(bucket: Bucket, quota: int) -> tuple[RateState, bool]:
    allowed = bucket.available > 0
    bucket.available -= allowed
    wait = max(1, round(bucket.until - time.monotonic()))
    return RateState(quota, bucket.available + bucket.remaining, wait), allowed


def _new_bucket(key: str, quota: int, now: float) -> Bucket:
    if len(_buckets) >= MAX_BUCKETS:
        clear_buckets()
    start = quota // UNCOUNTED
    bucket = _buckets[key, quota] = Bucket(start, quota - start, now + WINDOW, uncounted=start)
    return bucket


def _refill(bucket: Bucket, key: str, quota: int, uncounted: int) -> None:
    """Take a batch from the shared counter, without lock: concurrent requests of a principal take a batch each."""
    batch = max(1, quota // BATCH)
    try:
        granted, remaining, wait = attempt_limits.consume_many(
            Limit("api.requests", quota, WINDOW), key, batch + uncounted
        )
    except BaseException:
        with _lock:
            bucket.uncounted += uncounted
        raise
    with _lock:
        bucket.available += max(0, granted - uncounted)
        bucket.remaining, bucket.until = remaining, time.monotonic() + wait


@clears_cache
def clear_buckets() -> None:
    """Drop all local state; the next request reads the database."""
    _buckets.clear()


def set_headers(request: HttpRequest, response: HttpResponse) -> None:
    """Report the state of the limit in the response headers."""
    state: RateState | None = getattr(request, "rate", None)
    if state:
        response["RateLimit-Policy"] = f'"default";q={state.quota};w={WINDOW}'
        response["RateLimit"] = f'"default";r={state.left};t={state.wait}'
