"""Disclosure control of counts of areas by week. Pure.

Three rules together keep single persons out of what is published:

1. Areas have figures by whole weeks, which do not overlap: no two published sums differ by one day.
2. A published count stays until it is wrong by `SMALLEST_COUNT` or more: no two versions differ by one person.
3. Small counts are hidden, and so are as many others that they cannot be derived from totals of larger areas.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from kini.analytics.disclosure import SMALLEST_COUNT, suppressed_counts


def settled_counts(counted: Mapping[str, int], published: Mapping[str, int]) -> dict[str, int]:
    """Return the counts to publish: a former one as long as it is nearly right, else the new one."""
    return {
        code: published[code]
        if code in published and abs(counted.get(code, 0) - published[code]) < SMALLEST_COUNT
        else counted.get(code, 0)
        for code in {**published, **counted}
    }


def suppress_areas(counts: Mapping[str, int], parents: Mapping[str, str]) -> dict[str, int | None]:
    """Return the totals of all areas with None for those that are hidden.

    Args:
        counts: by the smallest area that is known; an area with parts may have a count of its own.
        parents: code of the area around, of every area but the whole city.
    """
    parts: dict[str, list[str]] = defaultdict(list)
    for code, around in sorted(parents.items()):
        parts[around].append(code)
    smallest: dict[str, list[int]] = {}

    def collect(code: str) -> list[int]:
        # Cases of whom only the larger area is known count like a part of it.
        own = [counts[code]] if counts.get(code) else []
        smallest[code] = [*own, *(count for part in parts[code] for count in collect(part))]
        return smallest[code]

    shown: dict[str, int | None] = {}

    def show(code: str, *, hidden: bool, zeros_too: bool) -> None:
        shown[code] = None if hidden else sum(smallest[code])
        if not hidden:
            own = [[counts[code]]] if counts.get(code) else []
            inside, zeros_too = hidden_parts([*(smallest[part] for part in parts[code]), *own])
        else:
            inside = {number for number, part in enumerate(parts[code]) if smallest[part] or zeros_too}
        for number, part in enumerate(parts[code]):
            show(part, hidden=number in inside, zeros_too=zeros_too)

    for root in sorted(set(parents.values()) - set(parents)):
        collect(root)
        show(root, hidden=False, zeros_too=False)
    return shown


def suppress_cells(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Return the cells of a table with None for hidden ones, given that their total is published."""
    inside, _zeros_too = hidden_parts([[count] if count else [] for count in counts.values()])
    return {name: None if number in inside else count for number, (name, count) in enumerate(counts.items())}


def hidden_parts(parts: Sequence[Sequence[int]]) -> tuple[set[int], bool]:
    """Return the indices of the parts to hide of a published total, and whether zeros are among them.

    Zeros stay, unless the parts that are not zero are too few or too small to hide each other: beside shown zeros each
    hidden one is known to be one at least, also within a hidden part.

    Args:
        parts: of each part, the smallest counts it consists of, without zeros.
    """
    hidden = suppressed_counts([sum(part) for part in parts])
    room = sum(count - 1 for number in hidden for count in parts[number])
    zeros_too = bool(hidden) and (len(hidden) < 2 or room < SMALLEST_COUNT - 2)
    return (set(range(len(parts))) if zeros_too else hidden), zeros_too
