"""What a program reads when something is refused or fails: problem details (RFC 9457), never a stack, never HTML."""

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
from kini.core.actors import NotAllowed, Refused
from kini.core.file_refusals import FileBusy, FileDamaged, FileRefused, FileTooLarge, StorageFull
from kini.core.files import NO_ROOM
from kini.core.limits import TooMany
from kini.core.request_guard import RefusedRequest

CONTENT_TYPE = "application/problem+json"
#: Seconds after which it is worth asking again when the database cannot be reached.
COME_BACK = 10
log = structlog.get_logger("kini.api")


class Wrong(BaseModel):
    """One thing that is wrong with what was sent: where, and what to do."""

    pointer: str = Field(default="", description="Where it stands in the body, as JSON Pointer (RFC 6901).")
    parameter: str = Field(default="", description="Or the parameter of the address or header.")
    detail: str


class ProblemOut(BaseModel):
    """A problem as RFC 9457 writes it."""

    type: str = Field(description="Which sort of problem; `about:blank`: the status says it all.")
    title: str
    status: int
    detail: str = Field(description="What to do, in the language of the answer.")
    instance: str = Field(description="The address that was asked.")
    errors: list[Wrong] = []


@dataclass(frozen=True)
class Problem(Exception):
    """Raise it anywhere below an operation.

    Attributes:
        sort: names the problem on the page of the API; empty: the status says it all.
        errors: what is wrong with which part of the request.
    """

    status: int
    detail: str = ""
    sort: str = ""
    errors: tuple[Wrong, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def respond(request: HttpRequest, problem: Problem) -> HttpResponse:
    """A problem as an answer."""
    about = f"{reverse('api:page')}#{problem.sort}" if problem.sort else "about:blank"
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
    """What a status means, in a few words."""
    words = {
        400: _("This could not be read"),
        401: _("Who is asking is not known"),
        403: _("This is not allowed"),
        404: _("There is no such thing here"),
        405: _("This cannot be done at this address"),
        409: _("This cannot be done now"),
        410: _("This has expired"),
        413: _("This is too large"),
        415: _("This sort of content is not taken"),
        422: _("Something in the request is not right"),
        429: _("That was too often"),
        500: _("Something went wrong on our side"),
        507: _("There is no room for more files"),
        503: _("The city cannot answer at the moment"),
    }
    return words.get(status) or HTTPStatus(status).phrase


def answer(request: HttpRequest, error: Exception) -> HttpResponse:
    """Any error as the problem that it is; one that nobody foresaw is logged and told as such."""
    if isinstance(error, HttpError) and isinstance(error.__cause__, Problem):
        error = error.__cause__
    problem = error if isinstance(error, Problem) else _known(error)
    if problem is None:
        log.error("failed", path=request.path, error=repr(error), stack="".join(traceback.format_exception(error)))
        got_request_exception.send(sender=None, request=request)
        problem = Problem(500, _("The error has been noted. Try again in a few minutes."))
    return respond(request, problem)


#: Refusals of rooms above, each with how to tell it; a room adds its own.
refusals: dict[type[Refused], Callable[[Any], Problem]] = {
    FileTooLarge: lambda refusal: Problem(413, str(refusal)),
    FileBusy: lambda refusal: Problem(503, str(refusal), headers={"Retry-After": str(COME_BACK)}),
    FileDamaged: lambda refusal: Problem(500, str(refusal)),
    StorageFull: lambda refusal: Problem(507, str(refusal)),
    FileRefused: lambda refusal: Problem(422, str(refusal), "file-refused"),
    NotAllowed: lambda refusal: Problem(403, str(refusal)),
    TooMany: lambda refusal: Problem(429, str(refusal), headers={"Retry-After": str(refusal.wait)}),
    Refused: lambda refusal: Problem(409, str(refusal), "refused"),
}


def _known(error: Exception) -> Problem | None:
    match error:
        case Refused():
            return next(refusals[sort] for sort in type(error).__mro__ if sort in refusals)(error)
        case Http404() | ObjectDoesNotExist():
            return Problem(404, _("Not found, or you do not have permission to see it."))
        case ValidationError():
            return Problem(422, _("Mend what is listed under errors."), "invalid", tuple(_wrong(error.errors)))
        case AuthenticationError():
            detail = _("Send a valid access token in the header Authorization: Bearer …")
            return Problem(401, detail, headers={"WWW-Authenticate": "Bearer"})
        case HttpError():
            return Problem(error.status_code, _("The body is not valid JSON.") if error.status_code == 400 else "")
        case InterfaceError() | OperationalError():
            log.error("no database", error=repr(error))
            detail = _("The city's records cannot be reached at the moment. Send the same again in a little while.")
            return Problem(503, detail, headers={"Retry-After": str(COME_BACK)})
        case OSError() if error.errno in NO_ROOM:
            log.error("disk full", error=repr(error))
            return Problem(507, headers={"Retry-After": str(COME_BACK)})
        case RequestDataTooBig():
            return Problem(413)
        case RefusedRequest():
            security_log.report("request-refused")
            return Problem(400, str(error))
        case RecursionError():
            return Problem(400, _("What was sent is nested too deeply."))
        case SuspiciousOperation() | MultiPartParserError() | UnicodeDecodeError():
            return Problem(400)
    return None


def _wrong(errors: Iterable[Mapping[str, Any]]) -> Iterable[Wrong]:
    """Faults that pydantic found, told where they are."""
    for fault in errors:
        source, *place = fault["loc"]
        if source in ("query", "path", "header"):
            yield Wrong(parameter=str(place[-1]) if place else source, detail=fault["msg"])
        else:
            yield Wrong(pointer=pointer(place[1:]), detail=fault["msg"])


def invalid(errors: Iterable[tuple[str, str]], root: str) -> Problem:
    """The problem of a body in which something must be mended.

    Args:
        errors: (place below the root, parts joined by "/"; what to do).
        root: a JSON pointer.
    """
    wrong = tuple(Wrong(pointer=f"{root}{pointer(place.split('/'))}", detail=detail) for place, detail in errors)
    return Problem(422, _("Mend what is listed under errors."), "invalid", wrong)


def pointer(place: Iterable[str | int]) -> str:
    """A place in a JSON body as RFC 6901 writes it."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in place)
