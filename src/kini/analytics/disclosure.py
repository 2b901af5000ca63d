"""Disclosure control: suppression of small counts, so that nobody can be identified. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

#: Rows with fewer people or devices are suppressed.
SMALLEST_COUNT = 5
COUNTED = ("people", "devices")


def is_small(count: float | None, smallest: int = SMALLEST_COUNT) -> bool:
    """Check whether a count could identify persons. Zero is published."""
    return count is not None and 0 < count < smallest


def suppressed_counts(counts: Sequence[float | None], smallest: int = SMALLEST_COUNT) -> set[int]:
    """Return the indices of the counts to suppress, given that their total is published; None is unknown."""
    primary = {n for n, count in enumerate(counts) if is_small(count, smallest)}
    return _with_secondary(primary, [count or 0 for count in counts], smallest)


def suppressed_rows(rows: Sequence[Mapping[str, Any]]) -> set[int]:
    """Return the indices of the rows to suppress, given that their total is published."""
    primary = {n for n, row in enumerate(rows) if any(is_small(row[unit]) for unit in COUNTED)}
    return _with_secondary(primary, [_size(row) for row in rows], SMALLEST_COUNT)


def _with_secondary(primary: set[int], sizes: Sequence[float], smallest: int) -> set[int]:
    """Add rows until the suppressed ones cannot be derived from the total.

    That is so as soon as at least two rows are hidden and each of the small ones could have any small count, also for
    somebody who knows that none of them is zero; the smallest rows are added.
    """
    suppressed = set(primary)
    others = sorted((n for n, size in enumerate(sizes) if size and n not in primary), key=lambda n: sizes[n])
    for n in others:
        room = sum(sizes[each] - 1 for each in suppressed)
        if not suppressed or (len(suppressed) > 1 and room >= smallest - 2):
            break
        suppressed.add(n)
    return suppressed


def suppress_small_counts(
    rows: Iterable[Mapping[str, Any]], identifying: Iterable[str] = ("of",)
) -> list[dict[str, Any]]:
    """Return the rows with None for suppressed values; identifying columns stay."""
    listed, stays = list(rows), set(identifying)
    suppressed = suppressed_rows(listed)
    return [
        {name: value if n not in suppressed or name in stays else None for name, value in row.items()}
        for n, row in enumerate(listed)
    ]


def _size(row: Mapping[str, Any]) -> int:
    """Devices, or sessions if devices are unknown; both are zero or neither is."""
    return int(row["devices"] if row["devices"] is not None else row["sessions"])
