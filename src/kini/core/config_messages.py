"""Messages for authors of pack files: what pydantic finds wrong, said plainly, with what would be right instead."""

from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher, get_close_matches
from types import UnionType
from typing import Annotated, Any, NamedTuple, TypeAliasType, Union, get_args, get_origin

from django.utils.translation import gettext as _
from pydantic import BaseModel, RootModel

#: Names that a remedy lists.
MOST_NAMES = 20
LONGEST_INPUT = 60


class Fault(NamedTuple):
    """One error inside a model: keys below the model, message, remedy."""

    place: tuple[str | int, ...]
    message: str
    remedy: str = ""


class InvalidContent(ValueError):
    """Errors that a validator of a model finds, each with its place and remedy."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(fault.message for fault in faults))
        self.faults = faults


def invalid(message: str, remedy: str, *place: str | int) -> InvalidContent:
    """Return the exception for one error."""
    return InvalidContent(Fault(place, message, remedy))


def use_one_of(names: Iterable[str], name: str = "") -> str:
    """Remedy that lists the possible names; of many, those most like `name`."""
    known = sorted(names)
    if not known:
        return _("Add it.")
    if len(known) > MOST_NAMES:
        known.sort(key=lambda each: -SequenceMatcher(None, name, each).ratio())
    more = ", …" if len(known) > MOST_NAMES else ""
    return _("Use one of: %(names)s.") % {"names": ", ".join(known[:MOST_NAMES]) + more}


def most_similar(name: str, names: Iterable[str]) -> str:
    """Return the name that somebody may have meant; empty if none is like it."""
    return next(iter(get_close_matches(name, sorted(names), 1, 0.7)), "")


def without_misspelt(faults: list[Fault], unknown: Iterable[Fault], missing: Iterable[Fault]) -> list[Fault]:
    """Join an unknown key and a missing one that is like it into one fault."""
    wanted = {fault.place: fault for fault in missing}
    for fault in unknown:
        beside = {str(place[-1]): place for place in wanted if place[:-1] == fault.place[:-1]}
        if meant := most_similar(str(fault.place[-1]), beside):
            faults.remove(wanted.pop(beside[meant]))
            remedy = _('Write "%(meant)s".') % {"meant": meant}
            faults[faults.index(fault)] = fault._replace(remedy=remedy)
    return faults


def faults_of(error: Mapping[str, Any], model: Any, data: Any) -> list[Fault]:
    """Convert one of pydantic's errors into faults with places below the model."""
    place = tuple(part for part in error["loc"] if part != "[key]")
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, InvalidContent):
        return [Fault((*place, *fault.place), fault.message, fault.remedy) for fault in cause.faults]
    return [Fault(place, *_words(error, model, data, place))]


def _words(error: Mapping[str, Any], model: Any, data: Any, place: tuple[str | int, ...]) -> tuple[str, str]:
    """Message and remedy of an error of pydantic."""
    kind, ctx = str(error["type"]), error.get("ctx", {})
    value = {"value": str(error.get("input"))[:LONGEST_INPUT]}
    match kind:
        case "missing":
            return _("it is missing"), _("Add it.")
        case "extra_forbidden":
            return _("unknown key"), _spelling(model, data, place)
        case "literal_error":
            names = str(ctx["expected"]).replace("'", "").replace(" or ", ", ")
            return _("“%(value)s” is not possible here") % value, _("Use one of: %(names)s.") % {"names": names}
        case "string_pattern_mismatch":
            return _("“%(value)s” is not written in the right way") % value, _format_of(ctx["pattern"])
        case "value_error":
            head, _semicolon, tail = error["msg"].removeprefix("Value error, ").partition("; ")
            return head, f"{tail[:1].upper()}{tail[1:]}." if tail else _("Correct it.")
        case "greater_than_equal" | "greater_than" | "less_than_equal" | "less_than":
            return _bound(kind, ctx, value)
        case "string_too_long" | "string_too_short" | "too_long" | "too_short":
            return _length(kind, ctx)
        case "string_type":
            return _("this is not a text"), _("Write a text in quotes.")
        case "list_type" | "tuple_type" | "set_type" | "frozen_set_type":
            remedy = _("Write [first, second], or each entry on a line that begins with a dash.")
            return _("a list is needed here"), remedy
        case "dict_type" | "model_type" | "model_attributes_type" | "mapping_type":
            return _("keys with values are needed here"), _("Write key: value, indented below, or {key: value}.")
    return _scalar(kind, value) or (error["msg"], _("Correct it."))


