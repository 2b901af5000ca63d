"""The typed schema of what a pack says about services: definitions, flows, question blocks, statements, channels.

A civil servant can read such a file aloud. Shorthands (`fee: free`, `flow: registry-decision`) are widened here, so
that the rest of the house sees one form.
"""

from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field, Tag, TypeAdapter, model_validator

from kini.city.schema import Id
from kini.core.texts import Text
from kini.services.conditions import When
from kini.services.fields.base import FieldBase, Strict, field_types
from kini.services.kinds import kinds

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Confidence = Literal["high", "medium", "low"]


class PublicState(StrEnum):
    """The words a resident sees, whatever the flow calls its states (five that cities commonly use, and two more)."""

    WAITING = "waiting"
    COORDINATION = "coordination"
    DISPOSITION = "disposition"
    PROCESS = "process"
    DONE = "done"
    REJECTED = "rejected"
    REOPENED = "reopened"


def _field(value: Any) -> Any:
    """Read a field by its type's own class, so that an outside field type is no different from ours."""
    if isinstance(value, FieldBase):
        return value
    if not isinstance(value, dict) or "type" not in value:
        raise ValueError(f"a field needs a type; one of: {', '.join(field_types.names())}")
    sort = field_types.find(str(value["type"]))
    if sort is None:
        raise ValueError(f'there is no field type "{value["type"]}"; use one of: {", ".join(field_types.names())}')
    return sort.model_validate(value)


AnyField = Annotated[FieldBase, BeforeValidator(_field)]
Fields = Annotated[dict[Name, AnyField], Field(min_length=1)]


class Repeat(Strict):
    """A page that is answered several times: members of a family, tools of a business."""

    name: Name = Field(description="Name under which the list of answers is kept.")
    min: int = Field(default=1, ge=0)
    max: int = Field(default=10, ge=1, le=50)
    item: Text = Field(description='What one of them is called: "Anggota keluarga".')


class Page(Strict):
    """One page of questions: one thing. With one field its label is the page's heading, with several `page` is."""

    page: Text | None = Field(default=None, description="Heading; needed when there are several fields.")
    hint: Text | None = None
    when: When | None = None
    repeat: Repeat | None = None
    fields: Fields

    @model_validator(mode="after")
    def _several_need_a_heading(self) -> "Page":
        if (len(self.fields) > 1 or self.repeat) and not self.page:
            raise ValueError("a page with several fields needs a heading: page: {id: ..., en: ...}")
        return self


class Use(Strict):
    """A named block of pages (blocks/*.yaml) stands here."""

    use: Id
    when: When | None = None


def _use_or_page(value: Any) -> str:
    return "a use" if isinstance(value, Use) or (isinstance(value, dict) and "use" in value) else "a page"


# The tags are no keys of a file, so that a fault's place names only what the author wrote.
Ask = Annotated[Annotated[Use, Tag("a use")] | Annotated[Page, Tag("a page")], Discriminator(_use_or_page)]


class Block(Strict):
    """blocks/NAME.yaml: pages that many services share. The file name is the block's id."""

    about: Text | None = None
    pages: Annotated[list[Page], Field(min_length=1)]


class Attachment(Strict):
    """A document that must be shown.

    Attributes:
        statement: id of the sworn statement (statements.yaml) that stands in for it when there is none (`or:`).
    """

    label: Text
    hint: Text | None = None
    optional: bool = False
    when: When | None = None
    statement: Id | None = Field(default=None, alias="or")
    max: int = Field(default=1, ge=1, le=5, description="How many files.")


UNITS = ("minutes", "hours", "working_hours", "days", "working_days", "months")


class Target(Strict):
    """Within which time: exactly one unit. Hours and days run by the calendar, working ones by office hours."""

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
            raise ValueError(f"give exactly one of {', '.join(UNITS)}")
        return self

    @property
    def unit(self) -> str:
        return next(unit for unit in UNITS if getattr(self, unit) is not None)

    @property
    def amount(self) -> int:
        return int(getattr(self, self.unit))


def _fee(value: Any) -> Any:
    return {"amount": 0, "confidence": "high"} if value == "free" else value


class Fee(Strict):
    """What it costs, in whole units of the city's currency; without an amount the note says how it is reckoned."""

    amount: int | None = Field(default=None, ge=0)
    confidence: Confidence = "low"
    note: Text | None = None

    @model_validator(mode="after")
    def _known_or_explained(self) -> "Fee":
        if self.amount is None and not self.note:
            raise ValueError("a fee without an amount needs a note that says how it is reckoned")
        return self


