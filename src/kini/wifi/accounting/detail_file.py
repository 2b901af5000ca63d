"""Parser of FreeRADIUS's detail files: accounting packets as text, one record after the other. Pure.

A record is a line with the time, lines of tab, name, " = " and value, and an empty line. A malformed record is rejected
as a whole and never stops the rest. After a crash of FreeRADIUS the next record begins in the middle of another.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from kini.wifi import rules

#: The attributes that are read.
_PAIR = re.compile(
    r"^\t(Timestamp|User-Name|NAS-(?:Identifier|IP-Address)|Call(?:ed|ing)-Station-Id|Acct-(?:Status-Type|Session-Id|"
    r"Session-Time|Delay-Time|Input-Octets|Output-Octets|Input-Gigawords|Output-Gigawords|Terminate-Cause)) = (.*)$",
    re.MULTILINE,
)
_STATION = re.compile(r"^(?:[0-9A-Fa-f]{2}[-:.]?){5}[0-9A-Fa-f]{2}")
#: The end of a record's first line (ctime), the octets before that, and the length of the line.
_HEAD, _BEFORE, _HEAD_LENGTH = re.compile(rb" (?:\d\d:){2}\d\d \d{4}\n"), 10, 25
#: Status types of sessions, and of a NAS that restarts.
SESSION = {"Start": "start", "Interim-Update": "interim", "Alive": "interim", "Stop": "stop"}
RESTART = frozenset({"Accounting-On", "Accounting-Off"})
#: Upper bounds: a session's length, and a counter (within PostgreSQL's bigint).
LONGEST_SECONDS = 366 * 86_400
MOST_OCTETS = 2**62
LONGEST = 253


@dataclass(frozen=True, slots=True)
class AccountingPacket:
    """Contents of one accounting packet.

    Attributes:
        status: start, interim, stop, or restart (of the NAS, which then has no sessions).
        nas: NAS-Identifier, else the address.
        access_point: MAC of the radio; empty if unknown.
        session: Acct-Session-Id; `station`: the device's MAC; both empty for a restart.
        user, calling: User-Name and Calling-Station-Id verbatim, by which the NAS finds the session again.
        at: Unix time of the event: time of receipt minus Acct-Delay-Time.
    """

    status: str
    nas: str
    access_point: str
    session: str
    station: str
    at: int
    seconds: int
    octets_in: int
    octets_out: int
    cause: str
    user: str = ""
    calling: str = ""


class MalformedRecord(Exception):
    """A record is not an accounting packet; the message gives the reason without any content."""


def split_records(data: bytes) -> Iterator[tuple[int, bytes, bool]]:
    """Yield the offset behind each record, the record, and if it is complete; an unterminated last record waits."""
    start = 0
    while (end := data.find(b"\n\n", start)) >= 0:
        for record, finished in _apart(data[start:end]):
            if record.strip():
                yield end + 2, record, finished
        start = end + 2


def _apart(text: bytes) -> Iterator[tuple[bytes, bool]]:
    start = 0
    while head := _HEAD.search(text, start + _HEAD_LENGTH):
        cut = max(start, head.start() - _BEFORE)
        yield text[start:cut], False
        start = cut
    yield text[start:], True


def parse_packet(record: bytes) -> AccountingPacket:
    """Parse a record.

    Raises:
        Malformed: if it is not an accounting packet.
    """
    # The first of several values counts.
    pairs = reversed(_PAIR.findall(record.decode("utf-8", "replace")))
    values = {name: value.strip().strip('"').replace("\0", "") for name, value in pairs}
    status, nas = values.get("Acct-Status-Type", ""), values.get("NAS-Identifier") or values.get("NAS-IP-Address", "")
    at = _number(values, "Timestamp", 2**40) - _number(values, "Acct-Delay-Time", LONGEST_SECONDS)
    if at <= 0 or not nas:
        raise MalformedRecord("no time or no NAS")
    called = values.get("Called-Station-Id", "")
    if status in RESTART:
        return AccountingPacket("restart", nas[:LONGEST], "", "", "", at, 0, 0, 0, "")
    if status not in SESSION:
        raise MalformedRecord("no status that is known")
    session = values.get("Acct-Session-Id", "")
    if not session:
        raise MalformedRecord("no session")
    try:
        station = rules.normalize_mac(values.get("Calling-Station-Id", ""))
    except ValueError:
        raise MalformedRecord("no device") from None
    return AccountingPacket(
        SESSION[status],
        nas[:LONGEST],
        _access_point(called),
        session[:LONGEST],
        station,
        at,
        _number(values, "Acct-Session-Time", LONGEST_SECONDS),
        _octets(values, "Input"),
        _octets(values, "Output"),
        values.get("Acct-Terminate-Cause", "")[:40],
        values.get("User-Name", "")[:LONGEST],
        values.get("Calling-Station-Id", "")[:LONGEST],
    )


@lru_cache(maxsize=20_000)
def _access_point(called: str) -> str:
    match = _STATION.match(called)
    try:
        return rules.normalize_mac(match[0]) if match else ""
    except ValueError:
        return ""


def _octets(values: dict[str, str], direction: str) -> int:
    """Combine a 32-bit counter with its number of wraps (RFC 2869)."""
    low, high = (
        _number(values, f"Acct-{direction}-Octets", 2**32),
        _number(values, f"Acct-{direction}-Gigawords", 2**29),
    )
    return min((high << 32) + low, MOST_OCTETS)


def _number(values: dict[str, str], name: str, maximum: int) -> int:
    text = values.get(name)
    if text is None:
        return 0
    if not (text.isascii() and text.isdigit()) or len(text) > 15 or int(text) > maximum:
        raise MalformedRecord(f"{name} is no number that could be")
    return int(text)
