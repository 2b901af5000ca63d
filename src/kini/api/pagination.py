"""Cursor pagination: a cursor encodes the position of the last row, so that growing lists lose no rows."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Query
from pydantic import Field, WithJsonSchema

from kini.api.operations import Out
from kini.api.problems import Problem, Wrong

MAX_LIMIT = 100
MAX_KEY = 2**62

Limit = Annotated[int, Query(20, ge=1, le=MAX_LIMIT, description="Maximum number of items.")]
#: Only for the OpenAPI document: `read` rejects other cursors with its own message.
_Base64 = Annotated[str, WithJsonSchema({"type": "string", "maxLength": 400, "pattern": "^[A-Za-z0-9_-]*$"})]
Cursor = Annotated[
    _Base64, Query("", max_length=400, description="`next` of the previous page; default: the first page.")
]


class Page[T](Out):
    """One page of a list."""

    items: list[T]
    next: str | None = Field(description="Cursor of the next page; null at the end.")


def encode_cursor(*position: Any) -> str:
    """Encode a position in a list as a cursor."""
    return base64.urlsafe_b64encode(json.dumps(position, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *types: type) -> list[Any] | None:
    """Decode a cursor into values of the given types; None for the start of the list.

    Raises:
        Problem: 422 for a cursor that this list did not issue.
    """
    if not cursor:
        return None
    try:
        position = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        position = None
    fits = isinstance(position, list) and len(position) == len(types)
    if not fits or not all(type(part) is kind for part, kind in zip(position, types, strict=True)):
        raise invalid_cursor()
    return list(position)


def invalid_cursor() -> Problem:
    """Problem of a cursor that this list did not issue."""
    detail = _("This cursor does not belong to this list. Start with the first page.")
    return Problem(422, detail, "invalid", (Wrong(parameter="cursor", detail=detail),))


def page_members[R, T](
    rows: Sequence[R], limit: int, out: Callable[[R], T], position: Callable[[R], str]
) -> dict[str, Any]:
    """Members of a `Page`; `rows` has one row more than the page when there are further pages."""
    more = len(rows) > limit
    return {"items": [out(row) for row in rows[:limit]], "next": position(rows[limit - 1]) if more else None}


def encode_time_cursor(moment: datetime, key: int | UUID) -> str:
    """Encode a position in a list ordered by timestamp and key."""
    return encode_cursor(moment.isoformat(), key if isinstance(key, int) else str(key))


def decode_time_cursor(cursor: str) -> tuple[datetime, int] | None:
    """Decode a cursor of `write_moment` with an integer key; None for the start of the list.

    Raises:
        Problem: 422 for a cursor that this list did not issue.
    """
    position = decode_cursor(cursor, str, int)
    if position is None:
        return None
    if abs(position[1]) > MAX_KEY:
        raise invalid_cursor()
    return _moment(position[0]), position[1]


def decode_time_uuid_cursor(cursor: str) -> tuple[datetime, UUID] | None:
    """Decode a cursor of `write_moment` with a UUID key; None for the start of the list."""
    position = decode_cursor(cursor, str, str)
    if position is None:
        return None
    try:
        return _moment(position[0]), UUID(position[1])
    except ValueError:
        raise invalid_cursor() from None


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise invalid_cursor() from None
    if moment.tzinfo is None:
        raise invalid_cursor()
    return moment