class Letter(Strict):
    """The letter that carries the result: a signed PDF, made when a case reaches one of the states `at`.

    Attributes:
        title: what stands over it; left out, the name of what the service gives.
        at: states of the flow; left out, every end whose outcome is "granted".
        show: what the paper says of the case, in order: an answer, a list of a repeated page, or what an officer gave
            at a step, by name, each with its label on paper (null: the label of the question). Nothing else is shown.
        months: for how long it is valid; left out, for good.
    """

    template: Id = Field(description="letters/NAME.typ of the pack.")
    title: Text | None = None
    at: list[Name] = []
    show: dict[Name, Text | None] = {}
    months: int | None = Field(default=None, ge=1)


class Gives(Strict):
    """What the resident gets in the end."""

    type: Literal["document", "decision", "help", "slot", "data", "receipt"]
    name: Text
    letter: Letter | None = None


class Law(Strict):
    """A law that the service rests on. In a file its name alone says that it is certain."""

    text: str
    confidence: Confidence = "high"


def _law(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


class Definition(Strict):
    """services/CATEGORY/NAME.yaml: one service of the city. The file name is its id, the folder its category.

    A key with the id of the service's kind holds what that kind adds; it is checked by the kind, when it is present.
    """

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True)

    kind: Id
    name: Text
    summary: Text = Field(description="One sentence: what it is and what one gets.")
    events: list[Id] = Field(default=[], description="Life events it belongs to (catalogue.yaml).")
    words: list[str] = Field(default=[], description="What people call it; found by search.")
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
    past: Text | None = Field(default=None, description="From which time it is, when it is not offered today.")

    @model_validator(mode="before")
    @classmethod
    def _only_the_kinds_key(cls, value: Any) -> Any:
        if isinstance(value, dict):
            own = {str(value["kind"])} if value.get("kind") else set()
            known = definition_keys() | {"for_"} | own
            for key in value.keys() - known:
                raise ValueError(f'unknown key "{key}"; a service has: {", ".join(sorted(known))}')
        return value

    def options_of(self, kind: str) -> dict[str, Any]:
        """What the file says under the kind's own key."""
        return (self.model_extra or {}).get(kind) or {}


def definition_keys() -> frozenset[str]:
    """The keys of a service file, without the one that is named after its kind."""
    return frozenset(field.alias or name for name, field in Definition.model_fields.items())


def _move(value: Any) -> Any:
    return {"to": value} if isinstance(value, str) else value


class Move(Strict):
    """An edge of a flow.

    Attributes:
        label: what the button says; left out, the pack's common words for that move (moves.yaml) are used.
        needs: names of inputs (inputs.yaml) that must be given: reason, message, photo ...
        within: days after a case ended during which this edge may still be taken (reopening).
        by: who may take this edge, when it is not whoever acts at the state.
    """

    to: Name
    label: Text | None = None
    needs: list[Name] = []
    by: Id | None = None
    within: int | None = Field(default=None, ge=1, description="Days.")
    danger: bool = Field(default=False, description="Shown as a grave step (refusal, false alarm).")


class After(Strict):
    """An edge that time takes, when nothing has happened for that many days (by the calendar)."""

    days: int = Field(ge=1)
    to: Name


class State(Strict):
    """A step of a flow.

    Attributes:
        name: what officers read in the queue.
        does: a plain sentence for the resident: what happens now, or what happened in the end.
        by: a role of the pack (roles.yaml), "resident", or "system"; nobody acts at an end.
        clock: "paused" while the resident must act.
        outcome: how an ended case ended, for statistics and letters.
        target: a time of its own for this step (the review of an objection); the service's clock stands meanwhile.
    """

    name: Text
    does: Text
    public: PublicState
    by: Id | None = None
    clock: Literal["running", "paused"] = "running"
    moves: dict[Name, Annotated[Move, BeforeValidator(_move, json_schema_input_type=Move | Name)]] = {}
    after: After | None = None
    end: bool = False
    outcome: Literal["granted", "refused", "withdrawn", "expired", "solved", "unfounded", "joined"] | None = None
    withdraw: bool = Field(default=True, description="Whether the resident may still withdraw here.")
    target: Target | None = Field(default=None, description="Within which time this step alone must be done.")

    @model_validator(mode="after")
    def _only_running_states_have_a_time(self) -> "State":
        if self.target and (self.end or self.clock == "paused"):
            raise ValueError("a state with a time of its own is no end, and its clock runs")
        return self

    @model_validator(mode="after")
    def _ends_have_outcomes(self) -> "State":
        if self.end != (self.outcome is not None):
            raise ValueError("an end needs an outcome, and only an end has one")
        if not self.end and not self.by:
            raise ValueError('say who acts here: by: a role of roles.yaml, "resident" or "system"')
        return self


