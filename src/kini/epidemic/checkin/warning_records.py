"""Warning records: infectious time at a venue within one hour, readable with the venue's code only. Pure.

A record has 10 bytes. Its tag (8) and pad (2) are the hour's key, HMAC-SHA256(venue id, "hour" + hour since 1970,
4 bytes), cut to 10 bytes. The pad covers 16 bits: start minute (6), length in minutes - 1 (6), risk (2), zeros (2).
To everybody who has not seen the venue's poster a record is 10 random bytes. Static twin: records.js.
"""

import hmac
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

RECORD_BYTES, TAG_BYTES = 10, 8
HOUR = 60
#: Hours that a visit may touch: the longest stay, 12 hours, from any minute, and an hour that lingers.
MOST_HOURS = 14


class Risk(IntEnum):
    LOW = 1
    HIGH = 2


@dataclass(frozen=True, slots=True)
class Stay:
    """Time at a venue: first minute and minute after the last, in minutes since 1970 UTC."""

    start: int
    end: int

    @property
    def hours(self) -> range:
        """Return the hours since 1970 that it touches."""
        return range(self.start // HOUR, -(-self.end // HOUR))


@dataclass(frozen=True, slots=True)
class Exposure:
    """Match of a stay: minutes together with infected persons, and the highest risk of these."""

    minutes: int
    risk: Risk


def minute_of(moment: datetime) -> int:
    """Return the minute since 1970 of an aware moment."""
    return int(moment.timestamp()) // 60


def hour_key(venue_id: bytes, hour: int) -> bytes:
    """Return the key of one hour at a venue (10 bytes). It tells nothing about other hours."""
    return hmac.digest(venue_id, b"hour" + hour.to_bytes(4), "sha256")[:RECORD_BYTES]


def stay_keys(venue_id: bytes, stay: Stay) -> dict[int, bytes]:
    """Return the keys of the hours of a stay."""
    return {hour: hour_key(venue_id, hour) for hour in stay.hours}


def records_of(keys: Mapping[int, bytes], stay: Stay, risk: Risk) -> list[bytes]:
    """Return one record for each hour of an infectious stay."""
    return [_record(keys[hour], hour, stay, risk) for hour in stay.hours]


def _record(key: bytes, hour: int, stay: Stay, risk: Risk) -> bytes:
    start, end = max(stay.start - hour * HOUR, 0), min(stay.end - hour * HOUR, HOUR)
    return key[:TAG_BYTES] + _cover(key, start << 10 | (end - start - 1) << 4 | risk << 2).to_bytes(2)


def _cover(key: bytes, bits: int) -> int:
    return bits ^ int.from_bytes(key[TAG_BYTES:])


def split_records(package: bytes) -> Iterator[bytes]:
    """Yield the records of a package; a rest of fewer bytes is left out."""
    for at in range(0, len(package) - RECORD_BYTES + 1, RECORD_BYTES):
        yield package[at : at + RECORD_BYTES]


def _covers(package: bytes, tag: bytes) -> Iterator[int]:
    """Yield the covered bits of the records with a tag, in a package in the order of its bytes."""
    count = len(package) // RECORD_BYTES

    def tag_at(number: int) -> bytes:
        return package[number * RECORD_BYTES : number * RECORD_BYTES + TAG_BYTES]

    number = bisect_left(range(count), tag, key=tag_at)
    while number < count and tag_at(number) == tag:
        at = number * RECORD_BYTES
        yield int.from_bytes(package[at + TAG_BYTES : at + RECORD_BYTES])
        number += 1


class StayMatcher:
    """Matcher of packages with the stays of one phone, or of one slip.

    Args:
        stays: each stay with the keys of its hours.
        overlap_minutes: minutes together with infected persons that make an exposure.
    """

    def __init__(self, stays: Sequence[tuple[Stay, Mapping[int, bytes]]], overlap_minutes: int) -> None:
        self._stays, self._overlap = stays, overlap_minutes
        self._infectious: dict[int, list[tuple[Stay, Risk]]] = defaultdict(list)
        self._by_tag: dict[bytes, list[tuple[int, int, bytes]]] = defaultdict(list)
        for number, (_stay, keys) in enumerate(stays):
            for hour, key in keys.items():
                self._by_tag[key[:TAG_BYTES]].append((number, hour, key))

    def add(self, package: bytes) -> None:
        """Match the records of one package."""
        for tag, hours in self._by_tag.items():
            for covered in _covers(package, tag):
                for number, hour, key in hours:
                    self._read(number, hour, _cover(key, covered))

    def _read(self, number: int, hour: int, bits: int) -> None:
        start, end, risk = bits >> 10, (bits >> 10) + (bits >> 4 & 63) + 1, bits >> 2 & 3
        if bits & 3 == 0 and end <= HOUR and risk in (Risk.LOW, Risk.HIGH):
            self._infectious[number].append((Stay(hour * HOUR + start, hour * HOUR + end), Risk(risk)))

    def exposures(self) -> dict[int, Exposure]:
        """Return the exposures by the number of the stay."""
        matched = ((number, _exposure(self._stays[number][0], times)) for number, times in self._infectious.items())
        return {number: each for number, each in matched if each.minutes >= self._overlap}


def _exposure(stay: Stay, infectious: Iterable[tuple[Stay, Risk]]) -> Exposure:
    """Add up the minutes of a stay in which somebody infected was there; minutes with several count once."""
    minutes, until, highest = 0, stay.start, Risk.LOW
    for time, risk in sorted(infectious, key=lambda each: each[0].start):
        start, end = max(time.start, until), min(time.end, stay.end)
        if min(time.end, stay.end) > max(time.start, stay.start):
            highest = max(highest, risk)
        minutes += max(0, end - start)
        until = max(until, end)
    return Exposure(minutes, highest)
