"""Table of the Ministry's validation rules (`rules/*.yaml`), in our own words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

FOLDER = Path(__file__).parent / "rules"

#: Key of the rules about requests instead of a resource.
REQUEST = "Request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One check of a rule. `rules/README.md` explains the columns.

    Attributes:
        path: names of elements below the resource.
        systems: addresses of the allowed code systems.
        codes: allowed codes.
    """

    number: int
    resource: str
    path: tuple[str, ...] = ()
    kind: str = ""
    required: bool | Literal["inside"] = False
    when: Mapping[str, Any] = field(default_factory=dict)
    unless: str = ""
    systems: tuple[str, ...] = ()
    codes: frozenset[str] = frozenset()
    prefix: str = ""
    identifier: tuple[str, ...] = ()
    refers: tuple[str, ...] = ()
    one: bool = False
    format: str = ""
    past: bool = False
    minimum: int | None = None
    after: tuple[str, ...] = ()
    money: str = ""
    written: str = ""
    assumed: str = ""
    unsure: str = ""

    @property
    def expression(self) -> str:
        return ".".join((self.resource, *self.path))


@cache
def rules() -> Mapping[str, tuple[Rule, ...]]:
    """Rules by resource type; those about requests under `REQUEST`."""
    vocabulary = _load(FOLDER / "vocabulary.yaml")
    table: dict[str, tuple[Rule, ...]] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        if path.name != "vocabulary.yaml":
            for resource, numbered in _load(path).items():
                table[resource] = tuple(
                    _rule(int(number), resource, row, vocabulary)
                    for number, rows in numbered.items()
                    for row in (rows if isinstance(rows, list) else [rows])
                )
    return table


@cache
def request_rule(kind: str) -> int:
    """Number of the rule about requests of that kind."""
    return next(rule.number for rule in rules()[REQUEST] if rule.kind == kind)


def _rule(number: int, resource: str, row: Mapping[str, Any], vocabulary: Mapping[str, Any]) -> Rule:
    read = dict(row)
    for name in ("path", "after"):
        if name in read:
            read[name] = tuple(read[name].split("."))
    if "systems" in read:
        read["systems"] = tuple(vocabulary["systems"][name] for name in read["systems"])
    if "codes" in read:
        codes = read["codes"]
        read["codes"] = frozenset(vocabulary["codes"][codes].split() if isinstance(codes, str) else codes)
    for name in ("refers", "identifier"):
        if name in read:
            read[name] = tuple(read[name])
    return Rule(number=number, resource=resource, **read)


def _load(path: Path) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded: dict[str, Any] = yaml.load(path.read_text("utf-8"), loader)  # noqa: S506 -- a safe loader
    return loaded
