"""CSV downloads, safe against formula injection in spreadsheets."""

import csv
from collections.abc import Iterable
from typing import Any, Protocol

from django.http import HttpResponse

#: Prefixes that spreadsheets read as a formula, including East Asian full-width characters.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001


class Written(Protocol):
    """Target of text output."""

    def write(self, text: str, /) -> Any: ...


def table(name: str, head: Iterable[str], rows: Iterable[Iterable[Any]]) -> HttpResponse:
    """CSV response, downloaded under that file name."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    write(response, head, rows)
    return as_file(response, name)


def write(file: Written, head: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Write a header and rows as CSV."""
    writer = csv.writer(file)
    writer.writerow(head)
    writer.writerows([cell(value) for value in row] for row in rows)


def as_file(response: HttpResponse, name: str) -> HttpResponse:
    """Make the response a download under that file name."""
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def cell(value: Any) -> Any:
    """Value of a cell, with formulas quoted."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
