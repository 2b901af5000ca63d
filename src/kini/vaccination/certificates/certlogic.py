"""CertLogic: the language of business rules for health certificates. Pure; nothing of a rule runs as Python.

Source: CertLogic specification 1.3.2 (eHealth Network). `validate` finds what is wrong with an expression before it is
used; `evaluate` raises CertLogicError wherever the specification defines no value.
"""

import calendar
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from operator import ge, gt, le, lt
from typing import Any

UNITS = ("year", "month", "day", "hour")
#: Expressions and data nested more deeply are refused.
DEEPEST = 100
_INTEGERS: dict[str, Callable[[Any, Any], bool]] = {"<": lt, ">": gt, "<=": le, ">=": ge}
_TIMES: dict[str, Callable[[Any, Any], bool]] = {"before": lt, "after": gt, "not-after": le, "not-before": ge}
_COMPARISONS = {**_INTEGERS, **_TIMES}
_PATH = re.compile(r"[^.]+(\.[^.]+)*")
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", re.ASCII)
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.(\d+))?(?:Z|([+-])(\d{1,2}):?(\d{2})?)?", re.ASCII)


class CertLogicError(ValueError):
    """An expression that has no value."""


@dataclass(frozen=True, slots=True)
class Issue:
    """Something wrong with an expression, in the words of the official suite."""

    expression: Any
    message: str


def evaluate(expression: Any, data: Any) -> Any:
    """Value of an expression; `data` is of JSON types. Date-times are aware datetimes.

    Raises:
        CertLogicError: if it has none.
    """
    return _evaluate(expression, data, DEEPEST)


def _evaluate(expression: Any, data: Any, deepest: int) -> Any:
    if deepest == 0:
        raise CertLogicError("nested too deeply")
    if isinstance(expression, str | bool) or _is_integer(expression):
        return expression
    if isinstance(expression, list):
        return [_evaluate(each, data, deepest - 1) for each in expression]
    if not isinstance(expression, Mapping) or len(expression) != 1:
        raise CertLogicError(f"invalid CertLogic expression: {_shown(expression)}")
    [(operator, values)] = expression.items()
    if operator == "var":
        return _access(data, values)
    if not isinstance(values, list) or not values:
        raise CertLogicError(f"operation not of the form {{ {operator!r}: [ <values...> ] }}")
    operation = _OPERATIONS.get(operator)
    if operation is None:
        raise CertLogicError(f"unrecognised operator: {operator!r}")
    return operation(operator, values, lambda each, scope=data: _evaluate(each, scope, deepest - 1))


def _access(data: Any, path: Any) -> Any:
    if not isinstance(path, str):
        raise CertLogicError('not of the form { "var": "<path>" }')
    for part in path.split(".") if path else ():
        if isinstance(data, Mapping):
            data = data.get(part)
        elif isinstance(data, list) and part.isascii() and part.isdigit() and len(part) < 10:
            data = data[int(part)] if int(part) < len(data) else None
        else:
            return None
    return data


def is_truthy(value: Any) -> bool:
    """Return whether a value counts as true.

    Raises:
        CertLogicError: for a value that counts as neither: a date-time, a broken number.
    """
    if value is None or isinstance(value, bool | str | list | Mapping) or _is_integer(value):
        return bool(value)
    if isinstance(value, float) and value == value:
        return value != 0
    raise CertLogicError(f"{_shown(value)} is neither truthy nor falsy")


type Evaluate = Callable[..., Any]


def _if(_operator: str, values: Sequence[Any], of: Evaluate) -> Any:
    guard, then, otherwise = _exactly(3, "if", values)
    return of(then) if is_truthy(of(guard)) else of(otherwise)


def _and(_operator: str, values: Sequence[Any], of: Evaluate) -> Any:
    if len(values) < 2:
        raise CertLogicError('an "and" operation must have at least 2 operands')
    for each in values[:-1]:
        value = of(each)
        if not is_truthy(value):
            return value
    value = of(values[-1])
    is_truthy(value)  # neither truthy nor falsy: an error here as well
    return value


def _not(_operator: str, values: Sequence[Any], of: Evaluate) -> Any:
    (operand,) = _exactly(1, "!", values)
    return not is_truthy(of(operand))


def _equals(_operator: str, values: Sequence[Any], of: Evaluate) -> Any:
    left, right = _exactly(2, "===", values)
    return _same(of(left), of(right))


