"""Tariffs: bill registers of the pack (bills/*.yaml) with dated rules, and reading of bill tables.

A table of the same name (bills/NAME.csv) holds sample bills for the demo; a city loads its own with
`./kini bills load NAME FILE.csv`.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from django.conf import settings
from django.utils.translation import gettext as _
from pydantic import Field, model_validator

from kini.city.pack import load_city
from kini.core.config_files import ConfigError, ConfigErrors, parse_model, read_source_file
from kini.core.localized_text import Text, missing_translations
from kini.payments import rules
from kini.services.fields.base import StrictModel
from kini.services.schema import Confidence, Id

FOLDER = "bills"
COLUMNS = ("object", "period", "principal", "due_on", "proof")
Percent = Annotated[float, Field(gt=0, le=100)]


class FineRule(StrictModel):
    """Fine for late payment, valid from a day on."""

    from_: date = Field(alias="from")
    percent_a_month: Percent
    most_months: int = Field(ge=1)
    source: str = ""
    confidence: Confidence = "low"


class ReliefRule(StrictModel):
    """Relief in per cent within some days, both included."""

    name: Text
    from_: date = Field(alias="from")
    until: date
    percent: Percent
    of: Literal["principal", "fine"] = "fine"
    source: str = ""
    confidence: Confidence = "low"

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.until < self.from_:
            raise ValueError(f"it ends on {self.until}, before it begins; correct one of the dates")
        return self


class BillRegister(StrictModel):
    """bills/NAME.yaml."""

    name: Text
    agency: Id
    object: Text = Field(description="What the number of the thing is called.")
    period: Text
    due_days: int = Field(default=30, ge=1, description="Days to pay, for bills that an officer's step makes.")
    fines: list[FineRule] = []
    reliefs: list[ReliefRule] = []

    def owed(self, principal: int, due_on: date, on: date) -> rules.Amount:
        """Amount of a bill of this register on a day."""
        fines = [rules.Fine(each.from_, each.percent_a_month, each.most_months) for each in self.fines]
        reliefs = [rules.Relief(r.from_, r.until, r.percent, r.of, str(r.name)) for r in self.reliefs]
        return rules.amount_owed(principal, due_on, on, fines, reliefs)

    def uncertain(self, due_on: date, on: date) -> bool:
        """Check whether a rule of low confidence affects the amount."""
        doubts = [each.confidence for each in self.fines if on > due_on and each.from_ <= on]
        doubts += [each.confidence for each in self.reliefs if each.from_ <= on <= each.until]
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


def read_bills(path: Path) -> tuple[list[BillRow], list[str]]:
    """Bills of a table, and an error sentence with line number for each bad row."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if missing := [column for column in COLUMNS if column not in (reader.fieldnames or [])]:
            return [], [_("line 1: the column “%(name)s” is missing") % {"name": name} for name in missing]
        rows, faults, seen = [], [], set()
        for number, raw in enumerate(reader, 2):
            try:
                row = _row(raw)
                if (row.object, row.period) in seen:
                    raise ValueError(_("duplicate object and period"))
            except ValueError as fault:
                faults.append(_("line %(number)d: %(fault)s") % {"number": number, "fault": fault})
                continue
            seen.add((row.object, row.period))
            rows.append(row)
        return rows, faults


def _row(raw: dict[str, str]) -> BillRow:
    number, principal = normalise_number(raw["object"] or ""), (raw["principal"] or "").strip()
    if not 3 <= len(number) <= 40:
        raise ValueError(_("object: enter the number of the object, 3 to 40 letters and digits"))
    if not (principal.isascii() and principal.isdigit() and 0 < int(principal) < 10**15):
        raise ValueError(_("principal: enter the amount in whole units, digits only"))
    try:
        due_on = date.fromisoformat((raw["due_on"] or "").strip())
    except ValueError:
        raise ValueError(_("due_on: enter a date such as 2026-12-31")) from None
    period = (raw["period"] or "").strip()
    if not 0 < len(period) <= 20:
        raise ValueError(_("period: enter a period such as 2026 or 2026-10"))
    return BillRow(number, period, int(principal), due_on, normalise_number(raw["proof"] or ""))


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
        for fault in read_bills(path)[1]:
            line, _colon, text = fault.partition(": ")
            yield ConfigError(path.relative_to(root).as_posix(), int("".join(filter(str.isdigit, line))), "", text)
