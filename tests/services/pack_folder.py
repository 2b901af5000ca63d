"""Helpers: edit pack files, build fields, form data and snapshots from short YAML."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from kini.services.fields.base import FieldBase, FormData, field_types
from kini.services.fields.uploads import Upload
from kini.services.snapshots import ServiceSnapshot

PARTY = "services/streets/street-party.yaml"


@dataclass(frozen=True)
class PackFolder:
    root: Path

    def write(self, file: str, text: str) -> None:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def replace(self, file: str, old: str, new: str) -> int:
        """Replace the first occurrence of `old`; return its line number."""
        text = (self.root / file).read_text("utf-8")
        assert old in text, f"{file} does not say {old!r}"
        self.write(file, text.replace(old, new, 1))
        return text[: text.index(old)].count("\n") + 1


def make_field(source: str) -> FieldBase:
    """Field from YAML: `make_field("{type: text, label: Name}")`."""
    data = yaml.safe_load(source)
    return field_types.get(data["type"]).model_validate({"label": "Question", **data})


def form_data(data: dict[str, Any]) -> FormData:
    """Form data for these inputs; `Upload` values become files."""
    values, files = QueryDict(mutable=True), MultiValueDict[str, Any]()
    for name, value in data.items():
        items = value if isinstance(value, list) else [value]
        if any(isinstance(item, Upload) for item in items):
            files.setlist(name, items)
        else:
            values.setlist(name, [str(item) for item in items])
    return FormData(values, files)


def make_snapshot(pages: str) -> ServiceSnapshot:
    """Snapshot of a service with these pages, written as in `ServiceSnapshot.content`."""
    definition = {
        "kind": "application",
        "name": "Service",
        "summary": "A service.",
        "agency": "office",
        "for": "Everybody",
        "fee": "free",
        "gives": {"type": "help", "name": "Help"},
    }
    return ServiceSnapshot.model_validate(
        {"service": "service", "category": "things", "definition": definition, "pages": yaml.safe_load(pages)}
    )
