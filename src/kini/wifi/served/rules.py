"""Which figures are not shown, so that nobody is found among few. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

#: A count of people or of devices below it is not shown, and nothing of its row is.
LEAST = 5
COUNTED = ("people", "devices")


def hidden(rows: Sequence[Mapping[str, Any]]) -> set[int]:
    """The numbers of the rows that are not shown, where their total may be.

    What a single hidden row says would follow from the total and the others, so the smallest of these go too until two
    or more are hidden that have LEAST devices together. Nobody at all is no secret.
    """
    found = {n for n, row in enumerate(rows) if _few(row)}
    others = sorted((n for n in range(len(rows)) if n not in found and _size(rows[n])), key=lambda n: _size(rows[n]))
    for n in others:
        if not found or (len(found) > 1 and sum(_size(rows[each]) for each in found) >= LEAST):
            break
        found.add(n)
    return found


def shown(rows: Iterable[Mapping[str, Any]], kept: Iterable[str] = ("of",)) -> list[dict[str, Any]]:
    """The rows with None for whatever is not shown; what `kept` names stays."""
    listed, stays = list(rows), set(kept)
    away = hidden(listed)
    return [
        {name: value if n not in away or name in stays else None for name, value in row.items()}
        for n, row in enumerate(listed)
    ]


def _few(row: Mapping[str, Any]) -> bool:
    return any(0 < (row[unit] or 0) < LEAST for unit in COUNTED)


def _size(row: Mapping[str, Any]) -> int:
    """Devices, where these are not known sessions: of both a row has some when it has any."""
    return int(row["devices"] if row["devices"] is not None else row["sessions"])
