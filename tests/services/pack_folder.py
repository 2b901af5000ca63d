"""Changes files of a pack as an author would, and builds definitions in a line or two."""

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
        """Change the first place that says `old`; the line where it stands."""
        text = (self.root / file).read_text("utf-8")
        assert old in text, f"{file} does not say {old!r}"
        self.write(file, text.replace(old, new, 1))
        return text[: text.index(old)].count("\n") + 1


def make_field(source: str) -> FieldBase:
    """A field as it stands in a file: `field("{type: text, label: Name}")`."""
    data = yaml.safe_load(source)
    return field_types.get(data["type"]).model_validate({"label": "Question", **data})


def form_data(data: dict[str, Any]) -> FormData:
    """What a browser sends for these inputs; files by name become uploads."""
    values, files = QueryDict(mutable=True), MultiValueDict[str, Any]()
    for name, value in data.items():
        items = value if isinstance(value, list) else [value]
        if any(isinstance(item, Upload) for item in items):
            files.setlist(name, items)
        else:
            values.setlist(name, [str(item) for item in items])
    return FormData(values, files)


def make_snapshot(pages: str) -> ServiceSnapshot:
    """A service that asks these pages, written as in `Resolved.content`."""
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
