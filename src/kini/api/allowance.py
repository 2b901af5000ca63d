"""How often a caller may ask, told in the standard headers (draft-ietf-httpapi-ratelimit-headers).

The counters are those of `core.limits`, one for all processes. So that a request need not write to the database, a
process takes what it will soon use in handfuls; all of them together never give more than the limit, and may give a
handful less.
"""

import time
from dataclasses import dataclass
from threading import Lock

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja.throttling import BaseThrottle

from kini.api.callers import Caller, anybody, caller_of
from kini.api.problems import Problem
from kini.core import limits
from kini.core.limits import Limit

WINDOW = 60
#: A handful is this part of the limit.
HANDFUL = 20
MOST_KNOWN = 10_000


@dataclass(slots=True)
class Purse:
    """What a process holds for one caller, and what any may still take, until the window ends (monotonic seconds)."""

    held: int
    more: int
    until: float


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
        detail = _("Wait until the time in the header Retry-After is over.")
        raise Problem(429, detail, headers={"Retry-After": str(reading.wait)})


def spend_unknown(request: HttpRequest) -> None:
    """Count a request whose token is not known, so that tokens cannot be guessed."""
    spend(request, anybody(request))


def _spend(key: str, quota: int) -> tuple[Reading, bool]:
    now = time.monotonic()
    with _lock:
        purse = _purses.get((key, quota))
        if purse is None or purse.until <= now or (purse.held == 0 and purse.more > 0):
            purse = _refill(key, quota, now)
        allowed = purse.held > 0
        purse.held -= allowed
        return Reading(quota, purse.held + purse.more, max(1, round(purse.until - now))), allowed


def _refill(key: str, quota: int, now: float) -> Purse:
    given, more, wait = limits.take(Limit("api.requests", quota, WINDOW), key, max(1, quota // HANDFUL))
    if len(_purses) >= MOST_KNOWN:
        forget()
    purse = _purses[key, quota] = Purse(given, more, now + wait)
    return purse


def forget() -> None:
    """Begin anew with what the database says."""
    _purses.clear()


def tell(request: HttpRequest, response: HttpResponse) -> None:
    """Say in the headers how the caller stands."""
    reading: Reading | None = getattr(request, "rate", None)
    if reading:
        response["RateLimit-Policy"] = f'"default";q={reading.quota};w={WINDOW}'
        response["RateLimit"] = f'"default";r={reading.left};t={reading.wait}'
