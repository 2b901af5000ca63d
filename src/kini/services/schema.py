"""Schema of the pack's service files: definitions, question blocks, statements, channels.

Shorthands (`fee: free`) are expanded here, so that the rest of the code sees one form.
"""

from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from pydantic import (
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    field_validator,
    model_validator,
)

from kini.city.public import Id
from kini.core.config_messages import invalid, use_one_of
from kini.core.localized_text import Text
from kini.people.public import assurance_levels
from kini.services.conditions import When
from kini.services.fields.base import FieldBase, StrictModel, field_types
from kini.services.kinds import kinds

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Confidence = Literal["high", "medium", "low"]


def _field(value: Any) -> Any:
    """Parse a field with the class registered for its type, which may come from a plug-in."""
    if isinstance(value, FieldBase):
        return value
    name = str(value.get("type", "")) if isinstance(value, dict) else ""
    field_type = field_types.find(name)
    if field_type is None:
        message = _('there is no field type "%(name)s"') % {"name": name} if name else _("a field needs a type")
        raise invalid(message, use_one_of(field_types.names(), name), "type")
    return field_type.model_validate(value)


AnyField = Annotated[FieldBase, BeforeValidator(_field)]
Fields = Annotated[dict[Name, AnyField], Field(min_length=1)]


class Repeat(StrictModel):
    """Settings of a page that is answered several times (family members, tools of a business)."""

    name: Name = Field(description="Name under which the list of answers is stored.")
    min: int = Field(default=1, ge=0)
    max: int = Field(default=10, ge=1, le=50)
    item: Text = Field(description='What one of them is called: "Anggota keluarga".')


class Page(StrictModel):
    """One page of questions. With one field its label is the page's heading; with several, `page` is."""

    page: Text | None = Field(default=None, description="Heading; needed when there are several fields.")
    hint: Text | None = None
    when: When | None = None
    repeat: Repeat | None = None
    later: bool = Field(default=False, description="Asked after sending; for calls for help.")
    fields: Fields

    @model_validator(mode="after")
    def _several_need_a_heading(self) -> "Page":
        if (len(self.fields) > 1 or self.repeat) and not self.page:
            raise ValueError(_("a page with several fields needs a heading: page: {id: ..., en: ...}"))
        return self


class Use(StrictModel):
    """Reference to a block of pages (blocks/*.yaml)."""

    use: Id
    when: When | None = None
    later: bool = Field(default=False, description="Its pages are asked after sending.")


def _use_or_page(value: Any) -> str:
    return "a use" if isinstance(value, Use) or (isinstance(value, dict) and "use" in value) else "a page"


# Tags with a space are no keys of a file, so error paths contain only what the author wrote.
Ask = Annotated[Annotated[Use, Tag("a use")] | Annotated[Page, Tag("a page")], Discriminator(_use_or_page)]


class Block(StrictModel):
    """blocks/NAME.yaml: pages shared by services. The file name is the block's id."""

    about: Text | None = None
    pages: Annotated[list[Page], Field(min_length=1)]


class Attachment(StrictModel):
    """A required document.

    Attributes:
        statement: id of the sworn statement (statements.yaml) accepted instead (`or:`).
        one_of: kinds of documents, of which any is accepted; people say which one it is.
    """

    label: Text
    hint: Text | None = None
    optional: bool = False
    when: When | None = None
    statement: Id | None = Field(default=None, alias="or")
    one_of: dict[Name, Text] = Field(default={}, description="Documents of which any one is accepted, by a name.")
    max: int = Field(default=1, ge=1, le=5, description="How many files.")

    @field_validator("one_of")
    @classmethod
    def _several(cls, one_of: dict[str, Text]) -> dict[str, Text]:
        if len(one_of) == 1:
            raise ValueError(_("only one document is named; name at least two, or leave one_of out"))
        return one_of


UNITS = ("minutes", "hours", "working_hours", "days", "working_days", "months")


class Target(StrictModel):
    """Time limit in exactly one unit. Hours and days are calendar time; working ones follow office hours."""

    minutes: int | None = Field(default=None, ge=1)
    hours: int | None = Field(default=None, ge=1)
    working_hours: int | None = Field(default=None, ge=1)
    days: int | None = Field(default=None, ge=1)
    working_days: int | None = Field(default=None, ge=1)
    months: int | None = Field(default=None, ge=1)
    confidence: Confidence = "low"
    note: Text | None = None

    @model_validator(mode="after")
    def _one_unit(self) -> "Target":
        if sum(getattr(self, unit) is not None for unit in UNITS) != 1:
            raise ValueError(_("give exactly one of %(names)s") % {"names": ", ".join(UNITS)})
        return self

    @property
    def unit(self) -> str:
        return next(unit for unit in UNITS if getattr(self, unit) is not None)

    @property
    def amount(self) -> int:
        return int(getattr(self, self.unit))


def _fee(value: Any) -> Any:
    return {"amount": 0, "confidence": "high"} if value == "free" else value


class Fee(StrictModel):
    """Fee in whole units of the city's currency; without an amount, the note explains how it is calculated."""

    amount: int | None = Field(default=None, ge=0)
    confidence: Confidence = "low"
    note: Text | None = None

    @model_validator(mode="after")
    def _known_or_explained(self) -> "Fee":
        if self.amount is None and not self.note:
            raise ValueError(_("a fee without an amount needs a note that explains how it is calculated"))
        return self


