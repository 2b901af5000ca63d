"""Content of a case's letter: only fields named in the service file, numbers masked, in the city's language."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from kini.cases import rules as case_rules
from kini.cases.models import Case, TimelineEntry
from kini.cases.public import case_answers
from kini.city.public import pack
from kini.documents.rules import ContentRow, DocumentContent, printable_text
from kini.services.public import FieldBase, Letter, PageSnapshot, ServiceSnapshot, snapshot_of
from kini.web import formats


def letter_language() -> str:
    """Language of letters: the city's first."""
    return pack.current().languages[0]


def last_valid_day(letter: Letter, at: datetime) -> date | None:
    """Last valid day of a letter issued at that time, by the city's calendar; None: unlimited."""
    if not letter.months:
        return None
    city = pack.current()
    return city.calendar.add(at, "months", letter.months).astimezone(city.timezone).date()


def build_content(
    case: Case, letter: Letter, entry: TimelineEntry, at: datetime, inputs: dict[str, Any] | None = None
) -> DocumentContent:
    """Build the content of a letter.

    Args:
        entry: timeline entry of the decision; before it, one that is not stored.
        at: date on the letter.
        inputs: of a decision that is not stored yet.
    """
    snapshot = snapshot_of(case.version)
    with translation.override(letter_language()):
        last = last_valid_day(letter, at)
        return DocumentContent(
            title=str(letter.title or snapshot.definition.gives.name),
            service=str(snapshot.definition.name),
            agency=str(case.agency.title),
            unit=str(case.unit or ""),
            decider=_decider(snapshot, entry),
            city=str(pack.current().name),
            dated=formats.day(at),
            until=formats.day(last) if last else "",
            rows=tuple(_rows(case, snapshot, letter, inputs or {})),
        )


def _decider(snapshot: ServiceSnapshot, entry: TimelineEntry) -> str:
    """Role that decided; a generic text for automatic decisions."""
    if entry.actor_kind != "officer":
        return _("Automatic decision by the rules of the service")
    edge = case_rules.edge_of(snapshot.flow, entry.from_state, entry.move)
    role = snapshot.roles.get(edge.by) if edge else None
    return str(role) if role else _("An officer")


def _rows(case: Case, snapshot: ServiceSnapshot, letter: Letter, inputs: dict[str, Any]) -> Iterator[ContentRow]:
    values = _officer_inputs(case) | inputs | case_answers.of_case(case)
    for name, label in letter.show.items():
        field, page = _field_of(snapshot, name)
        value = values.get(name)
        if field is None or value in (None, "", []):
            continue
        text = _repeated_text(page, value) if page and page.repeat else field.show(value)
        yield ContentRow(name, str(label or field.label), printable_text(text))


def _field_of(snapshot: ServiceSnapshot, name: str) -> tuple[FieldBase | None, PageSnapshot | None]:
    """Field of that name: a question (of a repeated page the first one, for its label), or the input of a step."""
    for page in snapshot.pages:
        if page.repeat and page.repeat.name == name:
            return next(iter(page.fields.values())), page
    return snapshot.fields.get(name) or snapshot.inputs.get(name), None


def _repeated_text(page: PageSnapshot, items: list[Mapping[str, Any]]) -> str:
    lines = [[field.show(item[name]) for name, field in page.fields.items() if item.get(name)] for item in items]
    return "\n".join(", ".join(line) for line in lines)


def _officer_inputs(case: Case) -> dict[str, Any]:
    """Officers' inputs so far, the latest of each."""
    values: dict[str, Any] = {}
    for entry in case.timeline.filter(actor_kind="officer", public=True):
        values |= entry.data.get("given") or {}
    return values
