"""Documentation of the API: a page, and the OpenAPI 3.1 document."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kini.api import application
from kini.api.auth import scopes
from kini.api.operations import PREFIX


@dataclass(frozen=True, slots=True)
class DocumentedOperation:
    """Operation as shown on the documentation page."""

    id: str
    method: str
    path: str
    summary: str
    about: str
    scope: str
    guests: bool
    parameters: list[dict[str, Any]]


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """OpenAPI document as JSON."""
    response = JsonResponse(application.openapi_document(), json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "public, max-age=300"
    return response


@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    """Documentation page."""
    context = {"groups": operations_by_room(), "scopes": list(scopes), "root": request.build_absolute_uri(PREFIX)}
    return render(request, "api/page.html", context)


def operations_by_room() -> dict[str, list[DocumentedOperation]]:
    """Operations grouped by room."""
    groups: dict[str, list[DocumentedOperation]] = {}
    for path, methods in application.openapi_document()["paths"].items():
        for method, operation in methods.items():
            groups.setdefault(operation["tags"][0], []).append(_documented(path, method, operation))
    return groups


def _documented(path: str, method: str, operation: dict[str, Any]) -> DocumentedOperation:
    security = operation.get("security") or []
    return DocumentedOperation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        about=operation.get("description", ""),
        scope=next((scope for each in security for scope in each.get("oauth", ())), ""),
        guests={} in security,
        parameters=operation["parameters"],
    )
