"""Problem details (RFC 9457): the JSON body of every refusal and error, never a stack trace, never HTML."""

import json
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import ObjectDoesNotExist, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import BaseModel, Field

from kini.core import security_log
from kini.core.actors import ActionRefused, NotAllowed
from kini.core.attempt_limits import TooManyAttempts
from kini.core.file_errors import FileBusy, FileDamaged, FileRefused, FileTooLarge, StorageFull
from kini.core.files import DISK_FULL_ERRNOS
from kini.core.request_guard import RefusedRequest

CONTENT_TYPE = "application/problem+json"
#: Retry-After in seconds while the database is unreachable.
RETRY_SECONDS = 10
log = structlog.get_logger("kini.api")


class Wrong(BaseModel):
    """Error in one part of the request: where it is and how to fix it."""

    pointer: str = Field(default="", description="Position in the body, as JSON Pointer (RFC 6901).")
    parameter: str = Field(default="", description="Or the name of the path, query or header parameter.")
    detail: str


class ProblemOut(BaseModel):
    """Problem details (RFC 9457)."""

    type: str = Field(description="Type of problem; `about:blank`: nothing more specific than the status.")
    title: str
    status: int
    detail: str = Field(description="What to do, in the language of the response.")
    instance: str = Field(description="Path of the request.")
    errors: list[Wrong] = []


@dataclass(frozen=True)
class Problem(Exception):
    """Problem to raise anywhere below an operation.

    Attributes:
        kind: anchor of the problem type on the documentation page; empty: `about:blank`.
        errors: errors by part of the request.
    """

    status: int
    detail: str = ""
    kind: str = ""
    errors: tuple[Wrong, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def respond(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Response of a problem."""
    about = f"{reverse('api:page')}#{problem.kind}" if problem.kind else "about:blank"
    body: dict[str, Any] = {
        "type": about,
        "title": title(problem.status),
        "status": problem.status,
        "detail": problem.detail or title(problem.status),
        "instance": request.path,
    }
    if problem.errors:
        body["errors"] = [error.model_dump(exclude_defaults=True) for error in problem.errors]
    content = json.dumps(body, ensure_ascii=False)
    return HttpResponse(content, status=problem.status, content_type=CONTENT_TYPE, headers=dict(problem.headers))


def title(status: int) -> str:
    """Short title of a status."""
    words = {
        400: _("Bad request"),
        401: _("Authentication required"),
        403: _("Access denied"),
        404: _("Not found"),
        405: _("Method not allowed"),
        409: _("Not possible in the current state"),
        410: _("Expired"),
        413: _("Request too large"),
        415: _("Unsupported content type"),
        422: _("Invalid request"),
        429: _("Too many requests"),
        500: _("Internal server error"),
        507: _("Storage full"),
        503: _("Service unavailable"),
    }
    return words.get(status) or HTTPStatus(status).phrase


def problem_response(request: HttpRequest, error: Exception) -> HttpResponse:
    """Problem response for any exception; an unexpected one is logged and answered with 500."""
    if isinstance(error, HttpError) and isinstance(error.__cause__, Problem):
        error = error.__cause__
    problem = error if isinstance(error, Problem) else _known(error)
    if problem is None:
        log.error("failed", path=request.path, error=repr(error), stack="".join(traceback.format_exception(error)))
        got_request_exception.send(sender=None, request=request)
        problem = Problem(500, _("The error has been logged. Try again in a few minutes."))
    return respond(request, problem)


#: Problem by type of refusal; rooms add theirs.
refusal_problems: dict[type[ActionRefused], Callable[[Any], Problem]] = {
    FileTooLarge: lambda refusal: Problem(413, str(refusal)),
    FileBusy: lambda refusal: Problem(503, str(refusal), headers={"Retry-After": str(RETRY_SECONDS)}),
    FileDamaged: lambda refusal: Problem(500, str(refusal)),
    StorageFull: lambda refusal: Problem(507, str(refusal)),
    FileRefused: lambda refusal: Problem(422, str(refusal), "file-refused"),
    NotAllowed: lambda refusal: Problem(403, str(refusal)),
    TooManyAttempts: lambda refusal: Problem(429, str(refusal), headers={"Retry-After": str(refusal.wait)}),
    ActionRefused: lambda refusal: Problem(409, str(refusal), "refused"),
}


def _known(error: Exception) -> Problem | None:
    match error:
        case ActionRefused():
            return next(refusal_problems[cls] for cls in type(error).__mro__ if cls in refusal_problems)(error)
        case Http404() | ObjectDoesNotExist():
            return Problem(404, _("Not found, or you do not have permission to see it."))
        case ValidationError():
            return Problem(422, _("Correct the errors listed under “errors”."), "invalid", tuple(_wrong(error.errors)))
        case AuthenticationError():
            detail = _("Send a valid access token in the header Authorization: Bearer …")
            return Problem(401, detail, headers={"WWW-Authenticate": "Bearer"})
        case HttpError():
            return Problem(error.status_code, _("The body is not valid JSON.") if error.status_code == 400 else "")
        case InterfaceError() | OperationalError():
            log.error("no database", error=repr(error))
            detail = _("The database cannot be reached at the moment. Send the same request again shortly.")
            return Problem(503, detail, headers={"Retry-After": str(RETRY_SECONDS)})
        case OSError() if error.errno in DISK_FULL_ERRNOS:
            log.error("disk full", error=repr(error))
            return Problem(507, headers={"Retry-After": str(RETRY_SECONDS)})
        case RequestDataTooBig():
            return Problem(413)
        case RefusedRequest():
            security_log.report("request-refused")
            return Problem(400, str(error))
        case RecursionError():
            return Problem(400, _("The body is nested too deeply."))
        case SuspiciousOperation() | MultiPartParserError() | UnicodeDecodeError():
            return Problem(400)
    return None


def _wrong(errors: Iterable[Mapping[str, Any]]) -> Iterable[Wrong]:
    """Errors of pydantic with their position in the request."""
    for fault in errors:
        source, *place = fault["loc"]
        if source in ("query", "path", "header"):
            yield Wrong(parameter=str(place[-1]) if place else source, detail=fault["msg"])
        else:
            yield Wrong(pointer=json_pointer(place[1:]), detail=fault["msg"])


def invalid_body(errors: Iterable[tuple[str, str]], root: str) -> Problem:
    """Problem of an invalid body.

    Args:
        errors: (position below the root, parts joined by "/"; how to fix it).
        root: a JSON pointer.
    """
    wrong = tuple(Wrong(pointer=f"{root}{json_pointer(place.split('/'))}", detail=detail) for place, detail in errors)
    return Problem(422, _("Correct the errors listed under “errors”."), "invalid", wrong)


def json_pointer(place: Iterable[str | int]) -> str:
    """JSON Pointer (RFC 6901) of a path in a body."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in place)
