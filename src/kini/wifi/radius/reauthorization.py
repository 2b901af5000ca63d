"""Re-authorization of running sessions after a change of the rules. The database decides again as for a new request: a
rejected device is disconnected, any other session gets its current limits.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from kini.core import current_time
from kini.core.crypto import DecryptionError, decrypt_json, encrypt_json
from kini.wifi import rules
from kini.wifi.inventory.models import AccessPoint
from kini.wifi.inventory.radius_secrets import secret_of
from kini.wifi.radius import coa, queries
from kini.wifi.radius.models import SessionReview

Outcome = SessionReview.Outcome
#: Transmissions of a request in one attempt, and the wait after each in seconds.
SENDS, SECONDS = 3, 2.0
#: Upper bound of the age of an open session.
OPEN_DAYS = timedelta(days=32)
NAMES = {coa.DISCONNECT: "Disconnect-Request", coa.COA: "CoA-Request"}
_RUNNING = """
    SELECT s.key, s.day, wifi_point(s.nas, s.access_point) FROM wifi_session s
    WHERE s.device = ANY(%s) AND s.day >= %s AND s.handle IS NOT NULL
        AND wifi_ended_at(s.nas, s.started_at, s.seen_at, s.stopped_at, wifi_silence(%s), %s) IS NULL
"""
_SESSION = "SELECT handle, started_at FROM wifi_session WHERE key = %s AND day = %s"


@dataclass(frozen=True, slots=True)
class ReviewResult:
    """Request that was sent to a NAS ("Disconnect-Request"; empty: none), and the outcome; None: no answer yet."""

    sent: str
    outcome: SessionReview.Outcome | None
    error_cause: int | None = None


def seal_handle(key: bytes, session: str, user: str, calling: str) -> bytes:
    """Encrypt the attributes by which the NAS finds the session; they contain the MAC, so they go at its end."""
    return encrypt_json([session, user, calling], _context(key))


def open_handle(key: bytes, sealed: bytes) -> list[str]:
    """Decrypt session, user and device as the NAS names them.

    Raises:
        DecryptionError: if its key is no longer in the ring.
    """
    names: list[str] = decrypt_json(sealed, _context(key))
    return names


def running_sessions(devices: Iterable[bytes]) -> list[SessionReview]:
    """Return unsaved reviews of the open sessions of these devices."""
    now = current_time.now()
    with connection.cursor() as cursor:
        cursor.execute(_RUNNING, [list(devices), now - OPEN_DAYS, now, now])
        return [
            SessionReview(session=bytes(key), day=day, access_point_id=point, made_at=now)
            for key, day, point in cursor.fetchall()
        ]


def reauthorize(review: int) -> ReviewResult | None:
    """Send a waiting review's request to the NAS; None if nothing waits. Slow: call it outside transactions."""
    waiting = SessionReview.objects.select_related("access_point").filter(pk=review, outcome=Outcome.WAITING).first()
    if waiting is None:
        return None
    session = _session(waiting)
    point = waiting.access_point
    if session is None:
        return ReviewResult("", Outcome.OVER)
    if point is None or point.nas_address is None:
        return ReviewResult("", Outcome.UNREACHABLE)
    names, started_at = session
    code, values = _wanted(names, started_at, point)
    secret = secret_of(point)
    answer = coa.send_request((point.nas_address, point.coa_port), code, secret, values, sends=SENDS, seconds=SECONDS)
    if answer is None:
        return ReviewResult(NAMES[code], None)
    return ReviewResult(NAMES[code], Outcome.DONE if answer.done else Outcome.REFUSED, answer.cause)


def _wanted(names: list[str], started_at: datetime, point: AccessPoint) -> tuple[int, dict[str, str | int]]:
    """Return code and attributes of the request that applies the current decision."""
    session, user, calling = names
    values: dict[str, str | int] = {
        "User-Name": user,
        "NAS-Identifier": point.nas_identifier,
        "Calling-Station-Id": calling,
        "Acct-Session-Id": session,
    }
    decided = queries.simulate_decision(rules.leading_mac(calling), point)
    if decided.get("Auth-Type") != "Accept":
        return coa.DISCONNECT, values
    limits: dict[str, str | int] = {name: value for name, value in decided.items() if name in coa.LIMITS}
    if "Session-Timeout" in decided:
        # A NAS counts Session-Timeout from the start of the session.
        elapsed = max(0, int((current_time.now() - started_at).total_seconds()))
        limits["Session-Timeout"] = int(decided["Session-Timeout"]) + elapsed
    return coa.COA, values | limits


def _session(review: SessionReview) -> tuple[list[str], datetime] | None:
    """Return the names of the session, and its start; None if it has ended."""
    with connection.cursor() as cursor:
        cursor.execute(_SESSION, [bytes(review.session), review.day])
        row = cursor.fetchone()
    if row is None or row[0] is None:
        return None
    try:
        return open_handle(bytes(review.session), row[0]), row[1]
    except DecryptionError:
        return None


def _context(key: bytes) -> str:
    return f"wifi-session:{key.hex()}"
