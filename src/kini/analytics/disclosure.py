"""Disclosure control: suppression of small counts, so that nobody can be identified. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

#: Rows with fewer people or devices are suppressed.
SMALLEST_COUNT = 5
COUNTED = ("people", "devices")


def suppressed_rows(rows: Sequence[Mapping[str, Any]]) -> set[int]:
    """Return the indices of the rows to suppress, given that their total is published.

    Secondary suppression: a single suppressed row could be derived from the total, so the smallest remaining rows are
    suppressed until at least two rows with at least SMALLEST_COUNT devices together are hidden. Zero is published.
    """
    suppressed = {n for n, row in enumerate(rows) if _few(row)}
    others = sorted(
        (n for n in range(len(rows)) if n not in suppressed and _size(rows[n])), key=lambda n: _size(rows[n])
    )
    for n in others:
        if not suppressed or (len(suppressed) > 1 and sum(_size(rows[each]) for each in suppressed) >= SMALLEST_COUNT):
            break
        suppressed.add(n)
    return suppressed


def suppress_small_counts(
    rows: Iterable[Mapping[str, Any]], identifying: Iterable[str] = ("of",)
) -> list[dict[str, Any]]:
    """Return the rows with None for suppressed values; columns in `kept` stay."""
    listed, stays = list(rows), set(identifying)
    suppressed = suppressed_rows(listed)
    return [
        {name: value if n not in suppressed or name in stays else None for name, value in row.items()}
        for n, row in enumerate(listed)
    ]


def _few(row: Mapping[str, Any]) -> bool:
    return any(0 < (row[unit] or 0) < SMALLEST_COUNT for unit in COUNTED)


def _size(row: Mapping[str, Any]) -> int:
    """Devices, or sessions if devices are unknown; both are zero or neither is."""
    return int(row["devices"] if row["devices"] is not None else row["sessions"])
