"""Readers of file formats: numbered rows with their cells by column, one at a time."""

import codecs
import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Any, TextIO

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from kini.core.config_files import ConfigError, ConfigErrors

type Content = Path | bytes
type Stream = io.BytesIO | io.BufferedReader
#: A row as read: its number (line of a text, row of a sheet, place in a list, from 1) and its cells by column. Cells
#: beyond the last column stand under None.
type RawRow = tuple[int, Mapping[str | None, Any]]
#: Check the names in the first row of a table, and return those by which the program knows the columns.
type Header = Callable[[int, Sequence[str]], Sequence[str]]

#: Bytes, or characters, read at a time.
BLOCK = 1 << 18
DELIMITERS = ",;\t|"
#: Lines by which a delimiter is chosen.
SAMPLE_LINES = 20
#: Bytes of an Excel file when unpacked, as its sheet is held in memory.
MOST_UNPACKED = 500_000_000
#: Characters of one object of a JSON list.
LONGEST_ITEM = 16_000_000
_AFTER_VALUE = re.compile(r"[,:\]}\s]")
_BLANKS = re.compile(r"[ \t\n\r]*")
#: Replaces NUL characters, which PostgreSQL does not store.
REPLACEMENT_CHARACTER = "\ufffd"


class Unreadable(ConfigErrors):
    """A file cannot be read as a table at all."""


def unreadable(file: str, line: int, message: str, remedy: str = "") -> Unreadable:
    return Unreadable([ConfigError(file, line, "", message, remedy)])


def open_content(file: str, content: Content) -> Stream:
    """Open a file or bytes.

    Raises:
        Unreadable: when the file cannot be opened.
    """
    if isinstance(content, bytes):
        return io.BytesIO(content)
    try:
        return content.open("rb")
    except OSError as error:
        raise unreadable(file, 0, _("cannot be read"), error.strerror or "") from None


def digest_of(content: Content) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with open_content("", content) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def detect_encoding(file: str, stream: Stream, wanted: str | None) -> str:
    """The encoding of a whole file, which decodes without an error.

    Args:
        wanted: the only accepted one; None: UTF-8, UTF-16 with a byte order mark, or else Windows-1252.

    Raises:
        Unreadable: with the first line that is in none of the accepted encodings.
    """
    accepted = [wanted] if wanted else ["UTF-8", "Windows-1252"]
    if not wanted and stream.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        accepted = ["UTF-16"]
    line = 0
    for encoding in accepted:
        line = _first_undecodable_line(stream, encoding)
        if not line:
            return "utf-8-sig" if encoding == "UTF-8" else encoding
    message = _("is not %(encodings)s") % {"encodings": ", ".join(accepted)}
    raise unreadable(file, line, message, _("Save it as UTF-8."))


def _first_undecodable_line(stream: Stream, encoding: str) -> int:
    """1-based; 0 when all of the file can be decoded."""
    decoder, lines = codecs.getincrementaldecoder(encoding)(), 1
    stream.seek(0)
    while True:
        block = stream.read(BLOCK)
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            return lines + error.object[: error.start].count(b"\n")
        lines += text.count("\n")
        if not block:
            stream.seek(0)
            return 0


def read_csv(
    file: str, content: Content, header: Header, *, encoding: str | None = None, delimiter: str | None = None
) -> Iterator[RawRow]:
    """The rows of a CSV file. Encoding and delimiter are detected unless given.

    Raises:
        Unreadable: with the line at which the file stops to be CSV.
    """
    with open_content(file, content) as stream:
        text = io.TextIOWrapper(stream, detect_encoding(file, stream, encoding), newline="")
        lines = (line.replace("\0", REPLACEMENT_CHARACTER) for line in text)
        reader = csv.reader(lines, delimiter=delimiter or _detect_delimiter(text), strict=True)
        try:
            columns = header(1, next(reader, []))
            for cells in reader:
                if cells:
                    yield reader.line_num, _by_column(columns, cells)
        except csv.Error as error:
            message = _("broken CSV: %(error)s") % {"error": error}
            remedy = _("Put quotes around texts with a delimiter or a line break.")
            raise unreadable(file, reader.line_num, message, remedy) from None


