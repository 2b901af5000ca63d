"""What can be reckoned about the network without database, clock or request. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, time

_AS_WRITTEN = re.compile(r"[0-9A-F][02468ACE](?:-[0-9A-F]{2}){5}")
_HEX = re.compile(r"[0-9A-F]{12}")
_SEPARATORS = re.compile(r"[-:. ]")


def mac(text: str) -> str:
    """A MAC address as RFC 3580 writes it (00-10-A4-23-19-C0), from any usual way to write it.

    Raises:
        ValueError: when it is none, or stands for a group of stations.
    """
    if _AS_WRITTEN.fullmatch(text):
        return text
    digits = _SEPARATORS.sub("", text.strip()).upper()
    if not _HEX.fullmatch(digits):
        raise ValueError(f'"{text[:40]}" is no MAC address; write 12 hexadecimal digits, such as 00-10-A4-23-19-C0')
    if int(digits[:2], 16) & 1:
        raise ValueError(f'"{text[:40]}" is the address of a group, not of one device')
    return "-".join(digits[n : n + 2] for n in range(0, 12, 2))


def mac_in(text: str) -> str:
    """The MAC address with which a Called-Station-Id begins (RFC 3580: "00-10-A4-23-19-C0:name"); empty without one."""
    try:
        return mac(text[:17])
    except ValueError:
        return ""


def code(typed: str) -> str:
    """A voucher's code however it is typed: capitals without blanks and dashes; what looks like a digit is one."""
    return re.sub(r"[- ]", "", typed).upper().translate(str.maketrans("OIL", "011"))


def spans(cell: str) -> list[str]:
    """The spans in one cell of a table: "07:00-12:00, 13:00-21:00" as two."""
    return [part.strip() for part in re.split(r"[,;]", cell or "") if part.strip()]


def open_at(spans_of_day: Sequence[tuple[time, time]], at: time) -> bool:
    """Whether one of the spans holds that time of day; one that ends at 00:00 ends at midnight."""
    return any(opens <= at and (at < closes or closes == time(0)) for opens, closes in spans_of_day)


def open_share(spans_of_day: Sequence[tuple[time, time]], hour: int) -> float:
    """In how much of an hour of the day one of the spans holds, 0 to 1."""
    minutes = [
        (opens.hour * 60 + opens.minute, (closes.hour * 60 + closes.minute) or 1440) for opens, closes in spans_of_day
    ]
    return sum(max(0, min(last, hour * 60 + 60) - max(first, hour * 60)) for first, last in minutes) / 60


def closes_at(spans_of_day: Sequence[tuple[time, time]], at: datetime) -> time | None:
    """When it closes, while it is open; None when it is closed, or closes at midnight."""
    found = next((closes for opens, closes in spans_of_day if open_at([(opens, closes)], at.time())), None)
    return found if found != time(0) else None


def shared(total: int, weights: Mapping[str, float]) -> dict[str, int]:
    """Whole parts of `total` by weight, together exactly that (largest remainder); ties go by name."""
    whole = sum(weights.values())
    if total <= 0 or whole <= 0:
        return dict.fromkeys(weights, 0)
    exact = {name: total * weight / whole for name, weight in weights.items()}
    parts = {name: int(value) for name, value in exact.items()}
    left = total - sum(parts.values())
    for name in sorted(exact, key=lambda name: (parts[name] - exact[name], name))[:left]:
        parts[name] += 1
    return parts
