"""How often a caller may ask, told in the standard headers (draft-ietf-httpapi-ratelimit-headers).

The counters are those of `core.limits`, one for all processes. So that a request need not write to the database, a
process lets the first few of a window pass on trust and counts them with the next ones, which it takes in handfuls. All
processes together give no more than the limit and what each gave on trust, and may give a handful less.
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
#: A handful is this part of the limit, and what passes on trust is that one.
HANDFUL, TRUST = 20, 100
MOST_KNOWN = 10_000


@dataclass(slots=True)
class Purse:
    """What a process holds for one caller, and what any may still take, until the window ends (monotonic seconds).

    Attributes:
        owed: how many were given on trust and are not counted yet.
    """

    held: int
    more: int
    until: float
    owed: int = 0


_purses: dict[tuple[str, int], Purse] = {}
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Reading:
    """How a caller stands: requests in a window, how many are left in hand, seconds until it ends."""

    quota: int
    left: int
    wait: int


class Gate(BaseThrottle):
    """Lets a request through, or refuses it; the reading goes into the answer's headers."""

    def allow_request(self, request: HttpRequest) -> bool:
        """True.

        Raises:
            Problem: when the caller asked too often.
        """
        spend(request, caller_of(request))
        return True


def spend(request: HttpRequest, caller: Caller) -> None:
    """Count one request.

    Raises:
        Problem: when it is one too many.
    """
    reading, allowed = _spend(caller.key, caller.per_minute)
    request.rate = reading  # type: ignore[attr-defined]
    if not allowed:
        security_log.report("limit-reached", limit="api.requests")
        detail = _("Wait until the time in the header Retry-After is over.")
        raise Problem(429, detail, headers={"Retry-After": str(reading.wait)})


def spend_unknown(request: HttpRequest) -> None:
    """Count a request whose token is not known, so that tokens cannot be guessed."""
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
    """Begin anew with what the database says."""
    _purses.clear()


def tell(request: HttpRequest, response: HttpResponse) -> None:
    """Say in the headers how the caller stands."""
    reading: Reading | None = getattr(request, "rate", None)
    if reading:
        response["RateLimit-Policy"] = f'"default";q={reading.quota};w={WINDOW}'
        response["RateLimit"] = f'"default";r={reading.left};t={reading.wait}'
