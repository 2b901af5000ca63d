"""Choice fields: yes/no, consent, single choice, multiple choice, ranking."""

from typing import Annotated, Any, ClassVar, Literal, Self

from django.utils.translation import gettext as _
from pydantic import Field as Option
from pydantic import model_validator

from kini.city import queries
from kini.core.localized_text import Text
from kini.services.fields.base import FieldBase, FormData, InvalidAnswer, input_id
from kini.services.fields.text import clean_text

Options = Annotated[dict[str, Text], Option(min_length=1)]


#: Two options of at most this many characters are placed side by side, even on a narrow screen.
SHORT = 14


def option_rows(options: dict[str, Text], chosen: Any) -> list[dict[str, Any]]:
    """Options for a template: value, label, chosen."""
    values = chosen if isinstance(chosen, list) else [chosen]
    return [{"value": value, "label": str(label), "chosen": value in values} for value, label in options.items()]


class BooleanField(FieldBase):
    """Yes or no."""

    type: Literal["boolean"] = "boolean"
    template: ClassVar[str] = "choice.html"
    uses_fieldset: ClassVar[bool] = True

    def parse(self, name: str, sent: FormData) -> Any:
        typed = sent.text(name)
        if typed not in ("", "yes", "no"):
            raise InvalidAnswer(_("Choose yes or no."))
        return typed == "yes" if typed else None

    def missing(self) -> str:
        return _("Choose yes or no.")

    def form_value(self, value: Any) -> Any:
        return "" if value is None else "yes" if value else "no"

    def show(self, value: Any) -> str:
        return _("Yes") if value else _("No")

    def context(self, name: str, typed: Any) -> dict[str, Any]:
        rows = [("yes", _("Yes")), ("no", _("No"))]
        return {"options": [{"value": v, "label": label, "chosen": v == typed} for v, label in rows], "inline": True}

    def example(self, number: int) -> dict[str, Any]:
        return {"": "no" if number % 2 else "yes"}

    def invalid_example(self) -> dict[str, Any] | None:
        return {"": "perhaps"}

    def json_schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


class ConsentField(FieldBase):
    """Required consent; the label is the sentence to agree to."""

    type: Literal["consent"] = "consent"
    template: ClassVar[str] = "consent.html"
    uses_fieldset: ClassVar[bool] = True

    def parse(self, name: str, sent: FormData) -> Any:
        typed = sent.text(name)
        if typed not in ("", "yes"):
            raise InvalidAnswer(self.missing())
        return True if typed else None

    def missing(self) -> str:
        return _("Tick the box to go on.")

    def form_value(self, value: Any) -> Any:
        return "yes" if value else ""

    def show(self, value: Any) -> str:
        return _("Agreed")

    def context(self, name: str, typed: Any) -> dict[str, Any]:
        return {"legend": _("Your consent")}

    def example(self, number: int) -> dict[str, Any]:
        return {"": "yes"}

    def invalid_example(self) -> dict[str, Any] | None:
        return {"": "no"}

    def json_schema(self) -> dict[str, Any]:
        return {"const": True}


class ChoiceField(FieldBase):
    """Single choice."""

    type: Literal["choice"] = "choice"
    options: Options
    template: ClassVar[str] = "choice.html"
    uses_fieldset: ClassVar[bool] = True

    def parse(self, name: str, sent: FormData) -> Any:
        typed = sent.text(name)
        if typed and typed not in self.options:
            raise InvalidAnswer(_("Choose one of the answers in the list."))
        return typed or None

    def missing(self) -> str:
        return _("Choose one of the answers.")

    def show(self, value: Any) -> str:
        return str(self.options.get(value, value))

    def context(self, name: str, typed: Any) -> dict[str, Any]:
        rows = option_rows(self.options, typed)
        return {"options": rows, "inline": len(rows) == 2 and all(len(row["label"]) <= SHORT for row in rows)}

    def example(self, number: int) -> dict[str, Any]:
        return {"": list(self.options)[number % len(self.options)]}

    def invalid_example(self) -> dict[str, Any] | None:
        return {"": "none-of-these"}

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.options)}


class ChoiceRemoteField(ChoiceField):
    """Single choice from a list of the pack (lists/NAME.yaml), whose options the loader fills in."""

    type: Literal["choice_remote"] = "choice_remote"  # type: ignore[assignment]
    list: str
    options: dict[str, Text] = Option(default={}, description="Filled in from the list; not written in a file.")
    template: ClassVar[str] = "select.html"
    uses_fieldset: ClassVar[bool] = False


