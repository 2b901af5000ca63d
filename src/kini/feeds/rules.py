"""What can be reckoned about figures without database, clock or request. Pure."""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

#: How a sample says a moment: so long before it is loaded.
_AGO = re.compile(r"^now(?:-(\d{1,6})([mhd]))?$")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Rule:
    """From which value on each step is reached, from a day on; `keys` empty: for every row without a rule of its own.

    Attributes:
        at_least: (step, smallest value), growing.
    """

    since: date
    keys: frozenset[str]
    at_least: tuple[tuple[str, float], ...]


def applicable(scale: Sequence[Rule], key: str, day: date) -> int | None:
    """Which rule judges that row on that day: its own before a general one, and of those the newest begun."""
    fits = [n for n, rule in enumerate(scale) if rule.since <= day and (not rule.keys or key in rule.keys)]
    return max(fits, key=lambda n: (bool(scale[n].keys), scale[n].since), default=None)


def level(scale: Sequence[Rule], steps: Sequence[str], key: str, value: float | None, day: date) -> str | None:
    """The step that a value reaches by the rule of its day; the first step below all numbers; None without a rule."""
    index = applicable(scale, key, day)
    if index is None or value is None:
        return None
    reached = [step for step, least in scale[index].at_least if value >= least]
    return reached[-1] if reached else steps[0]


def is_old(at: datetime | None, fresh: timedelta, now: datetime) -> bool:
    """Whether a figure measured then is past its limit; one that was never measured is."""
    return at is None or now - at > fresh


def slug(text: str) -> str:
    """A part of a key: small letters and digits, joined by single dashes."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def ago(text: str, now: datetime) -> datetime | None:
    """The moment that a sample means by "now-20m"; None when it is written otherwise."""
    found = _AGO.match(text)
    if found is None:
        return None
    count, unit = found.groups()
    return now - timedelta(**{_UNITS[unit]: int(count)}) if count else now


def shown(value: float, smallest: int | None) -> bool:
    """Whether a number may be shown: it is nothing, or not so small that it could point at persons."""
    return smallest is None or value == 0 or value >= smallest


def ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Round numbers from at most `low` to at least `high`, about `count` steps, for the side of a chart."""
    high = max(high, low + 1e-3 * abs(low), low + 1e-3)
    raw = (high - low) / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw)
    first = step * (low // step)
    found = [first]
    while found[-1] < high:
        found.append(found[-1] + step)
    return [round(each, 10) for each in found]


def thinned[T](points: Sequence[T], most: int) -> list[T]:
    """At most that many of the points, evenly chosen, the last one always."""
    if len(points) <= most:
        return list(points)
    stride = len(points) / most
    return [points[min(len(points) - 1, round((n + 1) * stride) - 1)] for n in range(most)]


def box(points: Iterable[tuple[float, float]], least: float) -> tuple[float, float, float, float] | None:
    """The rectangle (left, bottom, right, top) around points, with a margin and no side shorter than `least`."""
    found = list(points)
    if not found:
        return None
    xs, ys = [x for x, _y in found], [y for _x, y in found]
    half_x = max(max(xs) - min(xs), least) / 2 * 1.12
    half_y = max(max(ys) - min(ys), least) / 2 * 1.12
    mid_x, mid_y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    return mid_x - half_x, mid_y - half_y, mid_x + half_x, mid_y + half_y


def apart(spots: Sequence[tuple[int, int]], least: int) -> list[tuple[int, int]]:
    """The same spots, each moved as little as a ring search finds until it is `least` away from those before it."""
    found: list[tuple[int, int]] = []
    for x, y in spots:
        tries = ((x + round(r * math.cos(a)), y + round(r * math.sin(a))) for r, a in _rings(least))
        found.append(next((each for each in tries if all(math.dist(each, other) >= least for other in found)), (x, y)))
    return found


def _rings(step: int) -> Iterator[tuple[float, float]]:
    """The middle, then rings around it: (radius, angle)."""
    yield 0.0, 0.0
    for ring in range(1, 12):
        for part in range(8 * ring):
            yield ring * step * 0.75, part * math.tau / (8 * ring)
