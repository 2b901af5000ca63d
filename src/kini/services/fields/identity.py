"""Identity numbers, stored encrypted and shown masked."""

import random
import re
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import Any, ClassVar, Literal

from django.utils.translation import gettext as _
from pydantic import Field as Option
from stdnum import numdb
from stdnum.exceptions import ValidationError
from stdnum.id import nik

from kini.city.public import pack
from kini.people.rules import NationalIdError, mask_number, parse_national_id
from kini.services.fields.base import FieldBase, FormData, InvalidAnswer
from kini.services.fields.text import clean_text
from kini.web.formats import today


class SealedField(FieldBase):
    """Base of fields whose value is stored encrypted."""

    sealed: ClassVar[bool] = True
    inputmode: ClassVar[str] = "numeric"

    def show(self, value: Any) -> str:
        return mask_number(value)

    def reveal(self, value: Any) -> str:
        return str(value)


def parse_sixteen_digits(typed: str) -> str:
    """Parse a sixteen-digit number with any grouping.

    Raises:
        InvalidAnswer: when it does not have sixteen digits.
    """
    digits = re.sub(r"[\s.-]", "", typed)
    if not digits.isascii() or not digits.isdigit():
        raise InvalidAnswer(_("The number has 16 digits. Remove letters and other characters."))
    if len(digits) != 16:
        raise InvalidAnswer(
            _("The number has 16 digits; you typed %(count)d. Check it on the card.") % {"count": len(digits)}
        )
    return digits


@lru_cache
def nik_regions() -> tuple[str, ...]:
    """Valid first four digits of a NIK (region codes of python-stdnum), ascending."""
    known = numdb.get("id/loc")
    return tuple(code for code in (f"{n:04d}" for n in range(1100, 9500)) if known.info(code)[0][1])


def example_nik(number: int) -> str:
    """A formally valid NIK; each `number` gives a different one."""
    region = nik_regions()[number % len(nik_regions())]
    return f"{region}01{1 + number % 28:02d}{1 + number % 12:02d}{70 + number % 29:02d}{1 + number % 9999:04d}"


class NikField(SealedField):
    """Indonesian national identity number (NIK), sixteen digits, validated with python-stdnum."""

    type: Literal["nik"] = "nik"

    def parse(self, name: str, sent: FormData) -> Any:
        typed = clean_text(sent.text(name), limit=60)
        if not typed:
            return None
        digits = parse_sixteen_digits(typed)
        try:
            nik.get_birth_date(digits)
        except ValidationError:
            raise InvalidAnswer(_("Check the seventh to the twelfth digit: they are the date of birth.")) from None
        if not nik.is_valid(digits):
            raise InvalidAnswer(_("Check the first four digits: they are the region where the number was given."))
        return digits

    def example(self, number: int) -> dict[str, Any]:
        return {"": example_nik(number)}

    def invalid_example(self) -> dict[str, Any] | None:
        return {"": "3171019913990001"}

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[0-9]{16}$"}


class FamilyCardField(SealedField):
    """Number of an Indonesian family card (KK): region, date of issue, serial number."""

    type: Literal["kk_number"] = "kk_number"

    def parse(self, name: str, sent: FormData) -> Any:
        typed = clean_text(sent.text(name), limit=60)
        if not typed:
            return None
        digits = parse_sixteen_digits(typed)
        if not (1 <= int(digits[6:8]) <= 31 and 1 <= int(digits[8:10]) <= 12):
            raise InvalidAnswer(_("Check the seventh to the tenth digit: they are the day and month of issue."))
        return digits

    def example(self, number: int) -> dict[str, Any]:
        region = nik_regions()[number % len(nik_regions())]
        return {
            "": f"{region}01{1 + number % 28:02d}{1 + number % 12:02d}{10 + number % 15:02d}{1 + number % 9999:04d}"
        }

    def invalid_example(self) -> dict[str, Any] | None:
        return {"": "3171019999990001"}

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[0-9]{16}$"}


