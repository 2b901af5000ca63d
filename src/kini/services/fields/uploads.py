"""Upload fields: photos, files, documents. Values are references to documents that the cases room stores.

Before a page is parsed, the cases room stores the uploads and replaces `name.ids` with the ids of the stored documents
(see `questions.parse_page`), so that nobody can reference another person's documents.
"""

import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any, ClassVar, Literal, Self

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from PIL import Image
from pydantic import Field as Option
from pydantic import model_validator

from kini.core.localized_text import Text
from kini.services.fields.base import FieldBase, FormData, InvalidAnswer

IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/webp"})
DOCUMENT_TYPES = IMAGE_TYPES | {"application/pdf"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in example form data."""

    name: str
    content_type: str
    content: bytes


def example_photo(number: int) -> Upload:
    """A small JPEG; each `number` gives a different picture."""
    color = (number * 37 % 256, number * 91 % 256, number * 151 % 256)
    picture = Image.new("RGB", (64, 48), color)
    picture.putpixel((number % 64, number // 64 % 48), (255, 255, 255))
    content = BytesIO()
    picture.save(content, "JPEG", quality=90)
    return Upload(f"foto-{number}.jpg", "image/jpeg", content.getvalue())


class UploadField(FieldBase):
    """Base of upload fields. The value is {"files": [document ids]}."""

    max: int = Option(default=1, ge=1, le=10)
    accept: ClassVar[frozenset[str]] = DOCUMENT_TYPES
    accepts_several: ClassVar[bool] = True
    template: ClassVar[str] = "upload.html"

    @property
    def least(self) -> int:
        return 1

    def inputs(self, name: str) -> frozenset[str]:
        return frozenset({name, f"{name}.ids"})

    def parse(self, name: str, sent: FormData) -> Any:
        ids = list(dict.fromkeys(sent.texts(f"{name}.ids")))
        if not ids:
            return None
        if not all(re.fullmatch(r"[0-9A-Za-z-]{1,64}", each) for each in ids):
            raise InvalidAnswer(_("This file no longer exists. Add it again."))
        if len(ids) > self.max:
            raise InvalidAnswer(
                ngettext(
                    "Keep %(max)d file and remove the others.", "Keep %(max)d files and remove the others.", self.max
                )
                % {"max": self.max}
            )
        if len(ids) < self.least:
            raise InvalidAnswer(_("Add at least %(number)d files.") % {"number": self.least})
        return {"files": ids}

    def missing(self) -> str:
        return _("Add the file.")

    def typed(self, name: str, sent: FormData) -> Any:
        return {"files": sent.texts(f"{name}.ids")}

    def form_value(self, value: Any) -> Any:
        return value or {}

    def show(self, value: Any) -> str:
        count = len(value.get("files", []))
        return ngettext("%(count)d file", "%(count)d files", count) % {"count": count}

    def context(self, name: str, typed: Any) -> dict[str, Any]:
        files = (typed or {}).get("files", [])
        return {
            "accept": ",".join(sorted(self.accept)),
            "max": self.max,
            "files": files,
            "full": len(files) >= self.max,
            "room": self.max - len(files),
        }

    def scripts(self) -> frozenset[str]:
        return frozenset({"kini/photos.js"})

    def example(self, number: int) -> dict[str, Any]:
        return {"": example_photo(number)}

    def invalid_example(self) -> dict[str, Any] | None:
        return {"": Upload("program.exe", "application/octet-stream", b"MZ\x90\x00 not a document")}

    def json_schema(self) -> dict[str, Any]:
        files = {"type": "array", "items": {"type": "string"}, "minItems": self.least, "maxItems": self.max}
        return {"type": "object", "properties": {"files": files}, "required": ["files"], "additionalProperties": False}

    def to_form_data(self, value: Any) -> dict[str, Any]:
        return {".ids": value["files"]}


class PhotoField(UploadField):
    """Photos, taken with the camera or selected."""

    type: Literal["photo"] = "photo"
    min: int = Option(default=1, ge=1, le=10)
    max: int = Option(default=3, ge=1, le=10)
    accept: ClassVar[frozenset[str]] = IMAGE_TYPES

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.max < self.min:
            raise ValueError(_("max is below min"))
        return self

    @property
    def least(self) -> int:
        return self.min

    def missing(self) -> str:
        return _("Add a photo.")

    def show(self, value: Any) -> str:
        count = len(value.get("files", []))
        return ngettext("%(count)d photo", "%(count)d photos", count) % {"count": count}

    def example(self, number: int) -> dict[str, Any]:
        photos = [example_photo(number * 10 + n) for n in range(self.min)]
        return {"": photos if self.min > 1 else photos[0]}


class FileField(UploadField):
    """Files: pictures or PDF."""

    type: Literal["file"] = "file"


class DocumentField(UploadField):
    """A document of the service's `attach`: the only kind, or one of several ({"files": [...], "kind": ID}).

    A sworn statement may replace it ({"statement": true}).
    """

    type: Literal["document"] = "document"
    statement: str | None = Option(default=None, description="Id of the sworn statement that stands in for it.")
    statement_name: Text | None = None
    statement_text: Text | None = None
    one_of: dict[str, Text] = Option(default={}, description="Kinds of documents that are accepted, by id.")
    template: ClassVar[str] = "document.html"

    def inputs(self, name: str) -> frozenset[str]:
        sworn = {f"{name}.statement"} if self.statement else set()
        kind = {f"{name}.kind"} if self.one_of else set()
        return super().inputs(name) | sworn | kind

    def parse(self, name: str, sent: FormData) -> Any:
        sworn, kind = sent.text(f"{name}.statement"), sent.text(f"{name}.kind")
        value = super().parse(name, sent)
        if sworn not in ("", "yes") or (sworn and not self.statement):
            raise InvalidAnswer(self.missing())
        if value and sworn:
            raise InvalidAnswer(_("Keep either the file or the statement. Untick the statement, or remove the file."))
        if sworn:
            return {"statement": True}
        if value and self.one_of:
            if kind not in self.one_of:
                raise InvalidAnswer(_("Choose which of these documents it is."))
            return {**value, "kind": kind}
        return value

    def missing(self) -> str:
        return _("Add the file, or make the statement.") if self.statement else _("Add the file.")

    def typed(self, name: str, sent: FormData) -> Any:
        sworn = sent.text(f"{name}.statement") == "yes"
        return {**super().typed(name, sent), "statement": sworn, "kind": sent.text(f"{name}.kind")}

    def show(self, value: Any) -> str:
        if value.get("statement"):
            return str(self.statement_name or _("Sworn statement"))
        files = super().show(value)
        kind = self.one_of.get(value.get("kind", ""))
        return f"{kind} ({files})" if kind else files

    def context(self, name: str, typed: Any) -> dict[str, Any]:
        typed = typed or {}
        return {
            **super().context(name, typed),
            "sworn": bool(typed.get("statement")),
            "statement_input": f"{name}.statement",
            "kind_input": f"{name}.kind",
            "kinds": [(kind, label, kind == typed.get("kind")) for kind, label in self.one_of.items()],
        }

    def example(self, number: int) -> dict[str, Any]:
        kinds = list(self.one_of)
        return super().example(number) | ({".kind": kinds[number % len(kinds)]} if kinds else {})

    def json_schema(self) -> dict[str, Any]:
        file = super().json_schema()
        if self.one_of:
            file["properties"] |= {"kind": {"enum": list(self.one_of)}}
            file["required"] = ["files", "kind"]
        if not self.statement:
            return file
        sworn = {"type": "object", "properties": {"statement": {"const": True}}, "required": ["statement"]}
        return {"type": "object", "oneOf": [file, {**sworn, "additionalProperties": False}]}

    def to_form_data(self, value: Any) -> dict[str, Any]:
        if value.get("statement"):
            return {".statement": "yes"}
        return super().to_form_data(value) | ({".kind": value["kind"]} if "kind" in value else {})


TYPES = (PhotoField, FileField, DocumentField)
