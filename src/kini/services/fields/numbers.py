"""Number fields: integer, year, money, decimal."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Literal, Self

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from pydantic import Field as Option
from pydantic import model_validator

from kini.core.localized_text import Text
from kini.services.fields.base import FieldBase, FormData, InvalidAnswer
from kini.services.fields.text import clean_text
from kini.web import formats

_GROUPED = re.compile(r"^-?[0-9]{1,3}([., ][0-9]{3})+$")
_WHOLE = re.compile(r"^-?[0-9]{1,15}$")
_DECIMAL = re.compile(r"^-?[0-9]{1,15}([.,][0-9]+)?$")


def parse_integer(typed: str) -> int:
    """Parse a typed integer: "1500", "1.500", "1,500", "1 500".

    Raises:
        InvalidAnswer: when it is not an integer.
    """
    digits = re.sub(r"[., ]", "", typed) if _GROUPED.match(typed) else typed
    if not _WHOLE.match(digits):
        raise InvalidAnswer(_("Enter a whole number, in digits only."))
    return int(digits)


def check_bounds(value: Decimal | int, least: float | None, most: float | None) -> None:
    """Check the bounds.

    Raises:
        InvalidAnswer: when the value is out of bounds.
    """
    if least is not None and value < Decimal(str(least)):
        raise InvalidAnswer(_("Enter a number of at least %(bound)s.") % {"bound": format_number(least)})
    if most is not None and value > Decimal(str(most)):
        raise InvalidAnswer(_("Enter a number of at most %(bound)s.") % {"bound": format_number(most)})


def format_number(value: Any) -> str:
    """Format a number in the active locale."""
    return number_format(Decimal(str(value)), use_l10n=True, force_grouping=True)


class IntegerField(FieldBase):
    """A whole number, 0 or more by default."""

    type: Literal["integer"] = "integer"
    min: int = 0
    max: int | None = None
    unit: Text | None = None
    template: ClassVar[str] = "number.html"
    inputmode: ClassVar[str] = "numeric"

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.max is not None and self.max < self.min:
            raise ValueError(_("max is below min"))
        return self

    def parse(self, name: str, sent: FormData) -> Any:
        typed = clean_text(sent.text(name), limit=30)
        if not typed:
            return None
        value = parse_integer(typed)
        check_bounds(value, self.min, self.max)
        return value

    def show(self, value: Any) -> str:
        return f"{format_number(value)} {self.unit}" if self.unit else format_number(value)

    def example(self, number: int) -> dict[str, Any]:
        span = (self.max - self.min if self.max is not None else 20) + 1
        return {"": str(self.min + (number + 1) % span)}

    def invalid_example(self) -> dict[str, Any] | None:
        return {"": "tiga?"}

    def json_schema(self) -> dict[str, Any]:
        upper = {"maximum": self.max} if self.max is not None else {}
        return {"type": "integer", "minimum": self.min, **upper}


class YearField(IntegerField):
    """A year, in four digits."""

    type: Literal["year"] = "year"  # type: ignore[assignment]
    min: int = 1900
    max: int = 2100

    def parse(self, name: str, sent: FormData) -> Any:
        typed = clean_text(sent.text(name), limit=30)
        if not typed:
            return None
        if not re.fullmatch("[0-9]{4}", typed):
            raise InvalidAnswer(_("Enter the year with four digits."))
        if not self.min <= int(typed) <= self.max:
            raise InvalidAnswer(_("Enter a year from %(first)d to %(last)d.") % {"first": self.min, "last": self.max})
        return int(typed)

    def show(self, value: Any) -> str:
        return str(value)


class MoneyField(IntegerField):
    """An amount in whole units of the city's currency."""

    type: Literal["money"] = "money"  # type: ignore[assignment]
    template: ClassVar[str] = "money.html"

    def parse(self, name: str, sent: FormData) -> Any:
        typed = re.sub(r"^[A-Za-z]{1,3}\.?\s*", "", clean_text(sent.text(name), limit=30))
        if not typed:
            return super().parse(name, sent)
        value = parse_integer(typed)
        check_bounds(value, self.min, self.max)
        return value

    def show(self, value: Any) -> str:
        return formats.money(value)

    def context(self, name: str, typed: Any) -> dict[str, Any]:
        return {"currency": formats.money(0).rstrip("0").strip()}

    def example(self, number: int) -> dict[str, Any]:
        most = self.max if self.max is not None else self.min + 5_000_000
        return {"": str(min(most, self.min + 1000 * (1 + number % 2000)))}


class DecimalField(FieldBase):
    """A decimal number, stored as a string to avoid rounding."""

    type: Literal["decimal"] = "decimal"
    min: float = 0
    max: float | None = None
    places: int = Option(default=2, ge=1, le=8)
    unit: Text | None = None
    template: ClassVar[str] = "number.html"
    inputmode: ClassVar[str] = "decimal"

    def parse(self, name: str, sent: FormData) -> Any:
        typed = clean_text(sent.text(name), limit=30)
        if not typed:
            return None
        if not _DECIMAL.match(typed):
            raise InvalidAnswer(_("Enter a number like 12.5, without any other characters."))
        try:
            value = Decimal(typed.replace(",", "."))
        except InvalidOperation:
            raise InvalidAnswer(_("Enter a number like 12.5, without any other characters.")) from None
        if -int(value.as_tuple().exponent) > self.places:
            raise InvalidAnswer(_("Enter at most %(places)d decimal places.") % {"places": self.places})
        check_bounds(value, self.min, self.max)
        return str(value)

    def show(self, value: Any) -> str:
        return f"{format_number(value)} {self.unit}" if self.unit else format_number(value)

    def example(self, number: int) -> dict[str, Any]:
        most = self.max if self.max is not None else self.min + 100
        return {"": f"{self.min + (most - self.min) * ((number % 9) + 1) / 10:.1f}"}

    def invalid_example(self) -> dict[str, Any] | None:
        return {"": "12,5,7"}

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}


TYPES = (IntegerField, YearField, MoneyField, DecimalField)
