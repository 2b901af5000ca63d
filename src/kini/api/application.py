"""The NinjaAPI instance, built once from the modules that rooms registered."""

from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver
from django.utils import translation
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.parser import Parser

from kini.api import problems
from kini.api.idempotency import FORM
from kini.api.openapi_schema import KiniOpenAPISchema
from kini.api.operations import JSON, PREFIX, accepts_files, api_modules
from kini.api.problems import Problem
from kini.api.rate_limit import Throttle
from kini.core.typed_values import parse_json

VERSION = "1.0.0"


class StrictParser(Parser):
    """Body parser that accepts only JSON (or multipart for uploads), declared as such, without NaN or NUL."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Parse the body as JSON.

        Raises:
            Problem: 415 for another content type, 400 for NUL characters.
            ValueError: for invalid JSON.
        """
        if request.content_type != JSON and not (request.content_type == FORM and accepts_files(request)):
            raise Problem(415, _("Send JSON with the header Content-Type: application/json."))
        body = request.body
        if b"\\u0000" in body:
            raise Problem(400, _("The body contains NUL characters, which are not allowed."))
        return parse_json(body)

    def parse_querydict(
        self, data: "MultiValueDict[str, Any]", list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        """Parse a query string, or the form of an upload.

        Raises:
            Problem: 415 when an upload is not multipart/form-data.
        """
        if data is not request.GET and request.content_type != FORM:
            raise Problem(415, _("Send a form with the header Content-Type: multipart/form-data."))
        return super().parse_querydict(data, list_fields, request)


class KiniApi(NinjaAPI):
    """NinjaAPI that answers every error with a problem (RFC 9457)."""

    def on_exception(self, request: HttpRequest, exc: Any) -> Any:
        """Return the problem response for an exception."""
        return problems.problem_response(request, exc)


@cache
def get_api() -> KiniApi:
    """Return the API of this process; call it only after all apps are ready."""
    api = KiniApi(
        title="Kini",
        version=VERSION,
        description="The services of a city: browse them, apply, follow and decide cases.",
        openapi_url=None,
        docs_url=None,
        urls_namespace="api",
        throttle=Throttle(),
        parser=StrictParser(),
    )
    for part in api_modules:
        api.add_router("", part.router.inner, tags=[part.title])
    return api


def url_patterns() -> list[URLResolver | URLPattern]:
    """URL patterns of all operations, below /api/v1/."""
    patterns, _app, _namespace = get_api().urls
    return [each for each in patterns if getattr(each, "name", "") != "api-root"]


@cache
def openapi_document() -> dict[str, Any]:
    """OpenAPI 3.1 document of the API, in English."""
    with translation.override("en"):
        return KiniOpenAPISchema(get_api(), PREFIX[1:] + "/")
