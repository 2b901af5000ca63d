"""Conditions on answers (`when: {delivery: home}`), combined with any, all and not."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import RootModel


class When(RootModel[dict[str, Any]]):
    """A condition on other answers.

    `{a: x}` is met if the answer to `a` is x or, for multiple choice, contains x; `{a: [x, y]}` if it is one of them;
    `{a: true}` tests a yes-or-no question. Several keys must all match. `{any: [...]}`, `{all: [...]}` and
    `{not: {...}}` combine conditions.
    """

    def is_met(self, answers: Mapping[str, Any]) -> bool:
        return _holds(self.root, answers)

    @property
    def names(self) -> frozenset[str]:
        """Names of the fields the condition depends on."""
        return frozenset(name for name, _wanted in self.wanted())

    def contradictions(self) -> frozenset[str]:
        """Fields of which the condition requires two values at once that no single answer has."""
        possible: dict[str, list[Any]] = {}
        impossible = set()
        for name, wanted in _required(self.root):
            values = wanted if isinstance(wanted, list) else [wanted]
            possible[name] = [value for value in possible.get(name, values) if value in values]
            if not possible[name]:
                impossible.add(name)
        return frozenset(impossible)

    def wanted(self) -> Iterator[tuple[str, Any]]:
        """All (field, value) pairs in the condition."""
        return _wanted(self.root)


def _holds(condition: Mapping[str, Any], answers: Mapping[str, Any]) -> bool:
    for key, wanted in condition.items():
        match key:
            case "any":
                good = any(_holds(part, answers) for part in wanted)
            case "all":
                good = all(_holds(part, answers) for part in wanted)
            case "not":
                good = not _holds(wanted, answers)
            case _:
                good = _matches(answers.get(key), wanted)
        if not good:
            return False
    return True


def _matches(value: Any, wanted: Any) -> bool:
    choices = wanted if isinstance(wanted, list) else [wanted]
    return any(item in choices for item in (value if isinstance(value, list) else [value]))


def _wanted(condition: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, wanted in condition.items():
        match key:
            case "any" | "all":
                for part in wanted:
                    yield from _wanted(part)
            case "not":
                yield from _wanted(wanted)
            case _:
                for value in wanted if isinstance(wanted, list) else [wanted]:
                    yield key, value


def _required(condition: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Pairs of the condition that must all hold."""
    for key, wanted in condition.items():
        if key == "all":
            for part in wanted:
                yield from _required(part)
        elif key not in ("any", "not"):
            yield key, wanted
