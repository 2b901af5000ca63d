"""Services of the kind `report` as GeoReport v2 describes them, and attributes of a request as answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from kini.core.typed_values import parse_number
from kini.reports.kind import PUBLIC, Report
from kini.reports.open311.wire_format import Open311Error
from kini.services import queries as services
from kini.services.models import Service, ServiceVersion
from kini.services.public import FieldBase, ServiceSnapshot, UploadField, catalogue, kinds, snapshot_of

#: Data types of GeoReport v2 by type of question; others are not asked, and a service that needs one is not offered.
DATA_TYPES = {
    "boolean": "singlevaluelist",
    "choice": "singlevaluelist",
    "choice_remote": "singlevaluelist",
    "multichoice": "multivaluelist",
    "date": "datetime",
    "decimal": "number",
    "integer": "number",
    "longtext": "text",
    "plate_number": "string",
    "text": "string",
}


@dataclass(frozen=True)
class Open311Service:
    """A service that can be filed: its place, words and attributes by name of the question."""

    service: Service
    version: ServiceVersion

    @cached_property
    def snapshot(self) -> ServiceSnapshot:
        return snapshot_of(self.version)

    @cached_property
    def place(self) -> str:
        return self._first("location")

    @cached_property
    def words(self) -> str:
        return self._first("longtext") or self._first("text")

    @cached_property
    def phone(self) -> str:
        return self._first("phone")

    @cached_property
    def photos(self) -> str:
        return self._first("photo")

    @cached_property
    def visibility(self) -> str:
        """Question whose answer lets everybody see the report; requests are public unless they say otherwise."""
        name = Report().options(self.snapshot.definition).visibility or ""
        return name if name in self.snapshot.fields else ""

    @cached_property
    def attributes(self) -> dict[str, FieldBase]:
        return {
            name: field
            for name, field in self.snapshot.fields.items()
            if field.type in DATA_TYPES and field.profile is None and name != self.words
        }

    @property
    def is_offered(self) -> bool:
        """Return True if nothing is needed that the protocol cannot carry."""
        carried = {self.place, self.words, *self.attributes}
        needed = {
            name
            for page in self.snapshot.pages
            for name, field in page.fields.items()
            if not field.optional and field.when is None and page.when is None and not isinstance(field, UploadField)
        }
        return bool(self.place) and not self.snapshot.sensitive and needed <= carried

    def summary(self) -> dict[str, Any]:
        """Entry of the list of services."""
        definition = self.snapshot.definition
        category = catalogue.current().categories.get(self.service.category)
        return {
            "service_code": self.service.pk,
            "service_name": str(kinds.get(Report.id).title(definition)),
            "description": str(definition.summary),
            "metadata": bool(self.attributes),
            "type": "realtime",
            "keywords": ",".join(definition.words),
            "group": str(category.name) if category else "",
        }

    def definition(self) -> dict[str, Any]:
        """Definition with the attributes, in the order of the questions."""
        attributes = [self._attribute(order, name) for order, name in enumerate(self.attributes, 1)]
        return {"service_code": self.service.pk, "attributes": attributes}

    def _attribute(self, order: int, name: str) -> dict[str, Any]:
        field = self.attributes[name]
        return {
            "variable": True,
            "code": name,
            "datatype": DATA_TYPES[field.type],
            "required": not field.optional and field.when is None and name != self.visibility,
            "datatype_description": str(field.hint) if field.hint else "",
            "order": order,
            "description": str(field.label),
            "values": [{"key": key, "name": words} for key, words in options_of(field).items()],
        }

    def _first(self, sort: str) -> str:
        fields = self.snapshot.fields.items()
        return next((name for name, each in fields if each.type == sort and each.profile in (None, sort)), "")


def options_of(field: FieldBase) -> dict[str, str]:
    """Values of a list by key; empty for other questions."""
    if field.type == "boolean":
        return {"yes": _("Yes"), "no": _("No")}
    return {key: str(words) for key, words in getattr(field, "options", {}).items()}


def offered_services() -> dict[str, Open311Service]:
    """Services that can be filed, by code."""
    offered = {}
    for code, service in services.active_services().items():
        if service.kind == Report.id and service.current:
            described = Open311Service(service, service.current)
            if described.is_offered:
                offered[code] = described
    return offered


def service_by_code(code: str) -> Open311Service:
    """Service that can be filed.

    Raises:
        Open311Error: there is none with that code.
    """
    service = offered_services().get(code)
    if service is None:
        raise Open311Error(404, _("There is no service_code “%(code)s”.") % {"code": code})
    return service


def answers_of(service: Open311Service, attributes: Mapping[str, list[str]]) -> dict[str, Any]:
    """Attributes of a request as answers of the API; unknown codes are ignored."""
    answers: dict[str, Any] = {service.visibility: PUBLIC} if service.visibility else {}
    for name, field in service.attributes.items():
        values = [each.strip() for each in attributes.get(name, []) if each.strip()]
        if values:
            answers[name] = _answer(field, values)
    return answers


def _answer(field: FieldBase, values: list[str]) -> Any:
    """JSON value of an attribute; what does not fit is left as text, for the field to refuse."""
    value = values[-1]
    if field.type == "multichoice":
        return values
    if field.type == "boolean":
        return {"yes": True, "true": True, "no": False, "false": False}.get(value.lower(), value)
    if field.type == "date":
        return value[:10]
    number = parse_number(value.removeprefix("-")) if field.type == "integer" else None
    if number is not None:
        return -number if value.startswith("-") else number
    return value
