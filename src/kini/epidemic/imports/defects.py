"""Defects of a table, each with the rule that was applied to it."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import SupportsInt

from kini.core.config_files import ConfigError


class Rule(StrEnum):
    """Treatment of a defect: the row or cell is left out, put right, or stored as it is."""

    REFUSE = "refused"
    CORRECT = "corrected"
    KEEP = "kept"


class Kind(StrEnum):
    """Sorts of defects."""

    EMPTY_ROW = "empty-row"
    HEADER = "header"
    COLUMN = "column"
    TOTAL_ROW = "total-row"
    NAMELESS = "nameless-row"
    DAY = "day"
    FUTURE = "future-day"
    NUMBER = "number"
    NUMBER_FORMAT = "number-format"
    NEGATIVE = "negative"
    CODE_FORMAT = "code-format"
    UNKNOWN_AREA = "unknown-area"
    OUTSIDE = "outside"
    SPELLING = "spelling"
    SPELLINGS = "spellings-in-turn"
    CODE_AND_NAME = "code-and-name"
    TWICE = "twice"
    SWAPPED = "swapped-columns"
    COPIED = "copied-column"
    SUM = "sum"
    OVER = "over-100-percent"
    FALL = "fall"
    GAP = "gap"
    SIZE = "size"
    PERIOD = "period"
    UNCHECKED = "unchecked"
    ROW = "row"


#: Rules that may be chosen; the first one is applied unless told.
RULES: Mapping[Kind, tuple[Rule, ...]] = {
    Kind.EMPTY_ROW: (Rule.REFUSE,),
    Kind.HEADER: (Rule.CORRECT,),
    Kind.COLUMN: (Rule.REFUSE,),
    Kind.TOTAL_ROW: (Rule.REFUSE,),
    Kind.NAMELESS: (Rule.REFUSE,),
    Kind.DAY: (Rule.REFUSE,),
    Kind.FUTURE: (Rule.REFUSE,),
    Kind.NUMBER: (Rule.REFUSE,),
    Kind.NUMBER_FORMAT: (Rule.CORRECT,),
    Kind.NEGATIVE: (Rule.REFUSE,),
    Kind.CODE_FORMAT: (Rule.CORRECT,),
    Kind.UNKNOWN_AREA: (Rule.REFUSE,),
    Kind.OUTSIDE: (Rule.KEEP,),
    Kind.SPELLING: (Rule.CORRECT, Rule.REFUSE),
    Kind.SPELLINGS: (Rule.CORRECT,),
    Kind.CODE_AND_NAME: (Rule.KEEP, Rule.REFUSE),
    Kind.TWICE: (Rule.REFUSE,),
    Kind.SWAPPED: (Rule.CORRECT, Rule.KEEP, Rule.REFUSE),
    Kind.COPIED: (Rule.CORRECT, Rule.KEEP, Rule.REFUSE),
    Kind.SUM: (Rule.KEEP, Rule.REFUSE),
    Kind.OVER: (Rule.KEEP, Rule.REFUSE),
    Kind.FALL: (Rule.KEEP, Rule.REFUSE),
    Kind.GAP: (Rule.KEEP,),
    Kind.SIZE: (Rule.KEEP, Rule.REFUSE),
    Kind.PERIOD: (Rule.KEEP,),
    Kind.UNCHECKED: (Rule.KEEP,),
    Kind.ROW: (Rule.REFUSE,),
}


@dataclass(frozen=True, slots=True)
class Defect:
    """A defect: its place, and how many rows have it when it is named once for all."""

    kind: Kind
    rule: Rule
    line: int
    column: str
    value: str
    message: str
    treatment: str = ""
    rows: int = 1


@dataclass(slots=True)
class Defects:
    """Defects of a file, collected while it is read, and the rules that were chosen."""

    file: str
    rules: Mapping[Kind, Rule] = field(default_factory=dict)
    each: list[Defect] = field(default_factory=list)

    def rule(self, kind: Kind) -> Rule:
        return self.rules.get(kind, RULES[kind][0])

    def add(
        self, kind: Kind, line: SupportsInt, column: str, value: str, message: str, treatment: str = "", rows: int = 1
    ) -> Rule:
        """Note a defect; returns the rule to apply."""
        rule = self.rule(kind)
        self.each.append(Defect(kind, rule, int(line), column, value[:60], message, treatment, rows))
        return rule

    def counts(self) -> Counter[tuple[Kind, Rule]]:
        """Number of rows by kind and rule."""
        counts: Counter[tuple[Kind, Rule]] = Counter()
        for each in self.each:
            counts[each.kind, each.rule] += each.rows
        return counts

    def as_error(self, each: Defect) -> ConfigError:
        """Express a defect as the imports of tables do."""
        count = f" ({each.rows:,} rows)" if each.rows > 1 else ""
        treatment = f" {each.treatment}" if each.treatment else ""
        remedy = f"{each.rule.value.capitalize()}:{treatment or ' as it stands.'}{count}"
        return ConfigError(self.file, each.line, each.column, each.message, remedy, each.value)

    def refused(self) -> list[ConfigError]:
        """Return what was left out, for the record of the run."""
        harmless = (Kind.EMPTY_ROW, Kind.TOTAL_ROW, Kind.COLUMN)
        return [self.as_error(each) for each in self.each if each.rule is Rule.REFUSE and each.kind not in harmless]

    def write(self, path: Path) -> None:
        """Write all defects as CSV."""
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(("file", "line", "column", "value", "kind", "rule", "rows", "message", "treatment"))
            for each in sorted(self.each, key=lambda each: (each.kind, each.line)):
                cells = (each.column, each.value, each.kind, each.rule, each.rows, each.message, each.treatment)
                writer.writerow((self.file, each.line, *map(_escaped, cells)))


def _escaped(cell: object) -> object:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def parse_rules(texts: Iterable[str]) -> dict[Kind, Rule]:
    """Parse "fall=refused".

    Raises:
        ValueError: with what is possible.
    """
    rules: dict[Kind, Rule] = {}
    for text in texts:
        kind, _equals, rule = text.partition("=")
        try:
            chosen = Kind(kind), Rule(rule)
        except ValueError:
            raise ValueError(f"{text} is no rule; write KIND=RULE, such as fall=refused.") from None
        if chosen[1] not in RULES[chosen[0]]:
            raise ValueError(f"{kind} can be: {', '.join(RULES[chosen[0]])}.")
        rules[chosen[0]] = chosen[1]
    return rules
