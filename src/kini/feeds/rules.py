"""What can be reckoned about figures without database, clock or request. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

#: How a sample says a moment: so long before it is loaded.
_AGO = re.compile(r"^now(?:-(\d{1,6})([mhd]))?$")
LONGEST_KEY = 160
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


def key(parts: Iterable[str]) -> str:
    """The key that these parts name together; a long one is cut and stays unlike others. Empty: they name nothing.

    >>> key(["Mill Bridge", "2"])
    'mill-bridge--2'
    """
    whole = "--".join(map(slug, parts))
    if len(whole) > LONGEST_KEY:
        return f"{whole[: LONGEST_KEY - 17]}-{hashlib.sha256(whole.encode()).hexdigest()[:16]}"
    return whole if whole.strip("-") else ""


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
