"""Row parser: reads, types and checks the rows of a file as its feed declares. Stores nothing."""

import csv
import io
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from kini.core import current_time
from kini.feeds import rules
from kini.feeds.schema import NUMBERS, Feed, FeedField

LONGEST_TEXT = 4_000
#: Replacement for undecodable characters.
REPLACEMENT_CHARACTER = "\ufffd"
#: Tolerance for measurements ahead of our clock.
AHEAD = timedelta(hours=2)
TRUE, FALSE = frozenset({"1", "true", "yes", "ya"}), frozenset({"0", "false", "no", "tidak"})


class UnreadableFile(Exception):
    """A file is not of its format; the message is the reason."""


class InvalidCell(Exception):
    """Invalid cell: (field, error)."""


@dataclass(frozen=True, slots=True)
class RowError:
    """Error in a row. Rows of a table are numbered by line, starting at 1."""

    row: int
    field: str
    message: str

    def __str__(self) -> str:
        place = _("row %(row)d, %(field)s") if self.field else _("row %(row)d")
        return f"{place % {'row': self.row, 'field': self.field}}: {self.message}"


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """A valid row.

    Attributes:
        number: its line, for error messages.
        moment: time of measurement, aware; None for rows without one.
        area: code of an area, or empty.
    """

    number: int
    key: str
    title: str
    moment: datetime | None
    values: dict[str, Any]
    latitude: float | None
    longitude: float | None
    area: str


@dataclass(slots=True)
class ParsedFile:
    """Valid rows and errors of a file. `total` counts both.

    Attributes:
        twice: number of rows that repeat another one.
    """

    rows: list[ParsedRow] = field(default_factory=list)
    faults: list[RowError] = field(default_factory=list)
    total: int = 0
    twice: int = 0


def parse_file(feed: Feed, content: bytes, zone: ZoneInfo, *, sample: bool = False) -> ParsedFile:
    """Parse the whole file.

    Args:
        zone: time zone of moments without one.
        sample: moments may be written as "now-20m".

    Raises:
        UnreadableFile: if it is not of the feed's format, or lacks a column.
    """
    parsed = ParsedFile()
    seen: dict[tuple[str, datetime | None], ParsedRow] = {}
    for number, cells in _numbered_rows(feed, content):
        parsed.total += 1
        try:
            row = _row(feed, number, cells, zone, sample)
        except InvalidCell as bad:
            parsed.faults.append(RowError(number, *bad.args))
            continue
        before = seen.setdefault((row.key, row.moment), row)
        if before is row:
            parsed.rows.append(row)
        elif before.values == row.values:
            parsed.twice += 1
        else:
            message = _("this row conflicts with row %(row)d, which has the same key") % {"row": before.number}
            parsed.faults.append(RowError(number, ", ".join(feed.key), message))
    return parsed


def _numbered_rows(feed: Feed, content: bytes) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Rows by number, as cells by column."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UnreadableFile(_("line %(line)d is not UTF-8") % {"line": line}) from None
    text = text.replace("\0", REPLACEMENT_CHARACTER)
    return _table(feed, text) if feed.source.format == "csv" else _objects(feed, text)


def _table(feed: Feed, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=feed.source.delimiter, strict=True)
    names = reader.fieldnames = _renamed(feed, reader.fieldnames or [])
    for column in required_columns(feed):
        if column not in names:
            raise UnreadableFile(
                _("the column “%(name)s” is missing; there are: %(names)s")
                % {"name": column, "names": ", ".join(names)}
            )
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise UnreadableFile(_("line %(line)d: %(fault)s") % {"line": reader.line_num, "fault": error}) from None


def _renamed(feed: Feed, names: Iterable[str]) -> list[str]:
    return [feed.source.renamed.get(name, name) for name in names]


def required_columns(feed: Feed) -> list[str]:
    """Required columns, each once."""
    where = feed.where
    wanted = [each.from_ or name for name, each in feed.fields.items() if not each.optional]
    wanted += _parts(feed.at.from_) if feed.at else []
    wanted += [name for name in (where.latitude, where.longitude, where.area) if name] if where else []
    return list(dict.fromkeys(wanted))