@lru_cache(maxsize=256)
def example_national_id(name: str, number: int) -> str:
    """A formally valid number of a stdnum scheme, found by seeded random sampling.

    Raises:
        LookupError: when 100,000 samples of each length from 8 to 16 contain none.
    """
    known: dict[str, Callable[[int], str]] = {"id.nik": example_nik}
    if name in known:
        return known[name](number)
    rules, draw = import_module(f"stdnum.{name}"), random.Random(number)  # noqa: S311 -- not a secret
    for _attempt in range(100_000):
        for length in range(8, 17):
            candidate = "".join(draw.choices("0123456789", k=length))
            if rules.is_valid(candidate):
                return candidate
    raise LookupError(f"No example of a {name} was found.")


class NationalIdField(SealedField):
    """National identity number of the city's country (scheme in city.toml)."""

    type: Literal["national_id"] = "national_id"
    inputmode: ClassVar[str] = ""

    def parse(self, name: str, sent: FormData) -> Any:
        kind = pack.current().national_id
        typed = clean_text(sent.text(name), limit=60)
        if not typed:
            return None
        try:
            return parse_national_id(typed, kind, today()).number
        except NationalIdError as fault:
            raise InvalidAnswer(str(fault)) from None

    def example(self, number: int) -> dict[str, Any]:
        return {"": example_national_id(pack.current().national_id, number)}

    def invalid_example(self) -> dict[str, Any] | None:
        return {"": "12?"}

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 4, "maxLength": 40}


class AccountNumberField(SealedField):
    """Customer or bank account number: digits and letters, without spaces."""

    type: Literal["account_number"] = "account_number"
    min: int = Option(default=5, ge=1)
    max: int = Option(default=24, le=40)

    def parse(self, name: str, sent: FormData) -> Any:
        typed = clean_text(sent.text(name), limit=80).upper()
        if not typed:
            return None
        compact = re.sub(r"[\s./-]", "", typed)
        if not re.fullmatch(r"[A-Z0-9]+", compact):
            raise InvalidAnswer(_("Enter only the digits and letters of the number."))
        if not self.min <= len(compact) <= self.max:
            words = {"min": self.min, "max": self.max, "count": len(compact)}
            raise InvalidAnswer(_("The number has %(min)d to %(max)d characters; you typed %(count)d.") % words)
        return compact

    def example(self, number: int) -> dict[str, Any]:
        length = min(max(self.min, 10), self.max)
        return {"": f"{(10 ** (length - 1) + number) % 10**length:0{length}d}"}

    def invalid_example(self) -> dict[str, Any] | None:
        return {"": "?"}

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[A-Z0-9]+$", "minLength": self.min, "maxLength": self.max}


class TaxObjectNumberField(FieldBase):
    """Tax object number of a building or plot, as printed on the tax bill; 18 digits in Indonesia."""

    type: Literal["tax_object_number"] = "tax_object_number"
    digits: int = Option(default=18, ge=4, le=30)
    inputmode: ClassVar[str] = "numeric"

    def parse(self, name: str, sent: FormData) -> Any:
        typed = clean_text(sent.text(name), limit=80)
        if not typed:
            return None
        compact = re.sub(r"[\s./-]", "", typed)
        if not re.fullmatch(r"[0-9]+", compact):
            raise InvalidAnswer(_("Enter the number in digits only."))
        if len(compact) != self.digits:
            words = {"digits": self.digits, "count": len(compact)}
            raise InvalidAnswer(
                _("The number has %(digits)d digits; you typed %(count)d. Check it on the bill.") % words
            )
        return compact

    def example(self, number: int) -> dict[str, Any]:
        return {"": f"{(31 * 10 ** (self.digits - 2) + number) % 10**self.digits:0{self.digits}d}"}

    def invalid_example(self) -> dict[str, Any] | None:
        return {"": "12"}

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^[0-9]{{{self.digits}}}$"}


TYPES = (NikField, FamilyCardField, NationalIdField, AccountNumberField, TaxObjectNumberField)
