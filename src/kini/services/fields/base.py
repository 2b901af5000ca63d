"""Base class and registry of field types."""

import builtins
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from jsonschema_rs import Draft202012Validator, Validator
from pydantic import BaseModel, ConfigDict
from pydantic import Field as Option

from kini.core.localized_text import Text
from kini.core.registry import Registry
from kini.services.conditions import When


class StrictModel(BaseModel):
    """Base of definition parts: unknown keys are errors, instances are immutable.

    A validator is built when the first service is read: most processes read none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)


class InvalidAnswer(Exception):
    """An invalid answer; the message tells the user what to do, in the active language."""


@dataclass(frozen=True, slots=True)
class FormData:
    """Submitted form: text values and files by input name. NUL bytes and broken encodings were rejected earlier."""

    data: MultiValueDict[str, str]
    files: MultiValueDict[str, Any]

    def text(self, name: str) -> str:
        return (self.data.get(name) or "").strip()

    def texts(self, name: str) -> list[str]:
        return [value.strip() for value in self.data.getlist(name) if value.strip()]


def input_id(name: str) -> str:
    """HTML id of an input: "birth_date.day" -> "birth_date-day"."""
    return name.replace(".", "-")


class FieldBase(StrictModel):
    """Base class of field types; an instance is one question.

    A field type is a subclass with `type: Literal["..."]`, its own options, and the methods below. Values are JSON
    (str, int, bool, list, dict); a decimal is a str; None means not answered.

    Attributes:
        label: the question ("Kapan anak Anda lahir?") or a noun ("Tanggal lahir").
        hint: one sentence of help.
        optional: may be left empty; shown as "(opsional)".
        when: condition on other answers.
        profile: profile attribute that answers it; the field is shown only while that is unknown.
    """

    type: str
    label: Text
    hint: Text | None = None
    optional: bool = False
    when: When | None = None
    profile: str | None = Option(default=None, description="Attribute of the resident's profile that answers this.")

    #: Stored encrypted, shown masked, every unmasked view is logged.
    sealed: ClassVar[bool] = False
    #: Free text that officers can search cases by.
    searchable: ClassVar[bool] = False
    #: Template of the inputs, relative to `services/fields/`.
    template: ClassVar[str] = "text.html"
    #: Static file of a script that enhances the inputs, which also work without it.
    script: ClassVar[str] = ""
    #: Several inputs in a fieldset with a legend, instead of one input with a label.
    uses_fieldset: ClassVar[bool] = False
    #: An input name may occur several times in the form (checkboxes, files).
    accepts_several: ClassVar[bool] = False
    #: HTML attributes of a single text input, for phone keyboards and autofill.
    inputmode: ClassVar[str] = ""
    autocomplete: ClassVar[str] = ""

    @classmethod
    def concrete(cls, data: Any) -> "builtins.type[FieldBase]":
        """Field type of the data of a question; this class for an unknown one."""
        name = data.get("type") if isinstance(data, dict) else None
        return field_types.find(str(name)) or cls

    def is_sealed(self) -> bool:
        """Return whether the value is stored encrypted; a group is if one of its parts is."""
        return self.sealed

    def scripts(self) -> frozenset[str]:
        """Scripts of its inputs; for a group, those of its parts."""
        return frozenset({self.script} - {""})

    def missing(self) -> str:
        """Error message for a missing required answer."""
        return _("Fill in “%(label)s”.") % {"label": self.label}

    def inputs(self, name: str) -> frozenset[str]:
        """Names of all inputs it may submit."""
        return frozenset({name})

    def anchor(self, name: str) -> str:
        """HTML id of its first input, the link target of the error summary."""
        return input_id(name)

    def context(self, name: str, typed: Any) -> dict[str, Any]:
        """Additional template context: options, parts."""
        return {}

    def parse(self, name: str, sent: FormData) -> Any:
        """Parse the inputs `name` (and "name.part"); return None if they are empty.

        Raises:
            InvalidAnswer: when the input is invalid.
        """
        return sent.text(name) or None

    def typed(self, name: str, sent: FormData) -> Any:
        """Raw input, to redisplay it beside an error."""
        return sent.text(name)

    def form_value(self, value: Any) -> Any:
        """Input value for a stored value."""
        return "" if value is None else value

    def show(self, value: Any) -> str:
        """Display text in the active language. Encrypted values are masked."""
        return str(value)

    def reveal(self, value: Any) -> str:
        """Unmasked display text, for the owner and for officers whose access has been logged."""
        return self.show(value)

    def example(self, number: int) -> dict[str, Any]:
        """Valid form data by suffix of the input name ("" or ".part"); each `number` gives different values."""
        return {"": f"Contoh {number}"}

    def invalid_example(self) -> dict[str, Any] | None:
        """Form data that `parse` must reject, or None if it accepts everything."""
        return {"": "x" * 5000}

    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of the value, for API clients."""
        return {"type": "string"}

    def to_form_data(self, value: Any) -> dict[str, Any]:
        """Convert a value that matches `json_schema` to form data, in the shape of `example`."""
        typed = self.form_value(value)
        return {f".{part}": text for part, text in typed.items()} if isinstance(typed, dict) else {"": typed}

    def parse_json(self, value: Any) -> Any:
        """Parse an answer from an API client; return None if it is empty. The rules of forms apply.

        Raises:
            InvalidAnswer: when it does not match `json_schema`, or `parse` rejects the equivalent form data.
        """
        if error := next(self.json_validator.iter_errors(value), None):
            raise InvalidAnswer(_("This does not match the schema: %(fault)s.") % {"fault": error.message[:200]})
        data: MultiValueDict[str, str] = MultiValueDict()
        try:
            for suffix, typed in self.to_form_data(value).items():
                data.setlist(f"value{suffix}", [str(each) for each in (typed if isinstance(typed, list) else [typed])])
        except ValueError:  # a date that fits the schema and is in no calendar
            raise InvalidAnswer(self.missing()) from None
        return self.parse("value", FormData(data, MultiValueDict()))

    @cached_property
    def json_validator(self) -> Validator:
        """Validator for `json_schema`."""
        return Draft202012Validator(self.json_schema(), validate_formats=True)


#: Field classes by type name. The schema of definitions is built from this registry.
field_types: Registry[type[FieldBase]] = Registry("field type")
