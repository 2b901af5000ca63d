"""Tables to take away, as CSV that a spreadsheet opens without harm."""

import csv
from collections.abc import Iterable
from typing import Any, Protocol

from django.http import HttpResponse

#: A spreadsheet reads a cell with such a beginning as a formula, some also with the full-width signs of East Asia.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001


class Written(Protocol):
    """What text can be written to."""

    def write(self, text: str, /) -> Any: ...


def table(name: str, head: Iterable[str], rows: Iterable[Iterable[Any]]) -> HttpResponse:
    """An answer that the browser keeps as a file of that name."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    write(response, head, rows)
    return as_file(response, name)


def write(file: Written, head: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """The lines of a table."""
    writer = csv.writer(file)
    writer.writerow(head)
    writer.writerows([cell(value) for value in row] for row in rows)


def as_file(response: HttpResponse, name: str) -> HttpResponse:
    """The answer, kept by the browser as a file."""
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def cell(value: Any) -> Any:
    """A value as it may stand in a cell."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
