"""Summary of answers page by page, for checking and correction. Owners see them unmasked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kini.cases import case_answers
from kini.cases.case_view import AnswerSection
from kini.cases.models import Attachment
from kini.cases.pages.wizard import ApplicationWizard
from kini.cases.transition_inputs import document_ids_in
from kini.services.public import PageSnapshot, questions


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """Row of one answer; `text` is empty if unanswered. `change` links to a single question."""

    label: Any
    text: str
    files: tuple[Attachment, ...] = ()
    change: str = ""
    changed: bool = False
    missing: bool = False


@dataclass(frozen=True, slots=True)
class SummarySection:
    """Answers of one page or entry under its heading, or of several single questions without a heading.

    Attributes:
        change: where the answers under a heading are changed.
        changed: in a correction, the answers differ from the case's.
        missing: a required answer is missing.
    """

    heading: Any
    rows: tuple[SummaryRow, ...]
    change: str = ""
    changed: bool = False
    missing: bool = False


def summary_sections(wizard: ApplicationWizard) -> list[SummarySection]:
    """Sections of the applicable pages with their answers."""
    return merge_sections(_pages(wizard))


def merge_sections(parts: Iterable[SummarySection]) -> list[SummarySection]:
    """Merge adjacent sections without a heading."""
    merged: list[SummarySection] = []
    for part in parts:
        if merged and not part.heading and not merged[-1].heading:
            merged[-1] = replace(merged[-1], rows=merged[-1].rows + part.rows)
        else:
            merged.append(part)
    return merged


def case_sections(sections: Iterable[AnswerSection]) -> list[SummarySection]:
    """Answers of a submitted case: numbers masked, not editable."""
    return merge_sections(
        SummarySection(
            "" if [row.label for row in section.rows] == [section.heading] else section.heading,
            tuple(SummaryRow(row.label, row.text, row.files) for row in section.rows),
        )
        for section in sections
        if section.rows
    )


def _pages(wizard: ApplicationWizard) -> Iterator[SummarySection]:
    before = case_answers.of_case(wizard.case) if wizard.case else wizard.answers
    lacking = {page.key for page in wizard.missing}
    for page in wizard.pages:
        change = wizard.url("question", key=page.key) + ("" if wizard.case else "?change=1")
        names = [page.repeat.name] if page.repeat else list(page.fields)
        changed = any(before.get(name) != wizard.answers.get(name) for name in names)
        for heading, rows in _grouped(wizard, page):
            if heading:
                yield SummarySection(heading, rows, change, changed, page.key in lacking)
            else:
                (row,) = rows
                yield SummarySection("", (replace(row, change=change, changed=changed, missing=page.key in lacking),))


def _grouped(wizard: ApplicationWizard, page: PageSnapshot) -> Iterator[tuple[Any, tuple[SummaryRow, ...]]]:
    if page.repeat is None:
        yield "" if page.single else page.heading, tuple(_rows(wizard, page, wizard.answers))
        return
    entries = questions.repeat_items(page, wizard.answers)
    for number, item in enumerate(entries, 1):
        yield f"{page.repeat.item} {number}", tuple(_rows(wizard, page, item))
    if not entries:
        yield "", (SummaryRow(page.heading, ""),)


def _rows(wizard: ApplicationWizard, page: PageSnapshot, answers: Mapping[str, Any]) -> Iterator[SummaryRow]:
    for name, field in page.fields.items():
        value = answers.get(name)
        files = tuple(wizard.documents[each] for each in document_ids_in(value) if each in wizard.documents)
        yield SummaryRow(field.label, "" if value is None else field.reveal(value), files)


def profile_rows(wizard: ApplicationWizard) -> Iterator[tuple[Any, str]]:
    """Answers from the profile, numbers masked."""
    final = questions.final_answers(wizard.snapshot, wizard.answers, wizard.known)
    for name, field in wizard.snapshot.fields.items():
        if name in final and field.profile and wizard.known.get(field.profile) is not None:
            yield field.label, field.show(final[name])
