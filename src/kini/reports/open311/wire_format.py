"""XML and JSON of GeoReport v2: one structure of dicts and lists, written in either format."""

import json
import re
import xml.etree.ElementTree as ET  # noqa: S405 -- writes only; requests are forms, no XML is ever parsed
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from kini.city.public import pack

CONTENT_TYPES = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
#: Name of an element of each list in XML.
SINGULAR = {
    "attributes": "attribute",
    "endpoints": "endpoint",
    "errors": "error",
    "formats": "format",
    "notes": "note",
    "photos": "photo",
    "service_request_updates": "request_update",
    "service_requests": "request",
    "service_requests_updates": "request_update",
    "services": "service",
    "values": "value",
}
#: Characters that XML 1.0 cannot hold.
_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Open311Error(Exception):
    """Errors of a request, each a sentence for the client's programmer: 404 for what does not exist, 403 for the key,
    400 for everything else.
    """

    def __init__(self, status: int, *descriptions: str) -> None:
        super().__init__(*descriptions)
        self.status = status


def moment(at: datetime | None) -> str | None:
    """Time of the city with seconds and offset, without fractions."""
    return timezone.localtime(at, pack.current().timezone).replace(microsecond=0).isoformat() if at else None


def respond(form: str, root: str, content: Any, status: int = 200) -> HttpResponse:
    """Response in a format.

    Args:
        form: "xml" or "json".
        root: name of the root element; JSON has none.
        content: dict or list of str, int, float, bool, None, dicts and lists.
    """
    body = json.dumps(content, ensure_ascii=False).encode() if form == "json" else to_xml(root, content)
    return HttpResponse(body, status=status, content_type=CONTENT_TYPES[form])


def error_response(form: str, error: Open311Error) -> HttpResponse:
    """Response with the errors of a request."""
    errors = [{"code": str(error.status), "description": str(each)} for each in error.args]
    return respond(form, "errors", errors, error.status)


def to_xml(root: str, content: Any) -> bytes:
    """XML document with declaration."""
    return bytes(ET.tostring(_element(root, content), encoding="utf-8", xml_declaration=True))


def _element(name: str, content: Any) -> ET.Element:
    element = ET.Element(name)
    if isinstance(content, Mapping):
        element.extend(_element(key, value) for key, value in content.items())
    elif isinstance(content, list):
        element.extend(_element(SINGULAR[name], value) for value in content)
    elif content is not None:
        text = str(content).lower() if isinstance(content, bool) else str(content)
        element.text = _NOT_IN_XML.sub("", text)
    return element
