"""Row parser: reads, types and checks the rows of a file as its feed declares. Stores nothing."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from string import Formatter
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from kini.core import current_time
from kini.core.config_files import ConfigError
from kini.core.table_import import CellError, Row, Table
from kini.core.table_import.file_formats import REPLACEMENT_CHARACTER
from kini.feeds import rules
from kini.feeds.schema import NUMBERS, Feed, FeedField

LONGEST_TEXT = 4_000
#: Tolerance for measurements ahead of our clock.
AHEAD = timedelta(hours=2)
FORMATS: dict[str, Literal["csv", "json", "geojson"]] = {"csv": "csv", "json": "json", "geojson": "geojson"}
TRUE, FALSE = frozenset({"1", "true", "yes", "ya"}), frozenset({"0", "false", "no", "tidak"})


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
    faults: list[ConfigError] = field(default_factory=list)
    total: int = 0
    twice: int = 0


def parse_file(feed: Feed, content: bytes, zone: ZoneInfo, *, sample: bool = False) -> ParsedFile:
    """Parse the whole file.

    Args:
        zone: time zone of moments without one.
        sample: moments may be written as "now-20m".

    Raises:
        Unreadable: if it is not of the feed's format, or lacks a column.
    """
    source, parsed = feed.source, ParsedFile()
    seen: dict[tuple[str, datetime | None], ParsedRow] = {}
    table = Table(
        str(source.name),
        content,
        format=FORMATS[source.format],
        encoding="UTF-8",
        delimiter=source.delimiter,
        path=source.rows,
        aliases=source.renamed,
    )
    for each in table.read(lambda row: _row(feed, row, zone, sample), required=required_columns(feed)):
        row = each.value
        before = seen.setdefault((row.key, row.moment), row)
        if before is row:
            parsed.rows.append(row)
        elif before.values == row.values:
            parsed.twice += 1
        else:
            message = _("this row conflicts with row %(row)d, which has the same key") % {"row": before.number}
            table.errors.append(each.error_at(", ".join(feed.key), message))
    parsed.faults, parsed.total = table.errors, table.count
    return parsed


def required_columns(feed: Feed) -> list[str]:
    """Required columns, each once."""
    where = feed.where
    wanted = [each.from_ or name for name, each in feed.fields.items() if not each.optional]
    wanted += _parts(feed.at.from_) if feed.at else []
    wanted += [name for name in (where.latitude, where.longitude, where.area) if name] if where else []
    return list(dict.fromkeys(wanted))


def _row(feed: Feed, row: Row[None], zone: ZoneInfo, sample: bool) -> ParsedRow:
    cells, values = row.cells, {}
    for name, each in feed.fields.items():
        value = _value(feed, name, each, cells.get(each.from_ or name))
        if value is not None:
            values[name] = value
    key = rules.row_key(str(values.get(name, "")) for name in feed.key)
    if not key:
        raise CellError(", ".join(feed.key), _("the row has no key"), _("Fill in the fields that name a row."))
    latitude, longitude = _point(feed, cells)
    area = _text(feed, cells.get(feed.where.area)) if feed.where and feed.where.area else ""
    area = feed.where.areas.get(area, area) if feed.where else ""
    title = str(values.get(feed.display.title, key))
    return ParsedRow(row.line, key, title, _moment(feed, cells, zone, sample), values, latitude, longitude, area)


def _text(feed: Feed, cell: str | None) -> str:
    """Text of a cell; empty if the source gives no value."""
    return "" if cell is None or cell in feed.source.empty else cell


def _value(feed: Feed, name: str, form: FeedField, cell: str | None) -> Any:
    text = _text(feed, cell)
    text = form.values.get(text, text)
    if not text:
        if form.optional:
            return None
        raise CellError(form.from_ or name, _("it is empty"), _("Fill it in, or write optional: true for the field."))
    if form.type in NUMBERS:
        return _number(name, form, text)
    if form.type == "boolean":
        if text.lower() not in TRUE | FALSE:
            raise CellError(
                form.from_ or name, _("“%(text)s” is neither yes nor no") % {"text": text[:40]}, _("Write yes or no.")
            )
        return text.lower() in TRUE
    if form.type == "choice" and text not in form.options:
        known = ", ".join(form.options)
        raise CellError(
            form.from_ or name,
            _("“%(text)s” is not one of: %(known)s") % {"text": text[:40], "known": known},
            _("Add it to the options, or translate it with values:."),
        )
    if form.type == "link" and not text.startswith(("https://", "http://")):
        raise CellError(
            form.from_ or name,
            _("“%(text)s” is not a URL") % {"text": text[:40]},
            _("Write a whole address, with https:// at the beginning."),
        )
    if len(text) > LONGEST_TEXT:
        raise CellError(
            form.from_ or name, _("it is longer than %(most)d characters") % {"most": LONGEST_TEXT}, _("Shorten it.")
        )
    if REPLACEMENT_CHARACTER in text:
        raise CellError(form.from_ or name, _("it contains invalid characters"), _("Save it as UTF-8."))
    return text


def _number(name: str, form: FeedField, text: str) -> float | int:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise CellError(
            form.from_ or name,
            _("“%(text)s” is not a number") % {"text": text[:40]},
            _("Write digits with a point: 12.5. Name what stands for an unknown value in empty: of the source."),
        )
    if (form.min is not None and value < form.min) or (form.max is not None and value > form.max):
        bounds = f"{'' if form.min is None else form.min} … {'' if form.max is None else form.max}"
        raise CellError(
            form.from_ or name,
            _("%(text)s lies outside %(bounds)s") % {"text": text[:40], "bounds": bounds},
            _("Correct it, or change min and max of the field."),
        )
    if form.type != "number" and value != int(value):
        raise CellError(
            form.from_ or name,
            _("“%(text)s” is not a whole number") % {"text": text[:40]},
            _("Round it, or use the type number."),
        )
    return int(value) if value == int(value) else value


def _point(feed: Feed, cells: Mapping[str, str]) -> tuple[float | None, float | None]:
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
        text = ", ".join(texts)[:60]
        raise CellError(
            feed.where.latitude,
            _("“%(text)s” is not a position on earth") % {"text": text},
            _("Write degrees, as -6.1754 and 106.8272."),
        )
    return latitude, longitude


def _moment(feed: Feed, cells: Mapping[str, str], zone: ZoneInfo, sample: bool) -> datetime | None:
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
        raise CellError(where, message) from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    if moment > now + AHEAD:
        raise CellError(
            where, _("“%(text)s” is in the future") % {"text": text[:40]}, _("Correct the time or its zone.")
        )
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
