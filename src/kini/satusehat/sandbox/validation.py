"""Check of a resource by the Ministry's rules."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from kini.satusehat.sandbox.outcomes import Issue
from kini.satusehat.sandbox.rule_table import Rule, rules

#: Prefix of the systems of identifiers that organizations issue.
OWN_IDENTIFIERS = "http://sys-ids.kemkes.go.id/"
#: Difference between clocks up to which a time is not in the future.
CLOCK_DIFFERENCE = timedelta(minutes=5)

type Resource = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """Circumstances of a check.

    Attributes:
        organizations: identifiers of the sender's organization and of those below it.
        now: time of the request.
        earliest: first day of an event that is accepted.
    """

    organizations: frozenset[str]
    now: datetime
    earliest: date


def check(resource: Resource, context: Context) -> list[Issue]:
    """Issues of a resource by the rules of its type."""
    issues = []
    for rule, checks in _compiled(str(resource.get("resourceType"))):
        for violated, words in checks:
            if violated(resource, context):
                issues.append(Issue(rule.number, f"{rule.expression} {words}", rule.expression))
                break
    return issues


def find(resource: Resource, path: Sequence[str]) -> list[Any]:
    """Values at a path, with lists flattened. "x[x]" is any type of x, "extension[url]" the extensions of that name."""
    nodes: list[Any] = [resource]
    for name in path:
        nodes = [each for node in nodes if isinstance(node, dict) for each in _children(node, name)]
    return nodes


def _children(node: Resource, name: str) -> Iterator[Any]:
    if name.endswith("[x]"):
        stem = name[:-3]
        names = [key for key in node if key.startswith(stem) and key[len(stem) : len(stem) + 1].isupper()]
        values = [node[key] for key in names]
    elif name.startswith("extension["):
        wanted = name[len("extension[") : -1]
        values = [[each for each in node.get("extension", ()) if str(each.get("url", "")).rsplit("/", 1)[-1] == wanted]]
    else:
        values = [node[name]] if name in node else []
    for value in values:
        if isinstance(value, list):
            yield from value
        else:
            yield value


type Violated = Callable[[Resource, Context], bool]


@cache
def _compiled(resource_type: str) -> list[tuple[Rule, list[tuple[Violated, str]]]]:
    return [(rule, list(_checks(rule))) for rule in rules().get(resource_type, ())]


def _checks(rule: Rule) -> Iterator[tuple[Violated, str]]:
    """Checks of a rule, each with the words for its violation."""
    if rule.required:
        yield _missing(rule), "must be filled"
    if rule.systems:
        yield _each(rule, _of_other_system(rule.systems)), "must be coded by a code system that is allowed here"
    if rule.codes:
        yield _each(rule, lambda value, _: value not in rule.codes), "has a code that is not allowed here"
    if rule.prefix:
        yield _each(rule, lambda value, _: not str(value).startswith(rule.prefix)), "has an address unknown here"
    if rule.identifier:
        yield _each(rule, _foreign_identifier(rule.identifier)), "must have the system of your organization"
    if rule.refers:
        yield _misdirected(rule), f"must refer to {' or '.join(rule.refers)}"
    if rule.format:
        yield _each(rule, FORMATS[rule.format]), f"must have the form {EXAMPLES[rule.format]}"
    if rule.past:
        yield _each(rule, _out_of_time), "must not be in the future, nor before the earliest day"
    if rule.minimum is not None:
        least = rule.minimum
        yield _each(rule, lambda value, _: not _is_number(value) or value < least), f"must be at least {least}"
    if rule.after:
        yield _not_after(rule), f"must be later than {'.'.join(rule.after)}"
    if rule.money:
        yield (
            _each(rule, lambda value, _: value.get("currency") != rule.money or not _is_number(value.get("value"))),
            f"must be an amount in {rule.money}",
        )


def _each(rule: Rule, violates: Callable[[Any, Context], bool]) -> Violated:
    path = rule.path

    def violated(resource: Resource, context: Context) -> bool:
        try:
            return any(violates(value, context) for value in find(resource, path))
        except (AttributeError, TypeError):  # another type than the element has
            return True

    return violated


def _missing(rule: Rule) -> Violated:
    *parents, name = rule.path

    def violated(resource: Resource, _: Context) -> bool:
        if any(resource.get(key) != value for key, value in rule.when.items()) or _exempt(rule, resource):
            return False
        within = find(resource, parents)
        if not within:
            return rule.required != "inside"
        return not all(
            any(value not in (None, "", [], {}) for value in find(parent, (name,)))
            for parent in within
            if isinstance(parent, dict)
        )

    return violated


def _exempt(rule: Rule, resource: Resource) -> bool:
    return bool(rule.unless) and any(rule.unless in str(system) for system in find(resource, ("identifier", "system")))


def _of_other_system(allowed: Sequence[str]) -> Callable[[Any, Context], bool]:
    exact = {each for each in allowed if not each.endswith("*")}
    prefixes = tuple(each[:-1] for each in allowed if each.endswith("*"))

    def violates(value: Any, _: Context) -> bool:
        codings = value.get("coding") if "system" not in value else [value]
        return not codings or any(
            not coding.get("code")
            or (coding.get("system") not in exact and not str(coding.get("system", "")).startswith(prefixes or ("-",)))
            for coding in codings
        )

    return violates


def _foreign_identifier(templates: Sequence[str]) -> Callable[[Any, Context], bool]:
    others = {each for each in templates if each.startswith("http")}
    own = [each.split("{organization}") for each in templates if not each.startswith("http")]

    def violates(value: Any, context: Context) -> bool:
        system = str(value.get("system", ""))
        if not value.get("value"):
            return True
        if system in others:
            return False
        name = system.removeprefix(OWN_IDENTIFIERS)
        return name == system or not any(
            name.startswith(before)
            and name.endswith(after)
            and name[len(before) : len(name) - len(after)] in context.organizations
            for before, after in own
        )

    return violates


def _misdirected(rule: Rule) -> Violated:
    def misdirected(value: Any) -> bool:
        reference = value.get("reference") if isinstance(value, dict) else None
        if not isinstance(reference, str) or "/" not in reference:
            return True
        return rule.refers != ("any",) and reference.split("/")[-2] not in rule.refers

    def violated(resource: Resource, _: Context) -> bool:
        values = find(resource, rule.path)
        quantifier = all if rule.one else any
        return bool(values) and quantifier(misdirected(value) for value in values)

    return violated


def _not_after(rule: Rule) -> Violated:
    def violated(resource: Resource, _: Context) -> bool:
        if any(resource.get(key) != value for key, value in rule.when.items()):
            return False
        values, others = find(resource, rule.path), find(resource, rule.after)
        try:
            return any(_later(other, value) for value in values for other in others)
        except (TypeError, ValueError):
            return True

    return violated


def _later(first: str, second: str) -> bool:
    """Tell whether the second is not later than the first; days are compared where one of them has no time."""
    if len(first) <= 10 or len(second) <= 10:
        return second[:10] <= first[:10]
    return datetime.fromisoformat(second) <= datetime.fromisoformat(first)


def _out_of_time(value: Any, context: Context) -> bool:
    try:
        if len(value) <= 10:
            padded = (value + "-01-01")[:10]
            return not context.earliest.isoformat() <= padded <= context.now.date().isoformat()
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return True
    if moment.tzinfo is None:
        return True
    return moment > context.now + CLOCK_DIFFERENCE or moment.astimezone(UTC).date() < context.earliest


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00")
_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?")


def _not_a_time(value: Any, _: Context) -> bool:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return True
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return True
    return False


def _not_a_day(value: Any, _: Context) -> bool:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return True
    try:
        date.fromisoformat((value + "-01-01")[:10])
    except ValueError:
        return True
    return False


#: Tests that a value is not of the form.
FORMATS: dict[str, Callable[[Any, Context], bool]] = {
    "dateTime": _not_a_time,
    "date": _not_a_day,
    "time": lambda value, _: not isinstance(value, str) or not _CLOCK.fullmatch(value),
    "decimal": lambda value, _: not _is_number(value),
    "integer": lambda value, _: not isinstance(value, int) or isinstance(value, bool),
    "boolean": lambda value, _: not isinstance(value, bool),
    "string": lambda value, _: not isinstance(value, str) or not value.strip(),
    "age": lambda value, _: not _is_number(value.get("value")),
}
EXAMPLES = {
    "dateTime": "YYYY-MM-DDThh:mm:ss+00:00",
    "date": "YYYY-MM-DD",
    "time": "hh:mm:ss",
    "decimal": "1.5, without quotation marks",
    "integer": "1, without quotation marks",
    "boolean": "true or false",
    "string": "of a text",
    "age": "of an age with a number",
}