class Letter(StrictModel):
    """Signed PDF letter with the result, created when a case reaches one of the states `at`.

    Attributes:
        title: heading; defaults to the name of what the service gives.
        at: states of the flow; defaults to every end with the outcome "granted".
        show: answers, lists of repeated pages and inputs of moves to print, by name and in order, each with its label
            (null: the label of the question). Nothing else is printed.
        months: validity; no value means unlimited.
    """

    template: Id = Field(description="letters/NAME.typ of the pack.")
    title: Text | None = None
    at: list[Name] = []
    show: dict[Name, Text | None] = {}
    months: int | None = Field(default=None, ge=1)


class Gives(StrictModel):
    """Result that the resident receives."""

    type: Literal["document", "decision", "help", "slot", "data", "receipt"]
    name: Text
    letter: Letter | None = None


class Law(StrictModel):
    """Legal basis of the service. A plain string in the file means high confidence."""

    text: str
    confidence: Confidence = "high"


class Retention(StrictModel):
    """Retention of answers and documents in years after closure, with its legal basis."""

    years: int = Field(ge=1, le=100)
    law: str


def _law(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


class Definition(StrictModel):
    """services/CATEGORY/NAME.yaml: one service. The file name is its id, the folder its category.

    The key named after the service's kind holds the kind's options; the kind validates it if installed.
    """

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True)

    kind: Id
    name: Text
    summary: Text = Field(description="One sentence: what it is and what one gets.")
    events: list[Id] = Field(default=[], description="Life events it belongs to (catalogue.yaml).")
    words: list[str] = Field(default=[], description="Everyday words for it, for the search.")
    agency: Id
    for_: Text = Field(alias="for", description="Who may apply.")
    ask: list[Ask] = []
    attach: dict[Name, Attachment] = {}
    bring: list[Text] = Field(default=[], description="What to have at hand on the day; nothing of it is sent in.")
    flow: Id | None = Field(default=None, description="Named flow (flows/*.yaml).")
    target: Target | None = Field(default=None, description="Left out when no time is promised or known.")
    fee: Annotated[Fee, BeforeValidator(_fee, json_schema_input_type=Fee | Literal["free"])]
    gives: Gives
    also: list[Id | Text] = Field(default=[], description="Other ways: a channel of channels.yaml, or a text.")
    law: list[Annotated[Law, BeforeValidator(_law, json_schema_input_type=Law | str)]] = []
    sources: list[str] = Field(default=[], description="Where the facts come from: whole addresses, or words.")
    confidence: Confidence = "low"
    note: Text | None = None
    assurance: assurance_levels.Level | None = Field(
        default=None,
        description="How sure the city must be of who applies: typed (the default), counter, or register.",
    )
    retention: Retention | None = Field(default=None, description="Left out, the term of the kind holds.")
    sensitive: bool | None = Field(
        default=None,
        description="Data of a specific kind (UU 27/2022 art. 4 (2): health, violence): answers are sealed whole.",
    )
    past: Text | None = Field(default=None, description="From which time it is, when it is not offered today.")

    @model_validator(mode="before")
    @classmethod
    def _only_the_kinds_key(cls, value: Any) -> Any:
        if isinstance(value, dict):
            own = {str(value["kind"])} if value.get("kind") else set()
            known = definition_keys() | {"for_"} | own
            for key in value.keys() - known:
                raise ValueError(
                    _('unknown key "%(key)s"; a service has: %(names)s')
                    % {"key": key, "names": ", ".join(sorted(known))}
                )
        return value

    def options_of(self, kind: str) -> dict[str, Any]:
        """Raw options under the key of this kind."""
        return (self.model_extra or {}).get(kind) or {}


def definition_keys() -> frozenset[str]:
    """Keys of a service file, except the one named after its kind."""
    return frozenset(field.alias or name for name, field in Definition.model_fields.items())


class Channel(StrictModel):
    """channels.yaml: another channel to apply, such as a hotline or a counter."""

    name: Text
    how: Text | None = None
    phone: str | None = None
    place: Id | None = Field(default=None, description="Kind of place (places.csv) where it is.")


class Statement(StrictModel):
    """statements.yaml: a sworn statement that replaces a missing document."""

    name: Text
    text: Text


def service_file_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of a service file, including all registered field types and kinds."""
    schema = Definition.model_json_schema(by_alias=True)
    union: Any = Annotated[reduce(or_, list(field_types)), Field(discriminator="type")]
    fields = TypeAdapter(union).json_schema(by_alias=True)
    definitions = fields.pop("$defs", {})
    for field_type in field_types:
        definitions[field_type.__name__].setdefault("required", []).append("type")
    for kind in kinds:
        options = kind.Options.model_json_schema(by_alias=True)
        definitions |= options.pop("$defs", {})
        schema["properties"][kind.id] = options
    schema["$defs"] |= definitions | {"FieldBase": fields}
    schema["additionalProperties"] = {"type": "object", "description": "What a kind of service adds, under its id."}
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return schema
