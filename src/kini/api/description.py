"""The API in OpenAPI 3.1: what ninja knows, with what it does not: scopes, problems, and headers of every answer."""

from http import HTTPStatus
from typing import Any

from django.urls import reverse
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema
from ninja.operation import Operation

from kini.api import problems
from kini.api.callers import scopes
from kini.api.idempotency import REPLAYED

#: Problems that every operation may answer with, and those of operations with a body or with a caller.
ALWAYS = (400, 404, 405, 422, 429, 500)
WITH_BODY = (409, 410, 413, 415)
WITH_CALLER = (401, 403)
PROBLEMS = (*ALWAYS, *WITH_BODY, *WITH_CALLER)

#: Headers of every answer, and further ones by status.
_EVERY = ("RateLimit", "RateLimit-Policy", "X-Request-Id")
_FURTHER = {201: ("Location",), 401: ("WWW-Authenticate",), 405: ("Allow",), 429: ("Retry-After",)}
_HEADERS = {
    "RateLimit": "How many requests are left in this window (r), and in how many seconds it ends (t).",
    "RateLimit-Policy": "How many requests (q) one may send in a window of w seconds.",
    "X-Request-Id": "Names this request in the city's logs; say it when you ask for help.",
    "Location": "Where what was made is from now on.",
    "ETag": "Send it back in If-None-Match: what has not changed is not sent again (304).",
    "WWW-Authenticate": "What the token lacks.",
    "Allow": "What can be done at this address.",
    "Retry-After": "How many seconds to wait.",
    REPLAYED: "`true`: this was done before, under the same key, and is told once more.",
}


class Description(OpenAPISchema):
    """The description as a mapping."""

    def responses(self, operation: Operation) -> dict[Any, Any]:
        """What an operation answers, its problems among it."""
        found: dict[Any, Any] = super().responses(operation)
        for status, answer in found.items():
            answer["headers"] = _headers(*_further(operation, status))
        with_body = WITH_BODY if operation.methods != ["GET"] else ()
        with_caller = WITH_CALLER if operation.auth_callbacks else ()
        for status in (*ALWAYS, *with_body, *with_caller):
            found[status] = {"$ref": f"#/components/responses/{HTTPStatus(status).name}"}
        return found

    def operation_security(self, operation: Operation) -> list[dict[str, Any]] | None:
        """The scope that the caller needs; an empty choice means that none is needed."""
        found: list[dict[str, Any]] = []
        for need in operation.auth_callbacks:
            found += [{"oauth": [need.scope]}, *([{}] if need.guests else [])]  # type: ignore[attr-defined]
        return found or None

    def get_components(self) -> dict[str, Any]:
        """Schemas, problems, headers, and how one gets a token."""
        found: dict[str, Any] = super().get_components()
        found["schemas"]["Problem"] = problems.ProblemOut.model_json_schema(ref_template=REF_TEMPLATE)
        found["schemas"] |= found["schemas"]["Problem"].pop("$defs", {})
        found["responses"] = {HTTPStatus(status).name: _problem(status) for status in PROBLEMS}
        found["headers"] = {
            name: {"description": about, "schema": {"type": "string"}} for name, about in _HEADERS.items()
        }
        found["securitySchemes"] = {"oauth": {"type": "oauth2", "flows": {"authorizationCode": _flow()}}}
        return found


def _further(operation: Operation, status: int) -> tuple[str, ...]:
    public_read = operation.methods == ["GET"] and not operation.auth_callbacks
    replayed = (REPLAYED,) if operation.methods == ["POST"] and operation.auth_callbacks else ()
    return (*_FURTHER.get(status, ()), *(("ETag",) if public_read else ()), *replayed)


def _flow() -> dict[str, Any]:
    return {
        "authorizationUrl": reverse("idp:oidc:authorization"),
        "tokenUrl": reverse("idp:oidc:token"),
        "scopes": {scope.name: str(scope.words) for scope in scopes},
    }


def _problem(status: int) -> dict[str, Any]:
    schema = {"schema": {"$ref": REF_TEMPLATE.format(model="Problem")}}
    headers = _headers(*_FURTHER.get(status, ()))
    return {"description": problems.title(status), "content": {problems.CONTENT_TYPE: schema}, "headers": headers}


def _headers(*further: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*_EVERY, *further)}
