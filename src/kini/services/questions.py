"""Applicable questions and parsing of submitted pages. Pure: no draft, no session.

Answers map field names to values; a repeated page stores a list under its `repeat.name`. `known` maps profile
attributes to values: a field whose `profile` attribute is known is not asked. An answer makes its attribute known to
the fields after it, so nobody is asked twice for one thing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from kini.services.fields.base import FieldBase, FormData, InvalidAnswer
from kini.services.fields.uploads import UploadField
from kini.services.snapshots import PageSnapshot, ServiceSnapshot

type Answers = Mapping[str, Any]
type ProfileAnswers = Mapping[str, Any]

#: Inputs that every form has.
COMMON_INPUTS = frozenset({"csrfmiddlewaretoken", "keep"})


@dataclass(slots=True)
class ParsedPage:
    """Result of parsing a page's form.

    Attributes:
        values: by field, valid ones only; None where an optional field was left empty.
        errors: instruction for the user, by field.
        typed: raw input of every field, to redisplay the form.
    """

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    typed: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _ApplicablePage:
    """An applicable page with only its applicable fields, and the effective answers up to and including it."""

    page: PageSnapshot
    effective: dict[str, Any]


def _applicable(snapshot: ServiceSnapshot, answers: Answers, known: ProfileAnswers) -> Iterator[_ApplicablePage]:
    """Applicable pages in order. Conditions ignore answers of pages that do not apply."""
    effective: dict[str, Any] = {}
    known = dict(known)
    for page in snapshot.pages:
        if page.when and not page.when.is_met(effective):
            continue
        if page.repeat:
            if page.repeat.name in answers:
                effective[page.repeat.name] = answers[page.repeat.name]
            yield _ApplicablePage(page, dict(effective))
            continue
        fields: dict[str, FieldBase] = {}
        for name, each in page.fields.items():
            if each.when and not each.when.is_met(effective):
                continue
            if each.profile and known.get(each.profile) is not None:
                effective[name] = known[each.profile]
                continue
            fields[name] = each
        if _is_answered_by_profile(page, fields):
            fields = {}
        answered = {name: answers[name] for name in fields if answers.get(name) is not None}
        effective |= answered
        known |= {fields[name].profile or "": value for name, value in answered.items() if fields[name].profile}
        reduced = page if len(fields) == len(page.fields) else page.model_copy(update={"fields": fields})
        yield _ApplicablePage(reduced, dict(effective))


def _is_answered_by_profile(page: PageSnapshot, left: Mapping[str, FieldBase]) -> bool:
    """Return whether the profile answers a page well enough: only optional profile fields are left."""
    return len(left) < len(page.fields) and all(each.optional and each.profile for each in left.values())


def applicable_pages(snapshot: ServiceSnapshot, answers: Answers, known: ProfileAnswers) -> list[PageSnapshot]:
    """Pages that apply before sending, given these answers, each with only the fields that apply."""
    return [each.page for each in _applicable(snapshot, answers, known) if each.page.fields and not each.page.later]


def later_fields(snapshot: ServiceSnapshot, answers: Answers) -> dict[str, FieldBase]:
    """Fields that are asked after sending and have no answer yet."""
    pages = [each.page for each in _applicable(snapshot, answers, {}) if each.page.later]
    return {name: each for page in pages for name, each in page.fields.items() if answers.get(name) is None}


def missing_pages(snapshot: ServiceSnapshot, answers: Answers, known: ProfileAnswers) -> list[PageSnapshot]:
    """Applicable pages that lack a required answer."""
    return final_and_missing(snapshot, answers, known)[1]


def lacks_answers(page: PageSnapshot, answers: Answers) -> bool:
    """Return whether the page lacks a required answer."""
    if page.repeat:
        return len(repeat_items(page, answers)) < page.repeat.min
    return any(answers.get(name) is None and not each.optional for name, each in page.fields.items())


def final_answers(snapshot: ServiceSnapshot, answers: Answers, known: ProfileAnswers) -> dict[str, Any]:
    """Effective answers, including those from the profile and excluding pages that no longer apply."""
    return final_and_missing(snapshot, answers, known)[0]


def final_and_missing(
    snapshot: ServiceSnapshot, answers: Answers, known: ProfileAnswers
) -> tuple[dict[str, Any], list[PageSnapshot]]:
    """Compute `final_answers` and `missing_pages` in one pass."""
    applicable = list(_applicable(snapshot, answers, known))
    missing = [each.page for each in applicable if each.page.fields and lacks_answers(each.page, answers)]
    return applicable[-1].effective if applicable else {}, missing


def parse_page(
    page: PageSnapshot,
    submitted: FormData,
    answers: Answers | None = None,
    *,
    stored: Mapping[str, Sequence[str]] | None = None,
    extra_inputs: frozenset[str] = frozenset(),
) -> ParsedPage:
    """Parse the submitted form of a page.

    Args:
        page: as returned by `applicable_pages`.
        answers: earlier answers; their documents count for upload fields that `stored` does not mention.
        stored: ids of the stored documents by upload field, including those just uploaded.
        extra_inputs: names of additional inputs of the form (buttons).
    """
    sent = _with_stored(page, submitted, {**_files_of(answers or {}), **(stored or {})})
    parsed = ParsedPage()
    for name, each in page.fields.items():
        parsed.typed[name] = _scrubbed(each.typed(name, sent))
        try:
            value = each.parse(name, sent)
            if value is None and not each.optional:
                raise InvalidAnswer(each.missing())
            parsed.values[name] = value
        except InvalidAnswer as error:
            parsed.errors[name] = str(error)
    if message := _form_error(page, submitted, extra_inputs):
        first = next(iter(page.fields))
        parsed.values.pop(first, None)
        parsed.errors[first] = message
    return parsed


def _files_of(answers: Answers) -> dict[str, Sequence[str]]:
    return {name: value["files"] for name, value in answers.items() if isinstance(value, dict) and "files" in value}


def _with_stored(page: PageSnapshot, sent: FormData, stored: Mapping[str, Sequence[str]]) -> FormData:
    """Replace submitted document ids with the stored ones, so that nobody can reference another person's documents."""
    data: MultiValueDict[str, str] = MultiValueDict({name: sent.data.getlist(name) for name in sent.data})
    for name, each in page.fields.items():
        if isinstance(each, UploadField):
            data.setlist(f"{name}.ids", list(stored.get(name, ())))
    return FormData(data, sent.files)