def _in(_operator: str, values: Sequence[Any], of: Evaluate) -> Any:
    left, right = (of(each) for each in _exactly(2, "in", values))
    if right is None:
        return False  # the specification leaves it open; the official suite expects this
    if not isinstance(right, list):
        raise CertLogicError('the right-hand side of "in" must be an array')
    return any(_same(left, each) for each in right)


def _plus(_operator: str, values: Sequence[Any], of: Evaluate) -> Any:
    left, right = (of(each) for each in _exactly(2, "+", values))
    if not _is_integer(left) or not _is_integer(right):
        raise CertLogicError('operands of "+" must be integers')
    return int(left) + int(right)


def _compare(operator: str, values: Sequence[Any], of: Evaluate) -> Any:
    if len(values) not in (2, 3):
        raise CertLogicError(f"an operation with operator {operator!r} must have 2 or 3 operands")
    operands = [of(each) for each in values]
    fits = _is_integer if operator in _INTEGERS else lambda each: isinstance(each, datetime)
    if not all(fits(each) for each in operands):
        kind = "integers" if operator in _INTEGERS else "date-times"
        raise CertLogicError(f"all operands of {operator!r} must be {kind}")
    holds = _COMPARISONS[operator]
    return all(holds(left, right) for left, right in pairwise(operands))


def _reduce(_operator: str, values: Sequence[Any], of: Evaluate) -> Any:
    operand, step, initial = _exactly(3, "reduce", values)
    items, accumulator = of(operand), of(initial)
    if items is None:
        return accumulator
    if not isinstance(items, list):
        raise CertLogicError("operand of reduce evaluated to a non-null non-array")
    for current in items:
        accumulator = of(step, {"accumulator": accumulator, "current": current, "data": of({"var": ""})})
    return accumulator


def _extract_from_uvci(operator: str, values: Sequence[Any], of: Evaluate) -> Any:
    operand, index = _exactly(2, operator, values)
    uvci = of(operand)
    if not _is_integer(index):
        raise CertLogicError(f'"index" argument (#2) of {operator!r} must be an integer')
    if uvci is None:
        return None
    if not isinstance(uvci, str):
        raise CertLogicError(f"operand of {operator!r} must be a string or null")
    parts = re.split("[/#:]", uvci.removeprefix("URN:UVCI:"))
    return parts[index] if 0 <= index < len(parts) else None


def _plus_time(_operator: str, values: Sequence[Any], of: Evaluate) -> Any:
    operand, amount, unit = _exactly(3, "plusTime", values)
    if not _is_integer(amount):
        raise CertLogicError('"amount" argument (#2) of "plusTime" must be an integer')
    if unit not in UNITS:
        raise CertLogicError('"unit" argument (#3) of "plusTime" must be one of ' + ", ".join(UNITS))
    text = of(operand)
    if not isinstance(text, str):
        raise CertLogicError('date argument of "plusTime" must be a string')
    return plus_time(text, int(amount), unit)


def _date_of_birth(_operator: str, values: Sequence[Any], of: Evaluate) -> Any:
    (operand,) = _exactly(1, "dccDateOfBirth", values)
    text = of(operand)
    moment = _partial_date(text) if isinstance(text, str) else None
    if moment is None:
        raise CertLogicError(f"cannot read {_shown(text)} as the date of birth of a certificate")
    return moment


_OPERATIONS: dict[str, Callable[[str, Sequence[Any], Evaluate], Any]] = {
    "if": _if,
    "and": _and,
    "!": _not,
    "===": _equals,
    "in": _in,
    "+": _plus,
    **dict.fromkeys(_COMPARISONS, _compare),
    "reduce": _reduce,
    "plusTime": _plus_time,
    "dccDateOfBirth": _date_of_birth,
    **dict.fromkeys(("extractFromUVCI", "extractFromUCI"), _extract_from_uvci),
}


