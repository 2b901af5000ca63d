"""Answers that API clients send as JSON, by field name. The rules of the web forms apply unchanged."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kini.services.fields.base import FieldBase, InvalidAnswer
from kini.services.questions import Answers, ParsedPage, ProfileAnswers, applicable_pages
from kini.services.snapshots import PageSnapshot, ServiceSnapshot


def parse_json_answers(
    snapshot: ServiceSnapshot, given: Mapping[str, Any], before: Answers, known: ProfileAnswers
) -> ParsedPage:
    """Parse answers to any of a service's questions; null deletes an answer.

    Args:
        before: answers stored earlier; together with the new ones they decide which questions apply.

    Returns:
        Values by field or repeated page, and errors by path ("boat", "children/0/name").
    """
    taken = ParsedPage()
    pages = {name: page for page in snapshot.pages for name in page.names}
    for name, value in given.items():
        page = pages.get(name)
        if page is None:
            taken.errors[name] = _("This service does not ask this.")
        elif value is None:
            taken.values[name] = None
        elif page.repeat:
            _take_items(taken, name, page, value)
        else:
            _take_one(taken.values, taken.errors, name, name, page.fields[name], value)
    if not taken.errors:
        taken.errors |= _not_asked(snapshot, taken.values, before, known)
    return taken


def _take_one(
    values: dict[str, Any], errors: dict[str, str], place: str, name: str, field: FieldBase, given: Any
) -> None:
    try:
        values[name] = field.read(given)
    except InvalidAnswer as wrong:
        errors[place] = str(wrong)


def _take_items(taken: ParsedPage, name: str, page: PageSnapshot, given: Any) -> None:
    most = page.repeat.max if page.repeat else 0
    if not isinstance(given, list) or len(given) > most:
        words = ngettext("Give a list of at most %(number)d entry.", "Give a list of at most %(number)d entries.", most)
        taken.errors[name] = words % {"number": most}
        return
    taken.values[name] = [_take_item(taken, f"{name}/{number}", page, item) for number, item in enumerate(given)]


def _take_item(taken: ParsedPage, place: str, page: PageSnapshot, given: Any) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if not isinstance(given, dict):
        taken.errors[place] = _("Give the answers of one entry, by name.")
        return values
    for name in given.keys() - page.fields.keys():
        taken.errors[f"{place}/{name}"] = _("This service does not ask this.")
    for name, field in page.fields.items():
        if given.get(name) is not None:
            _take_one(values, taken.errors, f"{place}/{name}", name, field, given[name])
        if values.get(name) is None and not field.optional:
            taken.errors.setdefault(f"{place}/{name}", field.missing())
    return {name: value for name, value in values.items() if value is not None}


def _not_asked(snapshot: ServiceSnapshot, values: Answers, before: Answers, known: ProfileAnswers) -> dict[str, str]:
    merged = {name: value for name, value in {**before, **values}.items() if value is not None}
    asked = {name for page in applicable_pages(snapshot, merged, known) for name in page.names}
    wrong = [name for name, value in values.items() if value is not None and name not in asked]
    return dict.fromkeys(wrong, _("This is not asked: other answers or the profile already decide it."))


def missing_answers(pages: list[PageSnapshot], answers: Answers) -> Iterator[tuple[str, str]]:
    """Answers that are still required on these pages, as (name, instruction)."""
    for page in pages:
        if page.repeat:
            yield page.repeat.name, _("Give at least %(number)d.") % {"number": page.repeat.min}
            continue
        for name, field in page.fields.items():
            if answers.get(name) is None and not field.optional:
                yield name, field.missing()
