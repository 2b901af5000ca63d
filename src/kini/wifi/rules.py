"""Pure functions: MAC addresses, voucher codes, opening hours, apportionment."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

_AS_WRITTEN = re.compile(r"[0-9A-F][02468ACE](?:-[0-9A-F]{2}){5}")
_HEX = re.compile(r"[0-9A-F]{12}")
_SEPARATORS = re.compile(r"[-:. ]")


def normalize_mac(text: str) -> str:
    """Normalize a MAC address to the notation of RFC 3580 (00-10-A4-23-19-C0).

    Raises:
        ValueError: if it is invalid, or a group address.
    """
    if _AS_WRITTEN.fullmatch(text):
        return text
    digits = _SEPARATORS.sub("", text.strip()).upper()
    if not _HEX.fullmatch(digits):
        raise ValueError(f'"{text[:40]}" is no MAC address; write 12 hexadecimal digits, such as 00-10-A4-23-19-C0')
    if int(digits[:2], 16) & 1:
        raise ValueError(f'"{text[:40]}" is the address of a group, not of one device')
    return "-".join(digits[n : n + 2] for n in range(0, 12, 2))


def leading_mac(text: str) -> str:
    """Return the MAC address at the start of a Called-Station-Id (RFC 3580: "00-10-A4-23-19-C0:name"); empty without
    one.
    """
    try:
        return normalize_mac(text[:17])
    except ValueError:
        return ""


def normalize_code(typed: str) -> str:
    """Normalize a voucher code: upper case without spaces and dashes; letters that look like digits become digits."""
    return re.sub(r"[- ]", "", typed).upper().translate(str.maketrans("OIL", "011"))


def split_spans(cell: str) -> list[str]:
    """Split a table cell with spans: "07:00-12:00, 13:00-21:00" into two."""
    return [part.strip() for part in re.split(r"[,;]", cell or "") if part.strip()]


def is_open_at(spans_of_day: Sequence[tuple[time, time]], at: time) -> bool:
    """Return True if one of the spans contains that time of day; a span that ends at 00:00 ends at midnight."""
    return any(opens <= at and (at < closes or closes == time(0)) for opens, closes in spans_of_day)


def open_share(spans_of_day: Sequence[tuple[time, time]], hour: int) -> float:
    """Return the share (0 to 1) of an hour of the day that the spans cover."""
    minutes = [
        (opens.hour * 60 + opens.minute, (closes.hour * 60 + closes.minute) or 1440) for opens, closes in spans_of_day
    ]
    return sum(max(0, min(last, hour * 60 + 60) - max(first, hour * 60)) for first, last in minutes) / 60


def closing_time(spans_of_day: Sequence[tuple[time, time]], at: datetime) -> time | None:
    """Return the closing time while it is open; None if it is closed, or closes at midnight."""
    closing = next((closes for opens, closes in spans_of_day if is_open_at([(opens, closes)], at.time())), None)
    return closing if closing != time(0) else None


def apportion(total: int, weights: Mapping[str, float]) -> dict[str, int]:
    """Apportion `total` to integers by weight (largest remainder); ties are broken by name."""
    whole = sum(weights.values())
    if total <= 0 or whole <= 0:
        return dict.fromkeys(weights, 0)
    exact = {name: total * weight / whole for name, weight in weights.items()}
    parts = {name: int(value) for name, value in exact.items()}
    remainder = total - sum(parts.values())
    for name in sorted(exact, key=lambda name: (parts[name] - exact[name], name))[:remainder]:
        parts[name] += 1
    return parts


def next_month(month: date) -> date:
    """Return the first day of the month after the one that begins on that day."""
    return (month + timedelta(days=31)).replace(day=1)
