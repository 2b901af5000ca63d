"""Tariffs: bill registers of the pack (bills/*.yaml) with dated rules, and reading of bill tables.

A table of the same name (bills/NAME.csv) holds sample bills for the demo; a city loads its own with
`./kini bills load NAME FILE.csv`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from django.conf import settings
from django.utils.translation import gettext as _
from pydantic import Field, model_validator

from kini.city.public import load_city
from kini.core.config_files import ConfigError, ConfigErrors, parse_model, read_source_file
from kini.core.dated_rules import DatedRules, SourcedRule, rules_in_force
from kini.core.localized_text import Text, missing_translations
from kini.core.table_import import CellError, Row, Table, Unreadable
from kini.payments import rules
from kini.services.public import Id, StrictModel

FOLDER = "bills"
COLUMNS = ("object", "period", "principal", "due_on", "proof")
Percent = Annotated[float, Field(gt=0, le=100)]


class FineRule(SourcedRule):
    """Fine for late payment, valid from a day on."""

    since: date = Field(alias="from")
    percent_a_month: Percent
    most_months: int = Field(ge=1)


class ReliefRule(SourcedRule):
    """Relief in per cent within some days, both included."""

    name: Text
    since: date = Field(alias="from")
    until: date
    percent: Percent
    of: Literal["principal", "fine"] = "fine"

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.until < self.since:
            raise ValueError(
                _("it ends on %(until)s, before it begins; correct one of the dates") % {"until": self.until}
            )
        return self


class BillRegister(StrictModel):
    """bills/NAME.yaml."""

    name: Text
    agency: Id
    object: Text = Field(description="What the number of the thing is called.")
    period: Text
    due_days: int = Field(default=30, ge=1, description="Days to pay, for bills that an officer's step makes.")
    fines: DatedRules[FineRule] = []
    reliefs: list[ReliefRule] = []

    def owed(self, principal: int, due_on: date, on: date) -> rules.Amount:
        """Amount of a bill of this register on a day."""
        fines = [rules.Fine(each.since, each.percent_a_month, each.most_months) for each in self.fines]
        reliefs = [rules.Relief(r.since, r.until, r.percent, r.of, str(r.name)) for r in self.reliefs]
        return rules.amount_owed(principal, due_on, on, fines, reliefs)

    def uncertain(self, due_on: date, on: date) -> bool:
        """Check whether a rule of low confidence affects the amount."""
        doubts = [each.confidence for each in self.fines if on > due_on and each.since <= on]
        doubts += [each.confidence for each in rules_in_force(self.reliefs, on)]
        return "low" in doubts


@dataclass(frozen=True, slots=True)
class BillRow:
    """One bill of a table. `proof` is the second fact that the payer must know, or empty."""

    object: str
    period: str
    principal: int
    due_on: date
    proof: str


def normalise_number(number: str) -> str:
    """Normalise the number of an object: capital letters and digits only."""
    return re.sub(r"[^0-9A-Z]", "", number.upper())


def bill_registers() -> dict[str, BillRegister]:
    """Bill registers of the running city, cached.

    Raises:
        ConfigErrors: if a file is invalid.
    """
    return _once(settings.CITY_PATH)


@lru_cache(maxsize=4)
def _once(root: Path) -> dict[str, BillRegister]:
    return {
        path.stem: parse_model(read_source_file(path, root), BillRegister)
        for path in sorted((root / FOLDER).glob("*.yaml"))
    }


def sample_bills(name: str) -> Path:
    """Path of the sample bills of a register; it may not exist."""
    return Path(settings.CITY_PATH) / FOLDER / f"{name}.csv"


def read_bills(path: Path) -> tuple[list[BillRow], Table]:
    """Valid bills of a table, and the table with the errors of the others."""
    table, bills = Table(path.name, path), dict[tuple[str, str], Row[BillRow]]()
    try:
        for row in table.read(_bill, required=COLUMNS):
            first = bills.setdefault((row.value.object, row.value.period), row)
            if first is not row:
                message = _("duplicate object and period, first in line %(line)d") % {"line": first.line}
                table.errors.append(row.error_at("object", message, _("Keep one of them.")))
    except Unreadable as error:
        table.errors += error.errors
    return [row.value for row in bills.values()], table


def _bill(row: Row[None]) -> BillRow:
    number, principal, period = normalise_number(row.text("object")), row.text("principal"), row.text("period")
    if not 3 <= len(number) <= 40:
        raise CellError("object", _("enter the number of the object, 3 to 40 letters and digits"))
    if not (principal.isascii() and principal.isdigit() and 0 < int(principal) < 10**15):
        raise CellError("principal", _("enter the amount in whole units, digits only"))
    try:
        due_on = date.fromisoformat(row.text("due_on"))
    except ValueError:
        raise CellError("due_on", _("enter a date such as 2026-12-31")) from None
    if not 0 < len(period) <= 20:
        raise CellError("period", _("enter a period such as 2026 or 2026-10"))
    return BillRow(number, period, int(principal), due_on, normalise_number(row.text("proof")))


def check_bills(root: Path) -> Iterable[ConfigError]:
    """Errors in the pack's registers and sample bills."""
    return list(_faults(root))


def _faults(root: Path) -> Iterator[ConfigError]:
    for path in sorted((root / FOLDER).glob("*.yaml")):
        try:
            source = read_source_file(path, root)
            register = parse_model(source, BillRegister)
            yield from missing_translations(source, register, load_city(root).languages)
        except ConfigErrors as error:
            yield from error.errors
    for path in sorted((root / FOLDER).glob("*.csv")):
        for wrong in read_bills(path)[1].errors:
            yield replace(wrong, file=path.relative_to(root).as_posix())
