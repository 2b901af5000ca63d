"""Compound fields: a group of fields, and a table."""

from typing import Annotated, Any, ClassVar, Literal, Self

from django.utils.translation import gettext as _
from pydantic import BeforeValidator, model_validator
from pydantic import Field as Option

from kini.core.localized_text import Text
from kini.services.fields.base import FieldBase, FormData, InvalidAnswer, field_types, input_id
from kini.services.fields.text import clean_text
from kini.services.fields.uploads import UploadField


def _read(value: Any) -> FieldBase:
    if isinstance(value, FieldBase):
        return value
    field_type = field_types.find(str(value.get("type"))) if isinstance(value, dict) else None
    if field_type is None:
        raise ValueError(_("a field needs a type; one of: %(names)s") % {"names": ", ".join(field_types.names())})
    return field_type.model_validate(value)


class FormField(FieldBase):
    """A group of fields; the value maps names to the answers given."""

    type: Literal["form"] = "form"
    fields: Annotated[dict[str, Annotated[FieldBase, BeforeValidator(_read)]], Option(min_length=1)]
    accepts_several: ClassVar[bool] = True
    template: ClassVar[str] = "form.html"
    uses_fieldset: ClassVar[bool] = True

    @model_validator(mode="after")
    def _plain_parts(self) -> Self:
        for name, part in self.fields.items():
            if part.when or part.profile or isinstance(part, UploadField | FormField):
                raise ValueError(
                    _('"%(name)s" cannot stand inside a form: no condition, profile, file or form in a form')
                    % {"name": name}
                )
        return self

    def is_sealed(self) -> bool:
        return any(part.is_sealed() for part in self.fields.values())

    def scripts(self) -> frozenset[str]:
        return frozenset().union(*(part.scripts() for part in self.fields.values()))

    def inputs(self, name: str) -> frozenset[str]:
        return frozenset().union(*(part.inputs(f"{name}.{sub}") for sub, part in self.fields.items()))

    def anchor(self, name: str) -> str:
        sub, part = next(iter(self.fields.items()))
        return part.anchor(f"{name}.{sub}")

    def parse(self, name: str, sent: FormData) -> Any:
        values = {}
        for sub, part in self.fields.items():
            try:
                values[sub] = part.parse(f"{name}.{sub}", sent)
            except InvalidAnswer as wrong:
                raise InvalidAnswer(f"{part.label}: {wrong}") from None
        if all(value is None for value in values.values()):
            return None
        for sub, part in self.fields.items():
            if values[sub] is None and not part.optional:
                raise InvalidAnswer(part.missing())
        return {sub: value for sub, value in values.items() if value is not None}

    def typed(self, name: str, sent: FormData) -> Any:
        return {sub: part.typed(f"{name}.{sub}", sent) for sub, part in self.fields.items()}

    def form_value(self, value: Any) -> Any:
        return {sub: part.form_value((value or {}).get(sub)) for sub, part in self.fields.items()}

    def show(self, value: Any) -> str:
        return "; ".join(f"{p.label}: {p.show(value[s])}" for s, p in self.fields.items() if s in value)

    def reveal(self, value: Any) -> str:
        return "; ".join(f"{p.label}: {p.reveal(value[s])}" for s, p in self.fields.items() if s in value)

    def context(self, name: str, typed: Any) -> dict[str, Any]:
        values = typed or {}
        return {
            "parts": [{"name": f"{name}.{s}", "field": part, "typed": values.get(s)} for s, part in self.fields.items()]
        }

    def example(self, number: int) -> dict[str, Any]:
        return {
            f".{sub}{suffix}": value
            for sub, part in self.fields.items()
            for suffix, value in part.example(number).items()
        }

    def invalid_example(self) -> dict[str, Any] | None:
        for sub, part in self.fields.items():
            bad = part.invalid_example()
            if bad is not None:
                return {**self.example(0), **{f".{sub}{suffix}": value for suffix, value in bad.items()}}
        return None

    def json_schema(self) -> dict[str, Any]:
        properties = {sub: part.json_schema() for sub, part in self.fields.items()}
        required = [sub for sub, part in self.fields.items() if not part.optional]
        return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}

    def to_form_data(self, value: Any) -> dict[str, Any]:
        answered = [(sub, part) for sub, part in self.fields.items() if sub in value]
        return {
            f".{sub}{suffix}": text for sub, part in answered for suffix, text in part.to_form_data(value[sub]).items()
        }


class TableField(FieldBase):
    """Rows of short texts; empty rows are ignored."""

    type: Literal["table"] = "table"
    columns: Annotated[dict[str, Text], Option(min_length=1, max_length=8)]
    min: int = Option(default=0, ge=0, le=20)
    max: int = Option(default=5, ge=1, le=20)
    template: ClassVar[str] = "table.html"
    uses_fieldset: ClassVar[bool] = True

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.max < self.min:
            raise ValueError(_("max is below min"))
        return self

    def inputs(self, name: str) -> frozenset[str]:
        return frozenset(f"{name}.{row}.{column}" for row in range(self.max) for column in self.columns)

    def anchor(self, name: str) -> str:
        return input_id(f"{name}.0.{next(iter(self.columns))}")

    def missing(self) -> str:
        return _("Fill in at least one row.")

    def parse(self, name: str, sent: FormData) -> Any:
        rows = [
            {column: clean_text(text, limit=200) for column, text in row.items() if text}
            for row in self.typed(name, sent)
            if any(row.values())
        ]
        for number, row in enumerate(rows, 1):
            for column, label in self.columns.items():
                if column not in row:
                    raise InvalidAnswer(_("Row %(number)d: fill in “%(label)s”.") % {"number": number, "label": label})
        if rows and len(rows) < self.min:
            raise InvalidAnswer(_("Fill in at least %(number)d rows.") % {"number": self.min})
        return rows or ([] if self.min == 0 else None)

    def typed(self, name: str, sent: FormData) -> Any:
        return [{column: sent.text(f"{name}.{row}.{column}") for column in self.columns} for row in range(self.max)]

    def form_value(self, value: Any) -> Any:
        return value or []

    def show(self, value: Any) -> str:
        return "; ".join(", ".join(row.get(column, "") for column in self.columns) for row in value) or _("None")

    def context(self, name: str, typed: Any) -> dict[str, Any]:
        filled = [*(typed or []), *[{}] * self.max][: self.max]
        rows = [
            {
                "number": number + 1,
                "cells": [
                    {
                        "name": f"{name}.{number}.{column}",
                        "id": input_id(f"{name}.{number}.{column}"),
                        "label": str(label),
                        "value": row.get(column, ""),
                    }
                    for column, label in self.columns.items()
                ],
            }
            for number, row in enumerate(filled)
        ]
        return {"rows": rows, "labels": [str(label) for label in self.columns.values()]}

    def example(self, number: int) -> dict[str, Any]:
        rows = range(max(self.min, 1))
        return {f".{row}.{column}": f"Contoh {number + row}" for row in rows for column in self.columns}

    def invalid_example(self) -> dict[str, Any] | None:
        return {f".0.{next(iter(self.columns))}": "x" * 201}

    def json_schema(self) -> dict[str, Any]:
        columns = {column: {"type": "string", "maxLength": 200} for column in self.columns}
        row = {"type": "object", "properties": columns, "required": [*columns], "additionalProperties": False}
        return {"type": "array", "items": row, "minItems": self.min, "maxItems": self.max}

    def to_form_data(self, value: Any) -> dict[str, Any]:
        return {f".{number}.{column}": text for number, row in enumerate(value) for column, text in row.items()}


TYPES = (FormField, TableField)
