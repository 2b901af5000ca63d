"""The whole of the API: the parts that rooms registered, put together once."""

from functools import cache
from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver
from django.utils import translation
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.parser import Parser
from pydantic_core import from_json

from kini.api import problems
from kini.api.allowance import Gate
from kini.api.description import Description
from kini.api.problems import Problem
from kini.api.routing import FORM, JSON, PREFIX, parts, takes_files

VERSION = "1.0.0"


class StrictParser(Parser):
    """Reads bodies: JSON of one meaning only, and nothing that says it is something else."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body as JSON.

        Raises:
            Problem: when it is declared to be something else, or holds characters that cannot be kept.
            ValueError: when it is no JSON.
        """
        if request.content_type != JSON and not (request.content_type == FORM and takes_files(request)):
            raise Problem(415, _("Send JSON, and say so: Content-Type: application/json."))
        body = request.body
        if b"\\u0000" in body:
            raise Problem(400, _("The body holds characters that cannot be kept (NUL)."))
        return from_json(body, allow_inf_nan=False)

    def parse_querydict(
        self, data: "MultiValueDict[str, Any]", list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        """A query, or the form of an upload.

        Raises:
            Problem: when it should be a form with files and is not.
        """
        if data is not request.GET and request.content_type != FORM:
            raise Problem(415, _("Send a form with a file: Content-Type: multipart/form-data."))
        return super().parse_querydict(data, list_fields, request)


class House(NinjaAPI):
    """Ninja with our manners."""

    def on_exception(self, request: HttpRequest, exc: Any) -> Any:
        """Every error as a problem."""
        return problems.answer(request, exc)


@cache
def house() -> House:
    """The API of this process. Rooms have registered their parts before it is asked for."""
    made = House(
        title="Kini",
        version=VERSION,
        description="The services of a city for programs: what there is, applying for it, following it, deciding it.",
        openapi_url=None,
        docs_url=None,
        urls_namespace="api",
        throttle=Gate(),
        parser=StrictParser(),
    )
    for part in parts:
        made.add_router("", part.router.inner, tags=[part.title])
    return made


def patterns() -> list[URLResolver | URLPattern]:
    """The addresses of all operations, below /api/v1/."""
    found, _app, _namespace = house().urls
    return [each for each in found if getattr(each, "name", "") != "api-root"]


@cache
def description() -> dict[str, Any]:
    """The API as OpenAPI 3.1 describes it."""
    with translation.override("en"):
        return Description(house(), PREFIX[1:] + "/")