WITHDRAWN = "withdrawn"
JOINED = "joined"
#: How a case ends when its service gives what was asked for.
GOOD_ENDS = frozenset({"granted", "solved"})


class Flow(Strict):
    """flows/NAME.yaml: the steps from a submitted case to its end. The file name is the flow's id.

    A flow with `withdrawn` among its states lets the resident withdraw from every state that is no end and does not
    say `withdraw: false`; that edge is called `withdraw` and need not be written. One with `joined` lets officers end a
    case that is the same thing as an earlier one: `join` leads there from every state that is no end, and `separate`
    back to the start when that was a mistake.
    """

    start: Name
    states: Annotated[dict[Name, State], Field(min_length=2)]

    @model_validator(mode="after")
    def _whole(self) -> "Flow":
        faults = list(flow_faults(self))
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def edges(self) -> list[tuple[str, str, str]]:
        """All edges as (state, move, next state), with the implied ones: withdraw and, by time, after."""
        found = []
        for name, state in self.states.items():
            found += [(name, move, edge.to) for move, edge in state.moves.items()]
            if WITHDRAWN in self.states and not state.end and state.withdraw:
                found.append((name, "withdraw", WITHDRAWN))
            if state.after:
                found.append((name, "after", state.after.to))
            if JOINED in self.states and not state.end:
                found.append((name, "join", JOINED))
        if JOINED in self.states:
            found.append((JOINED, "separate", self.start))
        return found

    def usual_way(self, here: str) -> tuple[str, ...]:
        """The states after this one to a good end (else to any), by the moves as they are written, no grave ones."""
        if self.states[here].end:
            return ()
        return self._way(here, frozenset(), GOOD_ENDS) or self._way(here, frozenset(), None) or ()

    def _way(self, here: str, behind: frozenset[str], outcomes: frozenset[str] | None) -> tuple[str, ...] | None:
        """None: no way leads from here to an end of these outcomes (None: of any) past the states behind."""
        for move in self.states[here].moves.values():
            state = self.states[move.to]
            if move.danger or move.to in behind | {here}:
                continue
            if state.end and (outcomes is None or state.outcome in outcomes):
                return (move.to,)
            further = None if state.end else self._way(move.to, behind | {here}, outcomes)
            if further:
                return (move.to, *further)
        return None


def flow_faults(flow: Flow) -> list[str]:
    """What is wrong with a flow's graph: missing states, states nobody reaches, dead ends."""
    edges = flow.edges()
    faults = [f'"{a}" leads to "{b}", which is not among the states' for a, _, b in edges if b not in flow.states]
    if flow.start not in flow.states:
        faults.append(f'start "{flow.start}" is not among the states')
    reached, frontier = {flow.start}, [flow.start]
    while frontier:
        here = frontier.pop()
        fresh = {b for a, _, b in edges if a == here} - reached
        reached |= fresh
        frontier += fresh
    faults += [f'no path leads from "{flow.start}" to "{name}"' for name in flow.states if name not in reached]
    leaving = {a for a, _, _ in edges}
    faults += [f'"{n}" is no end and has no moves' for n, s in flow.states.items() if not s.end and n not in leaving]
    return faults


class Channel(Strict):
    """channels.yaml: another way to the same case."""

    name: Text
    how: Text | None = None
    phone: str | None = None
    place: Id | None = Field(default=None, description="Kind of place (places.csv) where it is.")


class Statement(Strict):
    """statements.yaml: a sworn statement that stands in for a missing document."""

    name: Text
    text: Text


def json_schema() -> dict[str, Any]:
    """The schema of a service file as JSON Schema 2020-12, with every registered field type and kind spelled out."""
    schema = Definition.model_json_schema(by_alias=True)
    union: Any = Annotated[reduce(or_, list(field_types)), Field(discriminator="type")]
    fields = TypeAdapter(union).json_schema(by_alias=True)
    definitions = fields.pop("$defs", {})
    for sort in field_types:
        definitions[sort.__name__].setdefault("required", []).append("type")
    for kind in kinds:
        options = kind.Options.model_json_schema(by_alias=True)
        definitions |= options.pop("$defs", {})
        schema["properties"][kind.id] = options
    schema["$defs"] |= definitions | {"FieldBase": fields}
    schema["additionalProperties"] = {"type": "object", "description": "What a kind of service adds, under its id."}
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return schema
