"""Rules of figures: levels, age, keys, disclosure of small numbers. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from kini.core.dated_rules import DatedRule, rule_in_force

#: Relative moment in a sample: "now-20m".
_AGO = re.compile(r"^now(?:-(\d{1,6})([mhd]))?$")
LONGEST_KEY = 160
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class KeyedRule(DatedRule, Protocol):
    """A dated rule for the rows with these keys; for all rows without one of their own when it has no keys."""

    @property
    def keys(self) -> Collection[str]: ...


@dataclass(frozen=True, slots=True)
class ScaleRule:
    """Thresholds of the levels, valid from a day on; `keys` empty: for every row without a rule of its own.

    Attributes:
        at_least: (level, smallest value), ascending.
    """

    since: date
    keys: frozenset[str]
    at_least: tuple[tuple[str, float], ...]


def applicable_rule[R: KeyedRule](scale: Iterable[R], key: str, day: date) -> R | None:
    """Rule for a row on a day: one of its own before a general one; None without one."""
    rules = list(scale)
    own = rule_in_force((rule for rule in rules if key in rule.keys), day)
    return own or rule_in_force((rule for rule in rules if not rule.keys), day)


def reached_level(
    scale: Sequence[ScaleRule], steps: Sequence[str], key: str, value: float | None, day: date
) -> str | None:
    """Level of a value by the rule of its day; the first level below all thresholds; None without a rule."""
    rule = applicable_rule(scale, key, day)
    if rule is None or value is None:
        return None
    reached = [step for step, least in rule.at_least if value >= least]
    return reached[-1] if reached else steps[0]


def is_old(at: datetime | None, fresh: timedelta, now: datetime) -> bool:
    """Check whether a figure is older than its limit; one that was never measured is."""
    return at is None or now - at > fresh


def slug(text: str) -> str:
    """Part of a key: lower-case letters and digits, joined by single dashes."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def row_key(parts: Iterable[str]) -> str:
    """Key of these parts; a long one is cut and made unique by a digest. Empty if all parts are.

    >>> key(["Mill Bridge", "2"])
    'mill-bridge--2'
    """
    whole = "--".join(map(slug, parts))
    if len(whole) > LONGEST_KEY:
        return f"{whole[: LONGEST_KEY - 17]}-{hashlib.sha256(whole.encode()).hexdigest()[:16]}"
    return whole if whole.strip("-") else ""


def relative_moment(text: str, now: datetime) -> datetime | None:
    """Moment of "now-20m" in a sample; None in another format."""
    match = _AGO.match(text)
    if match is None:
        return None
    count, unit = match.groups()
    return now - timedelta(**{_UNITS[unit]: int(count)}) if count else now
