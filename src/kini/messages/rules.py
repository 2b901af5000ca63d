"""Pure rules of messages: placeholders, SMS length in GSM-7, quiet hours, retry delays."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

#: Basic character set of GSM 03.38; characters of its extension table take two septets.
GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_TWICE = frozenset("^{}\\[~]|€")
SMS_LENGTH = 160
#: Replacements for typographic characters that GSM-7 lacks.
PLAIN = str.maketrans(
    {"“": '"', "”": '"', "‘": "'", "’": "'", "…": "...", "\u00a0": " "} | dict.fromkeys("–—·\u2011", "-")
)
WORD = re.compile(r"\{(\w+)\}")
SHORTEST_WORD = 8

#: Delays before retries of a failed delivery; it fails permanently after the last one.
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 25, 120))
#: Time to wait for a receipt before trying the next channel.
RECEIPT_TIMEOUT = timedelta(hours=24)


def fill_placeholders(text: str, words: Mapping[str, str]) -> str:
    """Replace {placeholders} and collapse the spaces that empty values leave."""
    filled = WORD.sub(lambda match: words.get(match[1], match[0]), text)
    return re.sub(r" {2,}", " ", filled).strip()


def placeholders_in(text: str) -> frozenset[str]:
    """Names of the placeholders in a text."""
    return frozenset(WORD.findall(text))


def to_gsm7(text: str) -> str:
    """Convert text to GSM-7; characters without a replacement become question marks."""
    return "".join(c if c in GSM7 or c in GSM7_TWICE else "?" for c in text.translate(PLAIN))


def count_septets(text: str) -> int:
    """Length of a GSM-7 text in septets.

    Raises:
        ValueError: when a character is not in GSM-7.
    """
    if strange := set(text) - GSM7 - GSM7_TWICE:
        raise ValueError(f"not of GSM-7: {''.join(sorted(strange))}")
    return len(text) + sum(c in GSM7_TWICE for c in text)


def sms_text(text: str, words: Mapping[str, str]) -> str:
    """Fill in the text as a single SMS; if it is too long, shorten the longest values, but never URLs."""
    left = dict(words)
    while count_septets(text_made := to_gsm7(fill_placeholders(text, left))) > SMS_LENGTH:
        over = count_septets(text_made) - SMS_LENGTH
        able = [each for each in sorted(placeholders_in(text) & left.keys()) if "://" not in left[each]]
        name = max(able, key=lambda each: len(left[each]), default="")
        if not name or len(left[name]) <= SHORTEST_WORD:
            return _cut(text_made)
        keep = max(SHORTEST_WORD - 3, len(left[name]) - over - 3)
        left[name] = left[name][:keep].rstrip(" .,") + "..."
    return text_made


def _cut(text: str) -> str:
    while count_septets(text) > SMS_LENGTH:
        text = text[:-1]
    return text


def next_allowed_time(now: datetime, quiet: tuple[time, time] | None, zone: ZoneInfo) -> datetime:
    """Earliest time from `now` (aware) on outside quiet hours in local time; `quiet` may span midnight."""
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


def preferred_first(channels: Sequence[str], first: str) -> list[str]:
    """Channels with the preferred one first."""
    return sorted(channels, key=lambda each: each != first)


def wait_before_next(now: datetime, needed_by: datetime, left: int) -> timedelta:
    """Time a message with deadline may stay unread before the next of `left` channels is tried."""
    share = (needed_by - now) / (left + 1)
    return min(max(share, timedelta(hours=1)), timedelta(days=2))
