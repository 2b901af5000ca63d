"""One event as an iCalendar file (RFC 5545). Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

LINE = 75  # octets, without the end of the line


@dataclass(frozen=True, slots=True)
class Event:
    """Aware moments. Of events with one `uid` the highest `sequence` counts; `holds`: it was not cancelled."""

    uid: str
    sequence: int
    stamp: datetime
    start: datetime
    end: datetime
    summary: str
    location: str
    about: str
    url: str
    holds: bool = True


def written(event: Event) -> bytes:
    """The file."""
    return "".join(f"{part}\r\n" for line in _lines(event) for part in _folded(line)).encode()


def _lines(event: Event) -> Iterator[str]:
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kini//Kini//", "BEGIN:VEVENT")
    yield f"UID:{event.uid}"
    yield f"SEQUENCE:{event.sequence}"
    for name, moment in (("DTSTAMP", event.stamp), ("DTSTART", event.start), ("DTEND", event.end)):
        yield f"{name}:{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"SUMMARY:{_text(event.summary)}"
    yield f"LOCATION:{_text(event.location)}"
    if event.about:
        yield f"DESCRIPTION:{_text(event.about)}"
    yield f"URL:{event.url}"
    yield f"STATUS:{'CONFIRMED' if event.holds else 'CANCELLED'}"
    yield from ("END:VEVENT", "END:VCALENDAR")


def _text(value: str) -> str:
    for sign in "\\;,":
        value = value.replace(sign, f"\\{sign}")
    return value.replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """The line in parts of at most 75 octets, each further one behind a space; no character is cut."""
    part, size = "", 0
    for character in line:
        width = len(character.encode())
        if size + width > LINE:
            yield part
            part, size = " ", 1
        part, size = part + character, size + width
    yield part
