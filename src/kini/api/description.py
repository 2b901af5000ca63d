"""The API in OpenAPI 3.1: what ninja knows, with what it does not: scopes, problems, and headers of every answer."""

from http import HTTPStatus
from typing import Any

from django.urls import reverse
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema
from ninja.operation import Operation

from kini.api import problems
from kini.api.callers import scopes

#: Problems that every operation may answer with, and those of operations with a body or with a caller.
ALWAYS = (400, 404, 405, 422, 429, 500)
WITH_BODY = (409, 410, 413, 415)
WITH_CALLER = (401, 403)

_HEADERS = {
    "RateLimit": "How many requests are left in this window (r), and in how many seconds it ends (t).",
    "RateLimit-Policy": "How many requests (q) one may send in a window of w seconds.",
    "X-Request-Id": "Names this request in the city's logs; say it when you ask for help.",
}


class Description(OpenAPISchema):
    """The description as a mapping."""

    def responses(self, operation: Operation) -> dict[Any, Any]:
        """What an operation answers, its problems among it."""
        found: dict[Any, Any] = super().responses(operation)
        for status in self._problems(operation):
            found.setdefault(status, {"description": HTTPStatus(status).phrase, "content": _problem()})
        for answer in found.values():
            answer["headers"] = {name: _header(about) for name, about in _HEADERS.items()}
        return found

    def _problems(self, operation: Operation) -> tuple[int, ...]:
        with_body = WITH_BODY if operation.methods != ["GET"] else ()
        return (*ALWAYS, *with_body, *(WITH_CALLER if operation.auth_callbacks else ()))

    def operation_security(self, operation: Operation) -> list[dict[str, Any]] | None:
        """The scope that the caller needs; an empty choice means that none is needed."""
        found: list[dict[str, Any]] = []
        for need in operation.auth_callbacks:
            found += [{"oauth": [need.scope]}, *([{}] if need.guests else [])]  # type: ignore[attr-defined]
        return found or None

    def get_components(self) -> dict[str, Any]:
        """Schemas, and how one gets a token."""
        found: dict[str, Any] = super().get_components()
        found["schemas"]["Problem"] = problems.ProblemOut.model_json_schema(ref_template=REF_TEMPLATE)
        found["schemas"] |= found["schemas"]["Problem"].pop("$defs", {})
        found["securitySchemes"] = {"oauth": {"type": "oauth2", "flows": {"authorizationCode": _flow()}}}
        return found


def _flow() -> dict[str, Any]:
    return {
        "authorizationUrl": reverse("idp:oidc:authorization"),
        "tokenUrl": reverse("idp:oidc:token"),
        "scopes": {scope.name: str(scope.words) for scope in scopes},
    }


def _problem() -> dict[str, Any]:
    return {problems.CONTENT_TYPE: {"schema": {"$ref": REF_TEMPLATE.format(model="Problem")}}}


def _header(about: str) -> dict[str, Any]:
    return {"description": about, "schema": {"type": "string"}}
