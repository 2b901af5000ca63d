"""Rules of the access log, pure: acceptable reasons, and the threshold of unusual reading."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

LEAST_LETTERS, LEAST_WORDS, LEAST_DIFFERENT = 10, 2, 4
#: Invisible characters that Unicode classes as letters: Hangul fillers (Default_Ignorable_Code_Point).
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")


def normalise_reason(text: str) -> str:
    """Normalise a reason for storage: NFKC, no invisible characters, whitespace collapsed."""
    composed = unicodedata.normalize("NFKC", text)
    seen = "".join(" " if each.isspace() else each for each in composed if each.isspace() or _is_visible(each))
    return re.sub(r" +", " ", seen).strip()


def _is_visible(character: str) -> bool:
    return unicodedata.category(character)[0] != "C" and character not in _FILLERS


def is_reason(text: str) -> bool:
    """Return True for an acceptable reason (normalised): two words, ten letters, four different letters."""
    words = re.findall(r"[^\W\d_]{2,}", text)
    letters = "".join(words).casefold()
    return len(words) >= LEAST_WORDS and len(letters) >= LEAST_LETTERS and len(set(letters)) >= LEAST_DIFFERENT


@dataclass(frozen=True, slots=True)
class Threshold:
    """Threshold of an unusual day: at least `least` accesses, and more than `times` the usual count."""

    least: int
    times: float


def usual_count(days: Sequence[int]) -> float:
    """Compute an officer's usual count: the median of the days on which they read anything, 0 without any."""
    counted = [count for count in days if count]
    return float(median(counted)) if counted else 0.0


def is_unusual(count: int, own: float, agency: float, threshold: Threshold) -> bool:
    """Return True if a day's count is unusually high for this officer and for the agency.

    Args:
        own: the officer's usual (`usual`).
        agency: the median of the agency's officers on their usual days; a new officer is measured by it alone.
    """
    return count >= threshold.least and count > threshold.times * max(own, agency)
