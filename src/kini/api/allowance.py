"""Rate limit of the API, reported in the standard headers (draft-ietf-httpapi-ratelimit-headers).

The counters are those of `core.limits`, shared by all processes. To save a database write per request, each process
admits the first few requests of a window uncounted, then takes requests from the counter in batches. All processes
together admit at most the limit plus the uncounted requests of each process, and may admit up to one batch less.
"""

import time
from dataclasses import dataclass
from threading import Lock

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja.throttling import BaseThrottle

from kini.api.callers import Caller, anybody, caller_of
from kini.api.problems import Problem
from kini.core import limits, security_log
from kini.core.limits import Limit

WINDOW = 60
#: Divisors of the limit: size of a batch, and of the uncounted start of a window.
HANDFUL, TRUST = 20, 100
MOST_KNOWN = 10_000


@dataclass(slots=True)
class Purse:
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


_purses: dict[tuple[str, int], Purse] = {}
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Reading:
    """State of a caller's limit: requests per window, requests left, seconds until the window ends."""

    quota: int
    left: int
    wait: int


class Gate(BaseThrottle):
    """Ninja throttle that counts the request; the headers of the response report the state."""

    def allow_request(self, request: HttpRequest) -> bool:
        """Count the request and return True.

        Raises:
            Problem: 429 above the limit.
        """
        spend(request, caller_of(request))
        return True


def spend(request: HttpRequest, caller: Caller) -> None:
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


def spend_unknown(request: HttpRequest) -> None:
    """Count a request with an unknown token against its address, so that tokens cannot be guessed."""
    security_log.report("token-refused")
    spend(request, anybody(request))


def _spend(key: str, quota: int) -> tuple[Reading, bool]:
    now = time.monotonic()
    with _lock:
        purse = _purses.get((key, quota))
        if purse is None or purse.until <= now:
            purse = _trust(key, quota, now)
        if purse.held == 0 and purse.more > 0:
            _refill(purse, key, quota, now)
        allowed = purse.held > 0
        purse.held -= allowed
        return Reading(quota, purse.held + purse.more, max(1, round(purse.until - now))), allowed


def _trust(key: str, quota: int, now: float) -> Purse:
    if len(_purses) >= MOST_KNOWN:
        forget()
    given = quota // TRUST
    purse = _purses[key, quota] = Purse(given, quota - given, now + WINDOW, owed=given)
    return purse


def _refill(purse: Purse, key: str, quota: int, now: float) -> None:
    handful = max(1, quota // HANDFUL)
    given, purse.more, wait = limits.take(Limit("api.requests", quota, WINDOW), key, handful + purse.owed)
    purse.held, purse.owed, purse.until = max(0, given - purse.owed), 0, now + wait


def forget() -> None:
    """Drop all local state; the next request reads the database."""
    _purses.clear()


def tell(request: HttpRequest, response: HttpResponse) -> None:
    """Report the state of the limit in the response headers."""
    reading: Reading | None = getattr(request, "rate", None)
    if reading:
        response["RateLimit-Policy"] = f'"default";q={reading.quota};w={WINDOW}'
        response["RateLimit"] = f'"default";r={reading.left};t={reading.wait}'
