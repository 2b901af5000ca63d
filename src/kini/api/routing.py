"""Writing operations: what one asks of its caller, what it answers, and what every answer carries."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from types import NoneType
from typing import Any, Literal, cast, get_type_hints

import ninja
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from pydantic import BaseModel, ConfigDict

from kini.api import idempotency
from kini.api.callers import Need
from kini.api.idempotency import FORM
from kini.core.registry import Registry

PREFIX = "/api/v1"
JSON = "application/json"
#: A body that comes in a form, beside files that are named as what they are given for.
_FORM = {
    "type": "object",
    "properties": {"body": {"type": "string", "contentMediaType": JSON}},
    "required": ["body"],
    "additionalProperties": {"type": "string", "contentMediaType": "application/octet-stream"},
}
#: Public answers may be kept so long before one asks whether they have changed.
FRESH = "public, max-age=60"
NEVER = "no-store"


class In(BaseModel):
    """Base of what a request's body says: unknown members are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Out(BaseModel):
    """Base of what an answer says."""

    model_config = ConfigDict(frozen=True)


class Named(Out):
    """Something with an id and a name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Manner:
    """How an operation behaves.

    Attributes:
        status: of its answer.
        made_at: where what it made is from then on, with the members of the answer and the parts of its own address in
            braces.
        media: type of an answer that is no JSON of ours.
        key: whether a write may carry an idempotency key; "required": it must.
        files: the body may also come as the part `body` of a form whose other parts are files.
    """

    status: int = 200
    made_at: str = ""
    media: str = ""
    key: Literal["", "optional", "required"] = ""
    files: bool = False

    def response(self, result: Any, values: Mapping[str, Any]) -> HttpResponse:
        """What the operation gave, as an answer."""
        if isinstance(result, HttpResponseBase):
            return cast(HttpResponse, result)  # a file is streamed, which no operation that is kept or tagged does
        if result is None:
            return HttpResponse(status=self.status)
        response = HttpResponse(result.model_dump_json(), status=self.status, content_type=JSON)
        if self.made_at:
            response["Location"] = PREFIX + self.made_at.format_map({**values, **dict(result)})
        return response

    @property
    def extra(self) -> dict[str, Any]:
        """What the description says beside what ninja knows."""
        said: dict[str, Any] = {}
        if self.files:
            said["requestBody"] = {"content": {FORM: {"schema": _FORM}}}
        if self.media:
            said["responses"] = {self.status: {"content": {self.media: {"schema": {}}}}}
        if self.key:
            schema: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"}
            about = "A key of your own, unique for this request; the same request with the same key is done once."
            parameter = {"in": "header", "name": idempotency.HEADER, "schema": schema, "description": about}
            said["parameters"] = [{**parameter, "required": self.key == "required"}]
        return said


#: Names of the operations whose body may come in a form with files.
with_files: set[str] = set()


def takes_files(request: HttpRequest) -> bool:
    """Whether the operation at the address of a request takes its body in a form with files, too."""
    match = request.resolver_match
    return match is not None and match.url_name in with_files


def unpack(request: HttpRequest) -> None:
    """Let the body of a form with files be the request's body, as if the files were not there.

    Ninja would read the whole form as one body, which may be no larger than one without files.
    """
    if request.content_type == FORM and takes_files(request):
        request._body = request.POST.get("body", "").encode()


type Around = Callable[[HttpRequest, Callable[[], HttpResponse]], HttpResponse]


class Router:
    """The operations of a room. An operation is a function of the request and its parts; it gives an `Out`, nothing
    (204), or a response of its own. Its return annotation is what the description says that it answers.
    """

    def __init__(self) -> None:
        self.inner = ninja.Router()

    def get[F: Callable[..., Any]](self, path: str, *, needs: Need | None = None, media: str = "") -> Callable[[F], F]:
        """A read. Public ones carry an ETag and may be kept for a minute."""
        return self._add("GET", path, needs, Manner(media=media), _cached if needs is None else _private)

    def post[F: Callable[..., Any]](
        self,
        path: str,
        *,
        needs: Need,
        made_at: str = "",
        key: Literal["", "optional", "required"] = "optional",
        files: bool = False,
    ) -> Callable[[F], F]:
        """A write."""

        def around(request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
            required = key == "required"
            return _private(request, lambda: idempotency.once(request, answer, required=required) if key else answer())

        return self._add("POST", path, needs, Manner(201 if made_at else 200, made_at, key=key, files=files), around)

    def ask[F: Callable[..., Any]](self, path: str, *, needs: Need | None = None) -> Callable[[F], F]:
        """A question sent by POST, so that what it says stands in no log of addresses; it writes nothing."""
        return self._add("POST", path, needs, Manner(), _private)

    def patch[F: Callable[..., Any]](self, path: str, *, needs: Need) -> Callable[[F], F]:
        """A change of some parts; sent again it does nothing more."""
        return self._add("PATCH", path, needs, Manner(), _private)

    def delete[F: Callable[..., Any]](self, path: str, *, needs: Need) -> Callable[[F], F]:
        """Takes something away."""
        return self._add("DELETE", path, needs, Manner(), _private)

    def _add[F: Callable[..., Any]](
        self, method: str, path: str, needs: Need | None, manner: Manner, around: Around
    ) -> Callable[[F], F]:
        def register(view: F) -> F:
            said = get_type_hints(view).get("return")
            told = replace(manner, status=204) if said is NoneType else manner

            @wraps(view)
            def inside(request: HttpRequest, **values: Any) -> HttpResponse:
                return around(request, lambda: told.response(view(request, **values), values))

            model = said if isinstance(said, type) and issubclass(said, BaseModel) else None
            name = view.__name__.replace("_", "-")
            if manner.files:
                with_files.add(name)
            about = (view.__doc__ or "").strip()
            self.inner.add_api_operation(
                path,
                [method],
                inside,
                auth=needs,
                response={told.status: model},
                operation_id=name,
                summary=about.split("\n")[0].rstrip("."),
                description=about,
                url_name=name,
                openapi_extra=told.extra,
            )
            return view

        return register


@dataclass(frozen=True, slots=True)
class Part:
    """What a room brings: a heading in the description, and operations below /api/v1/."""

    title: str
    router: Router


#: Parts by name, in the order in which they are described.
parts: Registry[Part] = Registry("part of the API")


def _private(_request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
    response = answer()
    response.headers.setdefault("Cache-Control", NEVER)
    return response


def _cached(request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """With an ETag; 304 where the caller has it already."""
    response = answer()
    tag = f'"{hashlib.sha256(response.content).hexdigest()[:24]}"'
    known = [each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")]
    if tag in known or known == ["*"]:
        response = HttpResponse(status=304)
        del response["Content-Type"]
    response["ETag"], response["Cache-Control"], response["Vary"] = tag, FRESH, "Accept-Language"
    return response
