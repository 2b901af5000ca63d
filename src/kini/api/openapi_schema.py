"""OpenAPI 3.1 document of the API: ninja's schema plus scopes, problems and response headers."""

from http import HTTPStatus
from typing import Any

from django.urls import reverse
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema
from ninja.operation import Operation

from kini.api import problems
from kini.api.auth import scopes
from kini.api.idempotency import REPLAYED

#: Problem statuses of every operation, of those with a body, and of those that need authentication.
ALWAYS = (400, 404, 405, 422, 429, 500)
WITH_BODY = (409, 410, 413, 415)
WITH_CALLER = (401, 403)
PROBLEMS = (*ALWAYS, *WITH_BODY, *WITH_CALLER)

#: Headers of every response, and further ones by status.
_EVERY = ("RateLimit", "RateLimit-Policy", "X-Request-Id")
_FURTHER = {201: ("Location",), 401: ("WWW-Authenticate",), 405: ("Allow",), 429: ("Retry-After",)}
_HEADERS = {
    "RateLimit": "Requests left in the current window (r), and seconds until it ends (t).",
    "RateLimit-Policy": "Requests (q) allowed per window of w seconds.",
    "X-Request-Id": "Id of this request in the city's logs; quote it when you ask for support.",
    "Location": "Address of the created resource.",
    "ETag": "Send it in If-None-Match to get 304 while the resource is unchanged.",
    "WWW-Authenticate": "Authentication scheme, and the missing scope.",
    "Allow": "Allowed methods.",
    "Retry-After": "Seconds to wait before the next attempt.",
    REPLAYED: "`true`: stored response of an earlier request with the same key.",
}


class KiniOpenAPISchema(OpenAPISchema):
    """OpenAPI document as a dict."""

    def responses(self, operation: Operation) -> dict[Any, Any]:
        """Responses of an operation, including its problems."""
        responses: dict[Any, Any] = super().responses(operation)
        for status, answer in responses.items():
            answer["headers"] = _headers(*_further(operation, status))
        with_body = WITH_BODY if operation.methods != ["GET"] else ()
        with_caller = WITH_CALLER if operation.auth_callbacks else ()
        for status in (*ALWAYS, *with_body, *with_caller):
            responses[status] = {"$ref": f"#/components/responses/{HTTPStatus(status).name}"}
        return responses

    def operation_security(self, operation: Operation) -> list[dict[str, Any]] | None:
        """Required scopes; an empty alternative allows anonymous access."""
        requirements: list[dict[str, Any]] = []
        for need in operation.auth_callbacks:
            requirements += [{"oauth": [need.scope]}, *([{}] if need.guests else [])]  # type: ignore[attr-defined]
        return requirements or None

    def get_components(self) -> dict[str, Any]:
        """Schemas, problems, headers and OAuth flow."""
        components: dict[str, Any] = super().get_components()
        components["schemas"]["Problem"] = problems.ProblemOut.model_json_schema(ref_template=REF_TEMPLATE)
        components["schemas"] |= components["schemas"]["Problem"].pop("$defs", {})
        components["responses"] = {HTTPStatus(status).name: _problem(status) for status in PROBLEMS}
        components["headers"] = {
            name: {"description": about, "schema": {"type": "string"}} for name, about in _HEADERS.items()
        }
        components["securitySchemes"] = {"oauth": {"type": "oauth2", "flows": {"authorizationCode": _flow()}}}
        return components


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
