"""Writing operations: what one asks of its caller, what it answers, and what every answer carries."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Literal, get_type_hints

import ninja
from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel, ConfigDict

from kini.api import idempotency
from kini.api.callers import Need
from kini.core.registry import Registry

PREFIX = "/api/v1"
JSON = "application/json"
#: Public answers may be kept so long before one asks whether they have changed.
FRESH = "public, max-age=60"
NEVER = "no-store"


class In(BaseModel):
    """Base of what a request's body says: unknown members are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Out(BaseModel):
    """Base of what an answer says."""

    model_config = ConfigDict(frozen=True)


@dataclass(frozen=True, slots=True)
class Manner:
    """How an operation behaves.

    Attributes:
        status: of its answer.
        made_at: where what it made is from then on, with the members of the answer and the parts of its own address in
            braces.
        media: type of an answer that is no JSON of ours.
        key: whether a write may carry an idempotency key; "required": it must.
    """

    status: int = 200
    made_at: str = ""
    media: str = ""
    key: Literal["", "optional", "required"] = ""

    def response(self, result: Any, values: Mapping[str, Any]) -> HttpResponse:
        """What the operation gave, as an answer."""
        if isinstance(result, HttpResponse):
            return result
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
        if self.media:
            said["responses"] = {self.status: {"content": {self.media: {"schema": {}}}}}
        if self.key:
            schema: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"}
            about = "A key of your own, unique for this request; the same request with the same key is done once."
            parameter = {"in": "header", "name": idempotency.HEADER, "schema": schema, "description": about}
            said["parameters"] = [{**parameter, "required": self.key == "required"}]
        return said


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
    ) -> Callable[[F], F]:
        """A write."""

        def around(request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
            return idempotency.once(request, answer, required=key == "required") if key else answer()

        return self._add("POST", path, needs, Manner(201 if made_at else 200, made_at, key=key), around)

    def patch[F: Callable[..., Any]](self, path: str, *, needs: Need) -> Callable[[F], F]:
        """A change of some parts; sent again it does nothing more."""
        return self._add("PATCH", path, needs, Manner(), _private)

    def delete[F: Callable[..., Any]](self, path: str, *, needs: Need) -> Callable[[F], F]:
        """Takes something away."""
        return self._add("DELETE", path, needs, Manner(204), _private)

    def _add[F: Callable[..., Any]](
        self, method: str, path: str, needs: Need | None, manner: Manner, around: Around
    ) -> Callable[[F], F]:
        def register(view: F) -> F:
            @wraps(view)
            def inside(request: HttpRequest, **values: Any) -> HttpResponse:
                return around(request, lambda: manner.response(view(request, **values), values))

            said = get_type_hints(view).get("return")
            model = said if isinstance(said, type) and issubclass(said, BaseModel) else None
            name = view.__name__.replace("_", "-")
            about = (view.__doc__ or "").strip()
            self.inner.add_api_operation(
                path,
                [method],
                inside,
                auth=needs,
                response={manner.status: model},
                operation_id=name,
                summary=about.split("\n")[0].rstrip("."),
                description=about,
                url_name=name,
                openapi_extra=manner.extra,
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
