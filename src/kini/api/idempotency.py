"""Idempotency-Key header: a repeated write runs once (draft-ietf-httpapi-idempotency-key-header).

The response is stored in the same transaction as the write. Of two concurrent requests with one key the second gets
409 with Retry-After. A refused write stores nothing and may be retried.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from kini.api.auth import Principal, principal_of
from kini.api.models import KeptAnswer
from kini.api.problems import Problem, Wrong
from kini.core.crypto import mac, matches_mac
from kini.core.database.prepared_statements import execute_deferred, execute_prepared

FORM = "multipart/form-data"
HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
PURPOSE = "api.request"
RETENTION = timedelta(hours=24)
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_FIND = """
    SELECT lock.free, kept.request, kept.status, kept.location, kept.body
    FROM (SELECT pg_try_advisory_xact_lock(%s) AS free) AS lock
    LEFT JOIN api_keptanswer AS kept ON kept.owner = %s AND kept.key = %s
"""


_KEEP = """
    INSERT INTO api_keptanswer (owner, key, request, status, location, body, created_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
"""


_BODY = KeptAnswer._meta.get_field("body")


def run_once(request: HttpRequest, write: Callable[[], HttpResponse], *, required: bool = False) -> HttpResponse:
    """Return the response of `write`, which runs once per principal and key.

    Raises:
        Problem: the key is missing though required, malformed, used for another request, or in use by another request.
    """
    key = request.headers.get(HEADER)
    if key is None:
        if required:
            raise _bad_key(_("Send a key of your own, so that a repeated request runs only once."))
        return write()
    if not _KEY.fullmatch(key):
        raise _bad_key(_("A key has 1 to 200 visible ASCII characters."))
    try:
        with transaction.atomic():
            return _once(request, principal_of(request), key, write)
    except IntegrityError as error:
        if "api_answer_once" in str(error):
            raise _in_progress() from None
        raise


def _once(request: HttpRequest, principal: Principal, key: str, write: Callable[[], HttpResponse]) -> HttpResponse:
    digest = _digest(request)
    stored = _find(principal.key, key)
    if stored:
        return _again(stored, digest)
    response = write()
    body = _BODY.get_prep_value(response.content.decode())
    row = (principal.key, key, mac(digest, PURPOSE), response.status_code, response.get("Location", ""), body)
    execute_deferred(_KEEP, (*row, timezone.now()))
    return response


def _digest(request: HttpRequest) -> bytes:
    """Digest of method, path, body and files. Stored as a keyed hash, so that short bodies cannot be guessed."""
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode() + request.body)
    for name, files in sorted(request.FILES.lists()) if request.content_type == FORM else ():
        for file in files:
            digest.update(f"\n{name}\n{file.size}\n".encode())
            for chunk in file.chunks():
                digest.update(chunk)
    return digest.digest()


def _find(owner: str, key: str) -> KeptAnswer | None:
    """Stored response of a key; locks the key until the transaction ends."""
    digest = hashlib.sha256(f"{owner}\n{key}".encode()).digest()
    [(free, request, status, location, body)] = execute_prepared(
        _FIND, [int.from_bytes(digest[:8], signed=True), owner, key]
    )
    if not free:
        raise _in_progress()
    answer = _BODY.read(body)
    return KeptAnswer(request=request, status=status, location=location, body=answer) if request else None


def _again(stored: KeptAnswer, digest: bytes) -> HttpResponse:
    if not matches_mac(stored.request, digest, PURPOSE):
        detail = _("This key was already used for another request. Use a new key for a new request.")
        raise Problem(422, detail, "key-used", (Wrong(parameter=HEADER, detail=detail),))
    headers = {REPLAYED: "true"} | ({"Location": stored.location} if stored.location else {})
    return HttpResponse(stored.body, status=stored.status, content_type="application/json", headers=headers)


def _in_progress() -> Problem:
    detail = _("A request with this key is still being processed. Try again in a moment with the same key.")
    return Problem(409, detail, "key-in-progress", headers={"Retry-After": "1"})


def _bad_key(detail: str) -> Problem:
    return Problem(400, detail, "key-missing", (Wrong(parameter=HEADER, detail=detail),))
