"""CSV downloads, safe against formula injection in spreadsheets."""

import csv
from collections.abc import Iterable
from typing import Any, Protocol

from django.http import HttpResponse

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


def write_csv(file: TextWriter, head: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Write a header and rows as CSV."""
    writer = csv.writer(file)
    writer.writerow(head)
    writer.writerows([safe_cell(value) for value in row] for row in rows)


def as_attachment(response: HttpResponse, name: str) -> HttpResponse:
    """Make the response a download under that file name."""
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def safe_cell(value: Any) -> Any:
    """Value of a cell, with formulas quoted."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