def _form_error(page: PageSnapshot, sent: FormData, extra_inputs: frozenset[str]) -> str:
    """Error message for a malformed form (unknown or repeated inputs); empty if it is well formed."""
    inputs = {each: name for name, each_field in page.fields.items() for each in each_field.inputs(name)}
    names = {*sent.data, *sent.files} - COMMON_INPUTS - extra_inputs
    if names - inputs.keys():
        return _("The form contained unknown fields. Reload the page and try again.")
    twice = [
        n
        for n in names & sent.data.keys()
        if len(sent.data.getlist(n)) > 1 and not page.fields[inputs[n]].accepts_several
    ]
    return _("An answer was sent twice. Reload the page and try again.") if twice else ""


def _scrubbed(typed: Any) -> Any:
    """Raw input without control characters, which a page cannot show."""
    match typed:
        case str():
            return "".join(c for c in typed if c in "\n\t" or (c.isprintable() or ord(c) > 159))
        case dict():
            return {key: _scrubbed(value) for key, value in typed.items()}
        case list():
            return [_scrubbed(value) for value in typed]
    return typed


def form_values(page: PageSnapshot, answers: Answers) -> dict[str, Any]:
    """Initial input values of a page, by field."""
    return {name: each.form_value(answers.get(name)) for name, each in page.fields.items()}


def repeat_items(page: PageSnapshot, answers: Answers) -> list[dict[str, Any]]:
    """Items of a repeated page answered so far."""
    return list(answers.get(page.repeat.name) or []) if page.repeat else []


def with_item(
    page: PageSnapshot, answers: Answers, index: int | None, values: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Append an item (`index` None), or replace the item at `index`.

    Raises:
        InvalidAnswer: when the list is full, or has no item at `index`.
    """
    items, item = repeat_items(page, answers), {name: value for name, value in values.items() if value is not None}
    if index is not None:
        if not 0 <= index < len(items):
            raise InvalidAnswer(_("This entry no longer exists."))
        return [*items[:index], item, *items[index + 1 :]]
    if page.repeat and len(items) >= page.repeat.max:
        raise InvalidAnswer(
            _("There can be at most %(number)d. Remove one before you add another.") % {"number": page.repeat.max}
        )
    return [*items, item]


def without_item(page: PageSnapshot, answers: Answers, index: int) -> list[dict[str, Any]]:
    """The list without the item at `index`; unchanged if there is none."""
    return [item for place, item in enumerate(repeat_items(page, answers)) if place != index]


def split_encrypted(
    snapshot: ServiceSnapshot, answers: Answers, *, whole: bool = False
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split answers into (plain, to be encrypted).

    Args:
        whole: encrypt all answers, as for a sensitive service.
    """
    if whole or snapshot.sensitive:
        return {}, dict(answers)
    secret = snapshot.sealed
    plain = {name: value for name, value in answers.items() if name not in secret}
    return plain, {name: value for name, value in answers.items() if name in secret}