def _scalar(kind: str, value: Mapping[str, str]) -> tuple[str, str] | None:
    """Message and remedy for a number, date, time or truth value that cannot be read."""
    if kind.startswith(("int_", "float_", "decimal_", "finite")):
        remedy = _("Write digits only, without quotes, separators or a unit, such as 50000.")
        return _("“%(value)s” is not a number that fits here") % value, remedy
    if kind.startswith("bool_"):
        return _("“%(value)s” is neither true nor false") % value, _("Write true or false.")
    if kind.startswith(("date_", "datetime_")):
        return _("“%(value)s” is not a day of the calendar") % value, _("Write it as 2026-11-25.")
    if kind.startswith("time_"):
        return _("“%(value)s” is not a time of day") % value, _('Write it as "07:30", in quotes.')
    return None


def _format_of(pattern: str) -> str:
    """Remedy for a text that does not match a pattern."""
    if "://" in pattern:
        return _("Write a whole address, with https:// at the beginning.")
    if pattern in ("^[A-Z]{2}$", "^[A-Z]{3}$"):
        return _("Write %(count)s capital letters, such as ID or IDR.") % {"count": pattern[7]}
    if pattern.startswith("^[a-z][a-z0-9_]*"):
        return _("Use lower-case letters, digits and underscores, and a letter first.")
    if pattern.startswith("^[a-z0-9]+(-"):
        return _("Use lower-case letters, digits and single dashes.")
    return _("It must match the pattern %(pattern)s.") % {"pattern": pattern}


def _bound(kind: str, ctx: Mapping[str, Any], value: Mapping[str, str]) -> tuple[str, str]:
    limit = next(ctx[key] for key in ("ge", "gt", "le", "lt") if key in ctx)
    bound = {"bound": f"{limit:g}" if isinstance(limit, float) else limit}
    remedies = {
        "greater_than_equal": _("Write %(bound)s or more."),
        "greater_than": _("Write more than %(bound)s."),
        "less_than_equal": _("Write %(bound)s or less."),
        "less_than": _("Write less than %(bound)s."),
    }
    message = _("“%(value)s” is too small") if kind.startswith("greater") else _("“%(value)s” is too large")
    return message % value, remedies[kind] % bound


def _length(kind: str, ctx: Mapping[str, Any]) -> tuple[str, str]:
    if kind.endswith("long"):
        return _("it is too long"), _("At most %(most)s are possible.") % {"most": ctx["max_length"]}
    return _("it is too short"), _("At least %(least)s are needed.") % {"least": ctx["min_length"]}


def _spelling(model: Any, data: Any, place: tuple[str | int, ...]) -> str:
    keys = sorted(_keys(model, data, place[:-1]))
    if not keys:
        return _("Remove it, or correct its spelling.")
    return _("Remove it, or correct its spelling. Here there are: %(keys)s.") % {"keys": ", ".join(keys)}


def _keys(annotation: Any, data: Any, place: tuple[str | int, ...]) -> set[str]:
    """Keys of the models that may stand at a place below an annotation."""
    annotation = _plain(annotation)
    if get_origin(annotation) in (Union, UnionType):
        places = (place, place[1:]) if place else (place,)  # the name of a member may be part of the place
        return set().union(*(_keys(each, data, at) for each in get_args(annotation) for at in places))
    if isinstance(annotation, type) and issubclass(annotation, RootModel):
        return _keys(annotation.model_fields["root"].annotation, data, place)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        concrete = getattr(annotation, "concrete", lambda _data: annotation)(data)
        fields = {field.alias or name: field.annotation for name, field in concrete.model_fields.items()}
        if not place:
            return set(fields)
        return _keys(fields[str(place[0])], _inner(data, place[0]), place[1:]) if place[0] in fields else set()
    arguments = [each for each in get_args(annotation) if each is not Ellipsis]
    if not place or not arguments:
        return set()
    return _keys(arguments[-1], _inner(data, place[0]), place[1:])


def _plain(annotation: Any) -> Any:
    """Annotation without alias and metadata."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif isinstance(annotation, TypeAliasType):
            annotation = annotation.__value__
        else:
            return annotation


def _inner(data: Any, part: str | int) -> Any:
    try:
        return data[part]
    except (KeyError, IndexError, TypeError):
        return None