def plus_time(text: str, amount: int, unit: str) -> datetime:
    """Date-time of a text, plus an amount: days and hours of fixed length; months and years keep the day of the month,
    and what is too much for the month goes on into the next one, as in ECMAScript.

    Raises:
        CertLogicError: for a text of another form, or a time that cannot be represented.
    """
    moment = _partial_date(text) or _moment(text)
    if moment is None:
        raise CertLogicError(f"not an allowed date or date-time format: {_shown(text)}")
    try:
        if unit == "hour":
            return moment + timedelta(hours=amount)
        if unit == "day":
            return moment + timedelta(days=amount)
        months = moment.year * 12 + moment.month - 1 + (12 * amount if unit == "year" else amount)
        first = moment.replace(year=months // 12, month=months % 12 + 1, day=1)
        return first + timedelta(days=moment.day - 1)
    except (ValueError, OverflowError):
        raise CertLogicError(f"{_shown(text)} plus {amount} {unit} is no time") from None


def _partial_date(text: str) -> datetime | None:
    """Last day of a date that may lack its day and its month, at midnight UTC; None for another form."""
    match = _PARTIAL.fullmatch(text)
    if match is None:
        return None
    year, month = int(match[1]), int(match[2] or 12)
    try:
        day = int(match[3]) if match[3] else calendar.monthrange(year, month)[1]
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    """Date-time in milliseconds, further digits cut; without an offset in UTC. None for another form."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    try:
        moment = datetime.fromisoformat(f"{match[1]}T{match[2]}+00:00")
        offset = timedelta(hours=int(match[5] or 0), minutes=int(match[6] or 0))
        milliseconds = int((match[3] or "")[:3].ljust(3, "0"))
        shift = offset if match[4] == "-" else -offset
        return moment + shift + timedelta(milliseconds=milliseconds)
    except (ValueError, OverflowError):
        return None


def _exactly(count: int, operator: str, values: Sequence[Any]) -> Sequence[Any]:
    if len(values) != count:
        raise CertLogicError(f"an operation with operator {operator!r} must have {count} operands")
    return values


def _is_integer(value: Any) -> bool:
    """Integers as in JSON: 42.0 is one, true is none."""
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and value.is_integer())


def _same(left: Any, right: Any) -> bool:
    """Equality without conversion, of single values."""
    if isinstance(left, list | Mapping | datetime) or isinstance(right, list | Mapping | datetime):
        return False
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 80 else text[:77] + "..."


def validate(expression: Any) -> list[Issue]:
    """Find what is wrong with an expression's form."""
    return list(_issues(expression, DEEPEST))


def _issues(expression: Any, deepest: int) -> Iterator[Issue]:
    if deepest == 0:
        yield Issue(expression, "nested too deeply")
    elif isinstance(expression, str | bool) or _is_integer(expression):
        return
    elif isinstance(expression, float):
        yield Issue(expression, f"{expression:g} is a non-integer number")
    elif isinstance(expression, list):
        for each in expression:
            yield from _issues(each, deepest - 1)
    elif not isinstance(expression, Mapping):
        yield Issue(expression, "invalid CertLogic expression")
    elif len(expression) != 1:
        yield Issue(expression, f"expression object must have exactly one key, but it has {len(expression)}")
    else:
        yield from _operation_issues(expression, deepest)


def _operation_issues(expression: Mapping[str, Any], deepest: int) -> Iterator[Issue]:
    [(operator, values)] = expression.items()
    if operator == "var":
        if not isinstance(values, str):
            yield Issue(expression, 'not of the form { "var": "<path>" }')
        elif values and not _PATH.fullmatch(values):
            yield Issue(expression, f"data access path doesn't have a valid format: {values}")
        return
    if not isinstance(values, list):
        yield Issue(expression, 'operation not of the form { "<operator>": [ <values...> ] }')
        return
    if operator not in _OPERATIONS:
        yield Issue(expression, f'unrecognised operator: "{operator}"')
        return
    least, most = _OPERANDS.get(operator, (2, 2))
    if not least <= len(values) <= most:
        yield Issue(expression, f'wrong number of operands of "{operator}": {len(values)}')
    evaluated = 1 if operator in ("plusTime", "extractFromUVCI", "extractFromUCI") else len(values)
    for each in values[:evaluated]:
        yield from _issues(each, deepest - 1)
    if evaluated == 1 and len(values) > 1 and not _is_integer(values[1]):
        yield Issue(expression, f'argument #2 of "{operator}" must be an integer')
    if operator == "plusTime" and len(values) > 2 and values[2] not in UNITS:
        yield Issue(expression, f'"unit" argument (#3) of "plusTime" must be one of {", ".join(UNITS)}')


_OPERANDS = {
    "and": (2, 1_000),
    "if": (3, 3),
    "!": (1, 1),
    "plusTime": (3, 3),
    "reduce": (3, 3),
    "dccDateOfBirth": (1, 1),
    **dict.fromkeys(_COMPARISONS, (2, 3)),
}
