"""Router for API operations: authentication, idempotency, caching headers and OpenAPI details."""

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
from kini.api.auth import Requirement
from kini.api.idempotency import FORM
from kini.core.registry import Registry

PREFIX = "/api/v1"
JSON = "application/json"
#: Multipart body: a JSON part `body` beside files, each named after the field it is for.
_FORM = {
    "type": "object",
    "properties": {"body": {"type": "string", "contentMediaType": JSON}},
    "required": ["body"],
    "additionalProperties": {"type": "string", "contentMediaType": "application/octet-stream"},
}
#: Cache-Control of public reads, and of everything else.
CACHE_PUBLIC = "public, max-age=60"
NO_STORE = "no-store"


class In(BaseModel):
    """Base of request bodies: unknown members are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Out(BaseModel):
    """Base of response bodies."""

    model_config = ConfigDict(frozen=True)


class Named(Out):
    """Object with an id and a name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class OperationOptions:
    """Options of an operation.

    Attributes:
        status: of a successful response.
        made_at: path of the created resource, a format string over the response's members and the path parameters.
        media: content type of a response that is not JSON.
        key: idempotency key of a write: not used, optional or required.
        files: the body may also be the part `body` of a multipart form whose other parts are files.
    """

    status: int = 200
    made_at: str = ""
    media: str = ""
    key: Literal["", "optional", "required"] = ""
    files: bool = False

    def response(self, result: Any, values: Mapping[str, Any]) -> HttpResponse:
        """Response for the operation's result."""
        if isinstance(result, HttpResponseBase):
            return cast(HttpResponse, result)  # a streamed file; such operations have neither idempotency key nor ETag
        if result is None:
            return HttpResponse(status=self.status)
        response = HttpResponse(result.model_dump_json(), status=self.status, content_type=JSON)
        if self.made_at:
            response["Location"] = PREFIX + self.made_at.format_map({**values, **dict(result)})
        return response

    @property
    def extra(self) -> dict[str, Any]:
        """Additions to ninja's OpenAPI entry."""
        extra: dict[str, Any] = {}
        if self.files:
            extra["requestBody"] = {"content": {FORM: {"schema": _FORM}}}
        if self.media:
            extra["responses"] = {self.status: {"content": {self.media: {"schema": {}}}}}
        if self.key:
            schema: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"}
            about = "A key of your own, unique to this request; repeated with the same key, the request runs only once."
            parameter = {"in": "header", "name": idempotency.HEADER, "schema": schema, "description": about}
            extra["parameters"] = [{**parameter, "required": self.key == "required"}]
        return extra


#: Names of the operations that also accept a multipart form with files.
upload_operations: set[str] = set()


def accepts_files(request: HttpRequest) -> bool:
    """Return True if the request's operation also accepts a multipart form with files."""
    match = request.resolver_match
    return match is not None and match.url_name in upload_operations


def use_json_part_as_body(request: HttpRequest) -> None:
    """Make the part `body` of a multipart form the request's body.

    Otherwise Ninja would read the whole form as one body, under the size limit of a body without files.
    """
    if request.content_type == FORM and accepts_files(request):
        request._body = request.POST.get("body", "").encode()


type Around = Callable[[HttpRequest, Callable[[], HttpResponse]], HttpResponse]


class Router:
    """Operations of a room. An operation is a function of the request and its parameters that returns an `Out`, None
    (204) or a response. Its return annotation is the response schema, its docstring the description.
    """

    def __init__(self) -> None:
        self.inner = ninja.Router()

    def get[F: Callable[..., Any]](
        self, path: str, *, needs: Requirement | None = None, media: str = ""
    ) -> Callable[[F], F]:
        """Register a read. Public reads carry an ETag and may be cached for a minute."""
        return self._add("GET", path, needs, OperationOptions(media=media), _cached if needs is None else _uncached)

    def post[F: Callable[..., Any]](
        self,
        path: str,
        *,
        needs: Requirement,
        made_at: str = "",
        key: Literal["", "optional", "required"] = "optional",
        files: bool = False,
    ) -> Callable[[F], F]:
        """Register a write."""

        def around(request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
            required = key == "required"
            return _uncached(
                request, lambda: idempotency.run_once(request, answer, required=required) if key else answer()
            )

        return self._add(
            "POST", path, needs, OperationOptions(201 if made_at else 200, made_at, key=key, files=files), around
        )

    def query_post[F: Callable[..., Any]](self, path: str, *, needs: Requirement | None = None) -> Callable[[F], F]:
        """Register a read sent by POST, so that its parameters appear in no access log."""
        return self._add("POST", path, needs, OperationOptions(), _uncached)

    def patch[F: Callable[..., Any]](self, path: str, *, needs: Requirement) -> Callable[[F], F]:
        """Register a partial update; it must be idempotent."""
        return self._add("PATCH", path, needs, OperationOptions(), _uncached)

    def delete[F: Callable[..., Any]](self, path: str, *, needs: Requirement) -> Callable[[F], F]:
        """Register a deletion."""
        return self._add("DELETE", path, needs, OperationOptions(), _uncached)

    def _add[F: Callable[..., Any]](
        self, method: str, path: str, needs: Requirement | None, options: OperationOptions, around: Around
    ) -> Callable[[F], F]:
        def register(view: F) -> F:
            return_type = get_type_hints(view).get("return")
            effective = replace(options, status=204) if return_type is NoneType else options

            @wraps(view)
            def operation(request: HttpRequest, **values: Any) -> HttpResponse:
                return around(request, lambda: effective.response(view(request, **values), values))

            model = return_type if isinstance(return_type, type) and issubclass(return_type, BaseModel) else None
            name = view.__name__.replace("_", "-")
            if options.files:
                upload_operations.add(name)
            about = (view.__doc__ or "").strip()
            self.inner.add_api_operation(
                path,
                [method],
                operation,
                auth=needs,
                response={effective.status: model},
                operation_id=name,
                summary=about.split("\n")[0].rstrip("."),
                description=about,
                url_name=name,
                openapi_extra=effective.extra,
            )
            return view

        return register


@dataclass(frozen=True, slots=True)
class ApiModule:
    """Contribution of a room: a heading in the documentation and operations below /api/v1/."""

    title: str
    router: Router


#: Modules by name, in the order of the documentation.
api_modules: Registry[ApiModule] = Registry("API module")


def _uncached(_request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
    response = answer()
    response.headers.setdefault("Cache-Control", NO_STORE)
    return response


def _cached(request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """Add an ETag; 304 if the client has the current version."""
    response = answer()
    tag = f'"{hashlib.sha256(response.content).hexdigest()[:24]}"'
    known = [each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")]
    if tag in known or known == ["*"]:
        response = HttpResponse(status=304)
        del response["Content-Type"]
    response["ETag"], response["Cache-Control"], response["Vary"] = tag, CACHE_PUBLIC, "Accept-Language"
    return response