class MultiChoiceField(FieldBase):
    """Multiple choice."""

    type: Literal["multichoice"] = "multichoice"
    options: Options
    min: int = Option(default=1, ge=1)
    max: int | None = Option(default=None, ge=1)
    accepts_several: ClassVar[bool] = True
    template: ClassVar[str] = "multichoice.html"
    uses_fieldset: ClassVar[bool] = True

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.min > len(self.options) or (self.max is not None and self.max < self.min):
            raise ValueError(_("min and max cannot both hold with these options"))
        return self

    def parse(self, name: str, sent: FormData) -> Any:
        typed = list(dict.fromkeys(sent.texts(name)))
        if not typed:
            return None
        if any(value not in self.options for value in typed):
            raise InvalidAnswer(_("Choose only answers from the list."))
        if len(typed) < self.min:
            raise InvalidAnswer(_("Choose at least %(number)d.") % {"number": self.min})
        if self.max is not None and len(typed) > self.max:
            raise InvalidAnswer(_("Choose at most %(number)d.") % {"number": self.max})
        return [value for value in self.options if value in typed]

    def missing(self) -> str:
        return _("Choose at least one of the answers.")

    def typed(self, name: str, sent: FormData) -> Any:
        return sent.texts(name)

    def form_value(self, value: Any) -> Any:
        return value or []

    def show(self, value: Any) -> str:
        return ", ".join(str(self.options.get(item, item)) for item in value)

    def context(self, name: str, typed: Any) -> dict[str, Any]:
        return {"options": option_rows(self.options, typed or [])}

    def example(self, number: int) -> dict[str, Any]:
        values = list(self.options)
        return {"": [values[(number + i) % len(values)] for i in range(self.min)]}

    def invalid_example(self) -> dict[str, Any] | None:
        return {"": ["none-of-these"]}

    def json_schema(self) -> dict[str, Any]:
        upper = {"maxItems": self.max} if self.max is not None else {}
        items = {"type": "string", "enum": list(self.options)}
        return {"type": "array", "items": items, "minItems": self.min, "uniqueItems": True, **upper}


class RankedListField(FieldBase):
    """Ranked choices from options, a list of the pack, or places of a kind.

    If the pack has no places of that kind, names are typed. The value is a list of {"value", "name"}; the name is
    stored so that old cases do not change.
    """

    type: Literal["ranked_list"] = "ranked_list"
    options: dict[str, Text] = {}
    list: str | None = None
    place: str | None = Option(default=None, description="Kind of place (places.csv).")
    max: int = Option(default=3, ge=1, le=10)
    template: ClassVar[str] = "ranked.html"
    uses_fieldset: ClassVar[bool] = True

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        sources = (bool(self.options) and not self.list) + bool(self.list) + bool(self.place)
        if sources != 1:
            raise ValueError(_("give exactly one of options, list and place"))
        return self

    def choices(self) -> dict[str, str]:
        """Current options, as value to label."""
        if self.place:
            return {place.id: place.name for place in queries.place_options(self.place)}
        return {value: str(label) for value, label in self.options.items()}

    def inputs(self, name: str) -> frozenset[str]:
        return frozenset(f"{name}.{n}" for n in range(1, self.max + 1))

    def anchor(self, name: str) -> str:
        return super().anchor(f"{name}.1")

    def parse(self, name: str, sent: FormData) -> Any:
        typed = [clean_text(value, limit=160) for value in self.typed(name, sent) if value]
        choices = self.choices() or {value: value for value in typed if self.place}
        if any(value not in choices for value in typed):
            raise InvalidAnswer(_("Choose only answers from the list."))
        if len(set(typed)) < len(typed):
            raise InvalidAnswer(_("You chose the same answer twice. Choose another one, or leave one empty."))
        return [{"value": value, "name": choices[value]} for value in typed] or None

    def missing(self) -> str:
        return _("Choose at least your first choice.")

    def typed(self, name: str, sent: FormData) -> Any:
        return [sent.text(f"{name}.{n}") for n in range(1, self.max + 1)]

    def form_value(self, value: Any) -> Any:
        return [item["value"] for item in value or []]

    def show(self, value: Any) -> str:
        return "; ".join(f"{rank}. {self._name(item)}" for rank, item in enumerate(value, 1))

    def _name(self, item: dict[str, str]) -> str:
        label = self.options.get(item["value"])
        return str(label) if label else item["name"]

    def context(self, name: str, typed: Any) -> dict[str, Any]:
        choices = self.choices()
        chosen = [*(typed or []), *[""] * self.max][: self.max]
        rows = [
            {
                "name": f"{name}.{rank}",
                "id": input_id(f"{name}.{rank}"),
                "rank": rank,
                "value": chosen[rank - 1],
                "options": [
                    {"value": v, "label": label, "chosen": v == chosen[rank - 1]} for v, label in choices.items()
                ],
            }
            for rank in range(1, self.max + 1)
        ]
        return {"rows": rows}

    def example(self, number: int) -> dict[str, Any]:
        values = [*self.choices()] or [f"Tempat {n}" for n in range(1, 20)]
        ranks = range(1, min(self.max, len(values), 2) + 1)
        return {f".{rank}": values[(number + rank) % len(values)] for rank in ranks}

    def invalid_example(self) -> dict[str, Any] | None:
        return {".1": "x" * 161}

    def to_form_data(self, value: Any) -> dict[str, Any]:
        return {f".{rank}": item for rank, item in enumerate(self.form_value(value), 1)}

    def json_schema(self) -> dict[str, Any]:
        item = {
            "type": "object",
            "properties": {"value": {"type": "string"}, "name": {"type": "string"}},
            "required": ["value"],
            "additionalProperties": False,
        }
        return {"type": "array", "items": item, "minItems": 1, "maxItems": self.max}


TYPES = (BooleanField, ConsentField, ChoiceField, ChoiceRemoteField, MultiChoiceField, RankedListField)