def _objects(feed: Feed, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(_("this is not JSON (%(fault)s)") % {"fault": error}) from None
    geo = feed.source.format == "geojson"
    for key in filter(None, (feed.source.rows or ("features" if geo else "")).split(".")):
        data = data.get(key) if isinstance(data, dict) else None
    if not isinstance(data, list):
        raise UnreadableFile(_("the list of rows is missing"))
    for number, item in enumerate(data, 1):
        cells = _feature(item) if geo else item if isinstance(item, dict) else {}
        yield number, dict(zip(_renamed(feed, cells), cells.values(), strict=True))


def _feature(item: Any) -> Mapping[str, Any]:
    """Properties of a GeoJSON feature, with `latitude` and `longitude` of its point."""
    feature: dict[str, Any] = item if isinstance(item, dict) else {}
    cells = dict(feature.get("properties") or {})
    geometry = feature.get("geometry") or {}
    if geometry.get("type") == "Point" and len(geometry.get("coordinates") or ()) >= 2:
        cells["longitude"], cells["latitude"] = geometry["coordinates"][:2]
    return cells


def _row(feed: Feed, number: int, cells: Mapping[str, Any], zone: ZoneInfo, sample: bool) -> ParsedRow:
    if None in cells:  # csv collects surplus cells under None
        raise InvalidCell("", _("there are more cells than columns"))
    values = {}
    for name, each in feed.fields.items():
        value = _value(feed, name, each, cells.get(each.from_ or name))
        if value is not None:
            values[name] = value
    key = rules.row_key(str(values.get(name, "")) for name in feed.key)
    if not key:
        raise InvalidCell(", ".join(feed.key), _("the row has no key"))
    latitude, longitude = _point(feed, cells)
    area = _text(feed, cells.get(feed.where.area)) if feed.where and feed.where.area else ""
    area = feed.where.areas.get(area, area) if feed.where else ""
    title = str(values.get(feed.display.title, key))
    return ParsedRow(number, key, title, _moment(feed, cells, zone, sample), values, latitude, longitude, area)


def _text(feed: Feed, cell: Any) -> str:
    """Text of a cell; empty if the source gives no value."""
    text = "" if cell is None else str(cell).replace("\0", REPLACEMENT_CHARACTER).strip()
    return "" if text in feed.source.empty else text


def _value(feed: Feed, name: str, form: FeedField, cell: Any) -> Any:
    text = _text(feed, cell)
    text = form.values.get(text, text)
    if not text:
        if form.optional:
            return None
        raise InvalidCell(name, _("it is empty"))
    if form.type in NUMBERS:
        return _number(name, form, text)
    if form.type == "boolean":
        if text.lower() not in TRUE | FALSE:
            raise InvalidCell(name, _("“%(text)s” is neither yes nor no") % {"text": text[:40]})
        return text.lower() in TRUE
    if form.type == "choice" and text not in form.options:
        known = ", ".join(form.options)
        raise InvalidCell(name, _("“%(text)s” is not one of: %(known)s") % {"text": text[:40], "known": known})
    if form.type == "link" and not text.startswith(("https://", "http://")):
        raise InvalidCell(name, _("“%(text)s” is not a URL") % {"text": text[:40]})
    if len(text) > LONGEST_TEXT:
        raise InvalidCell(name, _("it is longer than %(most)d characters") % {"most": LONGEST_TEXT})
    if REPLACEMENT_CHARACTER in text:
        raise InvalidCell(name, _("it contains invalid characters"))
    return text


def _number(name: str, form: FeedField, text: str) -> float | int:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InvalidCell(name, _("“%(text)s” is not a number") % {"text": text[:40]})
    if (form.min is not None and value < form.min) or (form.max is not None and value > form.max):
        bounds = f"{'' if form.min is None else form.min} … {'' if form.max is None else form.max}"
        raise InvalidCell(name, _("%(text)s lies outside %(bounds)s") % {"text": text[:40], "bounds": bounds})
    if form.type != "number" and value != int(value):
        raise InvalidCell(name, _("“%(text)s” is not a whole number") % {"text": text[:40]})
    return int(value) if value == int(value) else value


def _point(feed: Feed, cells: Mapping[str, Any]) -> tuple[float | None, float | None]:
    if feed.where is None or not feed.where.latitude:
        return None, None
    texts = [_text(feed, cells.get(name)) for name in (feed.where.latitude, feed.where.longitude)]
    if not any(texts):
        return None, None
    try:
        latitude, longitude = map(float, texts)
    except ValueError:
        latitude = longitude = math.nan
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise InvalidCell(
            feed.where.latitude, _("“%(text)s” is not a position on earth") % {"text": ", ".join(texts)[:60]}
        )
    return latitude, longitude


def _moment(feed: Feed, cells: Mapping[str, Any], zone: ZoneInfo, sample: bool) -> datetime | None:
    if feed.at is None:
        return None
    parts = {name: _text(feed, cells.get(name)) for name in _parts(feed.at.from_)}
    parts = {name: feed.at.values.get(text, text) for name, text in parts.items()}
    text = " ".join(feed.at.from_.format(**parts).split())
    now, where = current_time.now(), ", ".join(parts)
    meant = next((ago for part in parts.values() if (ago := rules.relative_moment(part, now))), None)
    if sample and meant:
        return _truncate(feed, meant.astimezone(zone))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        message = _("“%(text)s” is not a date and time; write 2026-11-25 14:05") % {"text": text[:40]}
        raise InvalidCell(where, message) from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    if moment > now + AHEAD:
        raise InvalidCell(where, _("“%(text)s” is in the future") % {"text": text[:40]})
    return moment


def _truncate(feed: Feed, moment: datetime) -> datetime:
    """Moment cut to the feed's precision."""
    assert feed.at is not None
    if feed.at.shows == "minute":
        return moment.replace(second=0, microsecond=0)
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return day.replace(day=1) if feed.at.shows == "month" else day


def _parts(pattern: str) -> list[str]:
    """Columns in braces."""
    return [name for _text, name, _form, _conversion in Formatter().parse(pattern) if name]


def error_sentences(faults: Iterable[RowError], most: int) -> list[str]:
    """First errors as sentences."""
    return [str(fault) for _n, fault in zip(range(most), faults, strict=False)]
