"""Documentation of the API: a page, and the OpenAPI 3.1 document."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kini.api import house
from kini.api.callers import scopes
from kini.api.routing import PREFIX


@dataclass(frozen=True, slots=True)
class Told:
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
    response = JsonResponse(house.description(), json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "public, max-age=300"
    return response


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Documentation page."""
    context = {"groups": groups(), "scopes": list(scopes), "root": request.build_absolute_uri(PREFIX)}
    return render(request, "api/page.html", context)


def groups() -> dict[str, list[Told]]:
    """Operations grouped by room."""
    found: dict[str, list[Told]] = {}
    for path, methods in house.description()["paths"].items():
        for method, operation in methods.items():
            found.setdefault(operation["tags"][0], []).append(_told(path, method, operation))
    return found


def _told(path: str, method: str, operation: dict[str, Any]) -> Told:
    security = operation.get("security") or []
    return Told(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        about=operation.get("description", ""),
        scope=next((scope for each in security for scope in each.get("oauth", ())), ""),
        guests={} in security,
        parameters=operation["parameters"],
    )
