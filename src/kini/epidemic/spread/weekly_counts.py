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
    totals: dict[str, int] = {}

    def add_up(code: str) -> int:
        totals[code] = counts.get(code, 0) + sum(add_up(part) for part in parts[code])
        return totals[code]

    shown: dict[str, int | None] = {}

    def show(code: str, *, hidden: bool, zeros_too: bool) -> None:
        shown[code] = None if hidden else totals[code]
        own = counts.get(code, 0)  # cases of whom only the larger area is known count like a part
        values = [*(totals[part] for part in parts[code]), *([own] if own else [])]
        if not hidden:
            inside, zeros_too = hidden_parts(values)
        else:
            inside = {number for number, value in enumerate(values) if value or zeros_too}
        for number, part in enumerate(parts[code]):
            show(part, hidden=number in inside, zeros_too=zeros_too)

    for root in sorted(set(parents.values()) - set(parents)):
        add_up(root)
        show(root, hidden=False, zeros_too=False)
    return shown


def suppress_cells(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Return the cells of a table with None for hidden ones, given that their total is published."""
    inside, _zeros_too = hidden_parts(list(counts.values()))
    return {name: None if number in inside else count for number, (name, count) in enumerate(counts.items())}


def hidden_parts(values: Sequence[int]) -> tuple[set[int], bool]:
    """Return the indices of the parts to hide of a published total, and whether zeros are among them.

    Zeros stay, unless the parts that are not zero are too few or too small to hide each other.
    """
    hidden = suppressed_counts(values)
    zeros_too = bool(hidden) and (len(hidden) < 2 or sum(values[number] - 1 for number in hidden) < SMALLEST_COUNT - 2)
    return (set(range(len(values))) if zeros_too else hidden), zeros_too
