"""Answers that API clients send as JSON, by field name. The rules of the web forms apply unchanged."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kini.services.fields.base import FieldBase, InvalidAnswer
from kini.services.questions import Answers, ParsedPage, ProfileAnswers, applicable_pages
from kini.services.snapshots import PageSnapshot, ServiceSnapshot


def parse_json_answers(
    snapshot: ServiceSnapshot, new: Mapping[str, Any], before: Answers, known: ProfileAnswers
) -> ParsedPage:
    """Parse answers to any of a service's questions; null deletes an answer.

    Args:
        before: answers stored earlier; together with the new ones they decide which questions apply.

    Returns:
        Values by field or repeated page, and errors by path ("boat", "children/0/name").
    """
    parsed = ParsedPage()
    pages = {name: page for page in snapshot.pages for name in page.names}
    for name, value in new.items():
        page = pages.get(name)
        if page is None:
            parsed.errors[name] = _("This service does not have this question.")
        elif value is None:
            parsed.values[name] = None
        elif page.repeat:
            _parse_items(parsed, name, page, value)
        else:
            _parse_one(parsed.values, parsed.errors, name, name, page.fields[name], value)
    if not parsed.errors:
        parsed.errors |= _inapplicable(snapshot, parsed.values, before, known)
    return parsed


def _parse_one(
    values: dict[str, Any], errors: dict[str, str], place: str, name: str, field: FieldBase, value: Any
) -> None:
    try:
        values[name] = field.parse_json(value)
    except InvalidAnswer as error:
        errors[place] = str(error)


def _parse_items(parsed: ParsedPage, name: str, page: PageSnapshot, items: Any) -> None:
    most = page.repeat.max if page.repeat else 0
    if not isinstance(items, list) or len(items) > most:
        words = ngettext("Give a list of at most %(number)d entry.", "Give a list of at most %(number)d entries.", most)
        parsed.errors[name] = words % {"number": most}
        return
    parsed.values[name] = [_parse_item(parsed, f"{name}/{number}", page, item) for number, item in enumerate(items)]


def _parse_item(parsed: ParsedPage, place: str, page: PageSnapshot, item: Any) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if not isinstance(item, dict):
        parsed.errors[place] = _("Must be an object with the answers of one entry.")
        return values
    for name in item.keys() - page.fields.keys():
        parsed.errors[f"{place}/{name}"] = _("This service does not have this question.")
    for name, field in page.fields.items():
        if item.get(name) is not None:
            _parse_one(values, parsed.errors, f"{place}/{name}", name, field, item[name])
        if values.get(name) is None and not field.optional:
            parsed.errors.setdefault(f"{place}/{name}", field.missing())
    return {name: value for name, value in values.items() if value is not None}


def _inapplicable(snapshot: ServiceSnapshot, values: Answers, before: Answers, known: ProfileAnswers) -> dict[str, str]:
    merged = {name: value for name, value in {**before, **values}.items() if value is not None}
    applicable = {name for page in applicable_pages(snapshot, merged, known) for name in page.names}
    excess = [name for name, value in values.items() if value is not None and name not in applicable]
    return dict.fromkeys(excess, _("This question does not apply: other answers or the profile already determine it."))


def missing_answers(pages: list[PageSnapshot], answers: Answers) -> Iterator[tuple[str, str]]:
    """Answers that are still required on these pages, as (name, instruction)."""
    for page in pages:
        if page.repeat:
            yield page.repeat.name, _("Give at least %(number)d.") % {"number": page.repeat.min}
            continue
        for name, field in page.fields.items():
            if answers.get(name) is None and not field.optional:
                yield name, field.missing()
