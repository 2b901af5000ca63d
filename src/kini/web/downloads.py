"""Downloads: stored files that no browser executes, and CSV safe against formula injection in spreadsheets."""

import csv
from collections.abc import Iterable
from itertools import chain
from typing import Any, Protocol
from urllib.parse import quote

from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from kini.core import files
from kini.core.file_errors import FileDamaged

#: Prefixes that spreadsheets read as a formula, including East Asian full-width characters.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001


class TextWriter(Protocol):
    """Target of text output."""

    def write(self, text: str, /) -> Any: ...


def csv_response(name: str, head: Iterable[str], rows: Iterable[Iterable[Any]]) -> HttpResponse:
    """CSV response, downloaded under that file name."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    write_csv(response, head, rows)
    return as_attachment(response, name)


class _Echo:
    """Target of text output that returns what is written to it."""

    def write(self, text: str, /) -> str:
        return text


def stream_csv(name: str, head: Iterable[str], rows: Iterable[Iterable[Any]]) -> StreamingHttpResponse:
    """CSV response for many rows, sent as they are read and downloaded under that file name."""
    writer = csv.writer(_Echo())
    lines = (writer.writerow(map(safe_cell, row)) for row in chain([head], rows))
    return as_attachment(StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8"), name)


def write_csv(file: TextWriter, head: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Write a header and rows as CSV."""
    writer = csv.writer(file)
    writer.writerow(head)
    writer.writerows([safe_cell(value) for value in row] for row in rows)


def as_attachment[R: HttpResponseBase](response: R, name: str) -> R:
    """Make the response a download under that file name."""
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def safe_cell(value: Any) -> Any:
    """Value of a cell, with formulas quoted."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def stored_file_response(sha256: str, *, name: str, content_type: str, size: int) -> FileResponse:
    """Response with a stored file: pictures inline, everything else as download.

    Raises:
        Http404: when the file is lost.
        FileDamaged: when it was changed on the disk.
    """
    try:
        content = files.open_stored(sha256)
    except FileNotFoundError:
        raise Http404 from None
    except files.FileChanged:
        raise FileDamaged from None
    response = FileResponse(content, content_type=content_type)
    response["Content-Length"] = str(size)
    manner = "inline" if content_type in files.IMAGES else "attachment"
    response["Content-Disposition"] = f"{manner}; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