def _by_column(columns: Sequence[str], cells: Sequence[Any]) -> Mapping[str | None, Any]:
    by_column: dict[str | None, Any] = dict(zip(columns, cells, strict=False))
    if len(cells) > len(columns):
        by_column[None] = cells[len(columns) :]
    return by_column


def _detect_delimiter(text: io.TextIOWrapper) -> str:
    """The delimiter that cuts the first lines into the most equal rows of more than one cell; a comma if none does."""
    lines = [line for _n, line in zip(range(SAMPLE_LINES), text, strict=False)]
    text.seek(0)

    def score(delimiter: str) -> tuple[bool, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        return len(set(widths)) == 1 and widths[0] > 1, widths[0] if widths else 0

    return max(DELIMITERS, key=score)


def sheet_names(file: str, content: Content) -> list[str]:
    """Names of the sheets of a workbook.

    Raises:
        Unreadable: as `read_excel`.
    """
    with open_content(file, content) as stream:
        return _open_workbook(file, stream).sheet_names


def read_excel(file: str, content: Content, header: Header, *, sheet: str = "") -> Iterator[RawRow]:
    """The rows of a sheet of a workbook (.xlsx, .xlsb, .xls, .ods), of the first one unless named.

    Raises:
        Unreadable: when it is no workbook, or larger than `MOST_UNPACKED` when unpacked.
    """
    with open_content(file, content) as stream:
        workbook = _open_workbook(file, stream)
        try:
            rows = workbook.get_sheet_by_name(sheet) if sheet else workbook.get_sheet_by_index(0)
        except CalamineError as error:
            raise _no_workbook(file, error) from None
    columns: Sequence[str] | None = None
    for number, cells in enumerate(rows.iter_rows(), (rows.start or (0, 0))[0] + 1):
        texts = [_excel_text(cell) for cell in cells]
        if columns is not None and any(texts):
            yield number, _by_column(columns, texts)
        elif columns is None:
            columns = header(number, texts)
    if columns is None:
        header(1, [])


def _open_workbook(file: str, stream: Stream) -> CalamineWorkbook:
    _check_unpacked_size(file, stream)
    try:
        return CalamineWorkbook.from_filelike(stream)
    except CalamineError as error:
        raise _no_workbook(file, error) from None


def _no_workbook(file: str, error: CalamineError) -> Unreadable:
    message = _("is not an Excel workbook (%(error)s)") % {"error": error}
    return unreadable(file, 0, message, _("Save it as .xlsx or CSV."))


def _excel_text(cell: Any) -> str:
    """A cell as people read it: days as 2026-12-31, whole numbers without a decimal point."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat(" ")
    return str(cell)


def _check_unpacked_size(file: str, stream: Stream) -> None:
    size = stream.seek(0, io.SEEK_END)
    if zipfile.is_zipfile(stream):
        with zipfile.ZipFile(stream) as archive:
            size = sum(each.file_size for each in archive.infolist())
    stream.seek(0)
    if size > MOST_UNPACKED:
        message = _("is larger than %(most)d MB when unpacked") % {"most": MOST_UNPACKED // 1_000_000}
        raise unreadable(file, 0, message, _("Save it as CSV."))


def read_json(file: str, content: Content, *, path: str = "") -> Iterator[tuple[int, Mapping[Any, Any]]]:
    """The objects of a JSON list.

    Args:
        path: keys down to the list, joined by "."; empty: the file is the list.

    Raises:
        Unreadable: when it is no JSON in UTF-8, there is no list at the path, or an object has over `LONGEST_ITEM`
            characters.
    """
    with open_content(file, content) as stream:
        parser = _JsonParser(io.TextIOWrapper(stream, detect_encoding(file, stream, "UTF-8"), newline=""))
        try:
            if not parser.enter([key for key in path.split(".") if key]):
                raise unreadable(file, 0, _("the list of rows is missing"), path)
            for number, item in enumerate(parser.items(), 1):
                yield number, item if isinstance(item, dict) else {}
        except (json.JSONDecodeError, RecursionError) as error:
            if isinstance(error, json.JSONDecodeError):
                line, reason = parser.line(error.pos), error.msg
            else:
                line, reason = parser.line(), _("nested too deeply")
            raise unreadable(file, line, _("is not JSON (%(error)s)") % {"error": reason}) from None


class _JsonParser:
    """Parses a document value by value, holding no more of it than one value and a block."""

    def __init__(self, text: TextIO) -> None:
        self._text, self._buffer, self._at, self._lines = text, "", 0, 1
        self._decode = json.JSONDecoder().raw_decode

    def line(self, position: int | None = None) -> int:
        """The 1-based line of a position in the buffer, or of the next value."""
        return self._lines + self._buffer.count("\n", 0, self._at if position is None else position)

    def enter(self, keys: Sequence[str]) -> bool:
        """Go to the first item of the list under these keys; False when there is no list."""
        return all(self._enter_key(key) for key in keys) and self._take("[")

    def items(self) -> Iterator[Any]:
        """The items of the list."""
        if self._take("]"):
            return
        yield self._value()
        while self._take(","):
            yield self._value()
        self._expect("]")

    def _enter_key(self, wanted: str) -> bool:
        if not self._take("{") or self._take("}"):
            return False
        while True:
            key = self._value()
            self._expect(":")
            if key == wanted:
                return True
            self._value()
            if not self._take(","):
                return False

    def _value(self) -> Any:
        size = BLOCK
        self._skip_blanks()
        while True:
            try:
                value, end = self._decode(self._buffer, self._at)
            except json.JSONDecodeError:
                # Cut off at the end of the buffer, or wrong: wrong when more text does not help.
                if len(self._buffer) - self._at > LONGEST_ITEM or not self._read(size):
                    raise
            else:
                # A number may be cut off, too: "0" of "0.5".
                if _AFTER_VALUE.match(self._buffer, end) or not self._read(size):
                    self._at = end
                    return value
            size *= 2

    def _take(self, sign: str) -> bool:
        self._skip_blanks()
        matched = self._buffer.startswith(sign, self._at)
        self._at += matched
        return matched

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise json.JSONDecodeError(f"Expecting '{sign}'", self._buffer, self._at)

    def _skip_blanks(self) -> None:
        while True:
            blanks = _BLANKS.match(self._buffer, self._at)
            self._at = blanks.end() if blanks else self._at
            if self._at < len(self._buffer) or not self._read(BLOCK):
                return

    def _read(self, size: int) -> bool:
        """Read more text, in place of what was parsed; False at the end."""
        self._lines += self._buffer.count("\n", 0, self._at)
        more = self._text.read(size)
        self._buffer, self._at = self._buffer[self._at :] + more, 0
        return bool(more)


def read_geojson(file: str, content: Content, *, path: str = "features", id_column: str = "id") -> Iterator[RawRow]:
    """The features of a FeatureCollection: properties, `latitude` and `longitude` of a point.

    Args:
        id_column: the column of the feature's id, unless it has a property of that name.

    Raises:
        Unreadable: as `read_json`.
    """
    for number, feature in read_json(file, content, path=path):
        properties, geometry = feature.get("properties"), feature.get("geometry")
        cells: dict[str | None, Any] = {**properties} if isinstance(properties, dict) else {}
        if feature.get("id") is not None:
            cells.setdefault(id_column, feature["id"])
        if isinstance(geometry, dict) and geometry.get("type") == "Point":
            place = geometry.get("coordinates")
            if isinstance(place, list) and len(place) >= 2:
                cells["longitude"], cells["latitude"] = place[:2]
        yield number, cells
