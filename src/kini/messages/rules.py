"""Pure rules of messages: words put in place, 160 characters of GSM-7, quiet hours, waiting before the next try."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

#: The basic character set of GSM 03.38, and its extension, whose characters count twice.
GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_TWICE = frozenset("^{}\\[~]|€")
SMS_LENGTH = 160
#: What phones of every age can show instead of signs that GSM-7 lacks.
PLAIN = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "·": "-", "\u00a0": " "})
WORD = re.compile(r"\{(\w+)\}")
SHORTEST_WORD = 8

#: After a fault a delivery waits so long, and is given up after the last one.
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 25, 120))
#: For how long a receipt is waited for before the next channel has its turn.
RECEIPT_WITHIN = timedelta(hours=24)


def fill(text: str, words: Mapping[str, str]) -> str:
    """The text with every {word} in its place, and no space left over where a word is empty."""
    filled = WORD.sub(lambda match: words.get(match[1], match[0]), text)
    return re.sub(r" {2,}", " ", filled).strip()


def names_in(text: str) -> frozenset[str]:
    """The words that a text has places for."""
    return frozenset(WORD.findall(text))


def gsm7(text: str) -> str:
    """The text in signs of GSM-7; what has no near relative becomes a question mark."""
    return "".join(c if c in GSM7 or c in GSM7_TWICE else "?" for c in text.translate(PLAIN))


def septets(text: str) -> int:
    """How much of an SMS the text takes.

    Raises:
        ValueError: when a character is not of GSM-7.
    """
    if strange := set(text) - GSM7 - GSM7_TWICE:
        raise ValueError(f"not of GSM-7: {''.join(sorted(strange))}")
    return len(text) + sum(c in GSM7_TWICE for c in text)


def sms(text: str, words: Mapping[str, str]) -> str:
    """The filled text as one SMS: where it would be too long, the longest words are shortened, addresses never."""
    left = dict(words)
    while septets(made := gsm7(fill(text, left))) > SMS_LENGTH:
        over = septets(made) - SMS_LENGTH
        able = [each for each in sorted(names_in(text) & left.keys()) if "://" not in left[each]]
        name = max(able, key=lambda each: len(left[each]), default="")
        if not name or len(left[name]) <= SHORTEST_WORD:
            return _cut(made)
        keep = max(SHORTEST_WORD - 3, len(left[name]) - over - 3)
        left[name] = left[name][:keep].rstrip(" .,") + "..."
    return made


def _cut(text: str) -> str:
    while septets(text) > SMS_LENGTH:
        text = text[:-1]
    return text


def after_quiet(now: datetime, quiet: tuple[time, time] | None, zone: ZoneInfo) -> datetime:
    """The first moment from `now` on (aware) that is not quiet on the city's clocks; `quiet` may pass midnight."""
    if quiet is None:
        return now
    begin, end = quiet
    here = now.astimezone(zone)
    at = here.time()
    still = begin <= at < end if begin < end else at >= begin or at < end
    if not still:
        return now
    wakes = here.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
    return (wakes if wakes > here else wakes + timedelta(days=1)).astimezone(now.tzinfo)


def in_order(channels: Sequence[str], first: str) -> list[str]:
    """The channels, the preferred one first."""
    return sorted(channels, key=lambda each: each != first)


def patience(now: datetime, needed_by: datetime, left: int) -> timedelta:
    """For how long a message that must be seen may stay unread before the next of `left` channels is tried."""
    share = (needed_by - now) / (left + 1)
    return min(max(share, timedelta(hours=1)), timedelta(days=2))
