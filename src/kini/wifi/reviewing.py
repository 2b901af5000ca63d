"""What a NAS is told about a session that runs while what holds for it changes: the database decides anew, as if the
device asked now; who would be refused is disconnected, everybody else gets what they may from now on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from kini.core import moments
from kini.core.crypto import SealBroken, seal_json, unseal_json
from kini.wifi import coa, queries, rules
from kini.wifi.detail import Packet
from kini.wifi.inventory_diff import secret_of
from kini.wifi.models import AccessPoint, SessionReview

Outcome = SessionReview.Outcome
#: How often a request is sent before its NAS counts as silent this time, and for how many seconds each is waited for.
SENDS, SECONDS = 3, 2.0
#: No session that goes on is older.
OPEN_DAYS = timedelta(days=32)
NAMES = {coa.DISCONNECT: "Disconnect-Request", coa.COA: "CoA-Request"}
_RUNNING = """
    SELECT s.key, s.day, wifi_point(s.nas, s.access_point) FROM wifi_session s
    WHERE s.device = ANY(%s) AND s.day >= %s AND s.handle IS NOT NULL
        AND wifi_ended_at(s.nas, s.started_at, s.seen_at, s.stopped_at, wifi_silence(%s), %s) IS NULL
"""
_SESSION = "SELECT handle, started_at FROM wifi_session WHERE key = %s AND day = %s"


@dataclass(frozen=True, slots=True)
class Told:
    """What a NAS was sent ("Disconnect-Request"; empty: nothing), and what came of it; None: no answer yet."""

    sent: str
    outcome: SessionReview.Outcome | None
    error_cause: int | None = None


def handle(key: bytes, packet: Packet) -> bytes:
    """By what the NAS finds the session, sealed: it holds the device's MAC, so it goes with the session's end."""
    return seal_json([packet.session, packet.user, packet.calling], _context(key))


def names(key: bytes, sealed: bytes) -> list[str]:
    """Session, user and device as the NAS names them.

    Raises:
        SealBroken: when its key is no longer in the ring.
    """
    found: list[str] = unseal_json(sealed, _context(key))
    return found


def running(devices: Iterable[bytes]) -> list[SessionReview]:
    """Reviews, not stored yet, of the sessions of these devices that go on."""
    now = moments.now()
    with connection.cursor() as cursor:
        cursor.execute(_RUNNING, [list(devices), now - OPEN_DAYS, now, now])
        return [
            SessionReview(session=bytes(key), day=day, access_point_id=point, made_at=now)
            for key, day, point in cursor.fetchall()
        ]


def tell(review: int) -> Told | None:
    """Tell the NAS of a waiting review's session; None when nothing waits. It may take long: no transaction."""
    found = SessionReview.objects.select_related("access_point").filter(pk=review, outcome=Outcome.WAITING).first()
    if found is None:
        return None
    session = _session(found)
    point = found.access_point
    if session is None:
        return Told("", Outcome.OVER)
    if point is None or point.nas_address is None:
        return Told("", Outcome.UNREACHABLE)
    named, started_at = session
    code, said = _wanted(named, started_at, point)
    secret = secret_of(point)
    answer = coa.exchange((point.nas_address, point.coa_port), code, secret, said, sends=SENDS, seconds=SECONDS)
    if answer is None:
        return Told(NAMES[code], None)
    return Told(NAMES[code], Outcome.DONE if answer.done else Outcome.REFUSED, answer.cause)


def _wanted(named: list[str], started_at: datetime, point: AccessPoint) -> tuple[int, dict[str, str | int]]:
    """The code and the attributes of the request that makes the session as the rules say now."""
    session, user, calling = named
    said: dict[str, str | int] = {
        "User-Name": user,
        "NAS-Identifier": point.nas_identifier,
        "Calling-Station-Id": calling,
        "Acct-Session-Id": session,
    }
    decided = queries.standing(rules.mac_in(calling), point)
    if decided.get("Auth-Type") != "Accept":
        return coa.DISCONNECT, said
    limits: dict[str, str | int] = {name: value for name, value in decided.items() if name in coa.LIMITS}
    if "Session-Timeout" in decided:
        # A NAS counts it from the session's start.
        gone = max(0, int((moments.now() - started_at).total_seconds()))
        limits["Session-Timeout"] = int(decided["Session-Timeout"]) + gone
    return coa.COA, said | limits


def _session(review: SessionReview) -> tuple[list[str], datetime] | None:
    """Session, user and device as the NAS names them, and when it began; None when it has ended."""
    with connection.cursor() as cursor:
        cursor.execute(_SESSION, [bytes(review.session), review.day])
        row = cursor.fetchone()
    if row is None or row[0] is None:
        return None
    try:
        return names(bytes(review.session), row[0]), row[1]
    except SealBroken:
        return None


def _context(key: bytes) -> str:
    return f"wifi-session:{key.hex()}"
