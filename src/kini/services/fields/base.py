"""What every field of a question has, and what a field type must be able to do."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from jsonschema_rs import Draft202012Validator, Validator
from pydantic import BaseModel, ConfigDict
from pydantic import Field as Option

from kini.core.registry import Registry
from kini.core.texts import Text
from kini.services.conditions import When


class Strict(BaseModel):
    """A part of a definition: unknown keys are faults, values do not change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Wrong(Exception):
    """An answer that cannot be taken; the message says what to do, in the language of the page."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """What a form sent: text values and files by input name (NUL bytes and broken encodings already refused)."""

    data: MultiValueDict[str, str]
    files: MultiValueDict[str, Any]

    def text(self, name: str) -> str:
        return (self.data.get(name) or "").strip()

    def texts(self, name: str) -> list[str]:
        return [value.strip() for value in self.data.getlist(name) if value.strip()]


def input_id(name: str) -> str:
    """The id of an input: "birth_date.day" -> "birth_date-day"."""
    return name.replace(".", "-")


class FieldBase(Strict):
    """One thing that is asked.

    A field type is a subclass with `type: Literal["..."]`, options of its own, and the methods below. Values are
    JSON (str, int, bool, list, dict); a decimal is a str. `None` means: not answered.

    Attributes:
        label: the question itself ("Kapan anak Anda lahir?") or the noun ("Tanggal lahir").
        hint: one sentence of help.
        optional: may be left empty; shown as "(opsional)".
        when: asked only when this holds for the other answers.
        profile: name of the profile attribute that answers it; asked only while the profile does not know it.
    """

    type: str
    label: Text
    hint: Text | None = None
    optional: bool = False
    when: When | None = None
    profile: str | None = Option(default=None, description="Attribute of the resident's profile that answers this.")

    #: Kept encrypted, shown masked, every look is logged.
    sealed: ClassVar[bool] = False
    #: Words of the person's own: officers find a case by them.
    searched: ClassVar[bool] = False
    #: Template of the inputs, below `services/fields/`.
    template: ClassVar[str] = "text.html"
    #: Static file of a script that makes its inputs more comfortable; they work without it.
    script: ClassVar[str] = ""
    #: Several inputs under one legend (a fieldset), not one input under a label.
    grouped: ClassVar[bool] = False
    #: An input of it may be sent several times (boxes to tick, files).
    many: ClassVar[bool] = False
    #: Attributes of a single text input, for keyboards of phones and for browsers that fill in.
    inputmode: ClassVar[str] = ""
    autocomplete: ClassVar[str] = ""

    def is_sealed(self) -> bool:
        """Whether its value is kept encrypted; a group is, when one of its parts is."""
        return self.sealed

    def scripts(self) -> frozenset[str]:
        """The scripts of its inputs; of a group those of its parts."""
        return frozenset({self.script} - {""})

    def missing(self) -> str:
        """What to say when it has not been answered and must be."""
        return _("Fill in “%(label)s”.") % {"label": self.label}

    def inputs(self, name: str) -> frozenset[str]:
        """Names of all inputs that its form may send."""
        return frozenset({name})

    def anchor(self, name: str) -> str:
        """The id of its first input, where a link of the error summary leads."""
        return input_id(name)

    def context(self, name: str, typed: Any) -> dict[str, Any]:
        """What its template needs beside name and typed value: options, parts."""
        return {}

    def parse(self, name: str, sent: Submitted) -> Any:
        """The value of what was sent under `name` (and "name.part"), or None when nothing was.

        Raises:
            Wrong: when something was sent that cannot be taken.
        """
        return sent.text(name) or None

    def typed(self, name: str, sent: Submitted) -> Any:
        """What stood in the inputs, to show it again beside an error: nothing typed is lost."""
        return sent.text(name)

    def form_value(self, value: Any) -> Any:
        """What stands in the inputs for a stored value."""
        return "" if value is None else value

    def show(self, value: Any) -> str:
        """The value in words, in the active language. Sealed values are shown masked."""
        return str(value)

    def reveal(self, value: Any) -> str:
        """The value in words, unmasked: for its owner, and for officers whose look has been logged."""
        return self.show(value)

    def example(self, number: int) -> dict[str, Any]:
        """Valid form data, by suffix of the input name ("" or ".part"); other numbers give other values."""
        return {"": f"Contoh {number}"}

    def bad_example(self) -> dict[str, Any] | None:
        """Form data that `parse` must refuse, or None when everything is taken."""
        return {"": "x" * 5000}

    def json_schema(self) -> dict[str, Any]:
        """The value as JSON Schema, for programs."""
        return {"type": "string"}

    def as_form(self, value: Any) -> dict[str, Any]:
        """A value that fits `json_schema` as the form data that says it, in the shape of `example`."""
        typed = self.form_value(value)
        return {f".{part}": text for part, text in typed.items()} if isinstance(typed, dict) else {"": typed}

    def read(self, value: Any) -> Any:
        """The value of an answer that a program gives, or None when it is empty. What holds for forms holds here.

        Raises:
            Wrong: when it does not fit `json_schema`, or a form that says the same would not be taken.
        """
        if fault := next(self.shape.iter_errors(value), None):
            raise Wrong(_("This does not fit the schema: %(fault)s.") % {"fault": fault.message[:200]})
        data: MultiValueDict[str, str] = MultiValueDict()
        try:
            for suffix, typed in self.as_form(value).items():
                data.setlist(f"value{suffix}", [str(each) for each in (typed if isinstance(typed, list) else [typed])])
        except ValueError:  # a date that fits the schema and is in no calendar
            raise Wrong(self.missing()) from None
        return self.parse("value", Submitted(data, MultiValueDict()))

    @cached_property
    def shape(self) -> Validator:
        """Checks values against `json_schema`."""
        return Draft202012Validator(self.json_schema(), validate_formats=True)


#: Field types by name. A type registers its class; the schema of definitions is built from this registry.
field_types: Registry[type[FieldBase]] = Registry("field type")
