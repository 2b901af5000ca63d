"""Summary of answers page by page, for checking and correction. Owners see them unmasked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kini.cases import answers
from kini.cases.inputs import files_in
from kini.cases.models import Document
from kini.cases.pages.walks import Walk
from kini.cases.showing import Section
from kini.services import questions
from kini.services.versions import ResolvedPage


@dataclass(frozen=True, slots=True)
class Answered:
    """Row of one answer; `text` is empty if unanswered. `change` links to a single question."""

    label: Any
    text: str
    files: tuple[Document, ...] = ()
    change: str = ""
    changed: bool = False
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Answers of one page or entry under its heading, or of several single questions without a heading.

    Attributes:
        change: where the answers under a heading are changed.
        changed: in a correction, the answers differ from the case's.
        missing: a required answer is missing.
    """

    heading: Any
    rows: tuple[Answered, ...]
    change: str = ""
    changed: bool = False
    missing: bool = False


def parts(walk: Walk) -> list[Part]:
    """Sections of the applicable pages with their answers."""
    return joined(_pages(walk))


def joined(parts: Iterable[Part]) -> list[Part]:
    """Merge adjacent sections without a heading."""
    found: list[Part] = []
    for part in parts:
        if found and not part.heading and not found[-1].heading:
            found[-1] = replace(found[-1], rows=found[-1].rows + part.rows)
        else:
            found.append(part)
    return found


def told(sections: Iterable[Section]) -> list[Part]:
    """Answers of a submitted case: numbers masked, not editable."""
    return joined(
        Part(
            "" if [row.label for row in section.rows] == [section.heading] else section.heading,
            tuple(Answered(row.label, row.text, row.files) for row in section.rows),
        )
        for section in sections
        if section.rows
    )


def _pages(walk: Walk) -> Iterator[Part]:
    before = answers.of_case(walk.case) if walk.case else walk.answers
    lacking = {page.key for page in walk.missing}
    for page in walk.pages:
        change = walk.url("question", key=page.key) + ("" if walk.case else "?change=1")
        names = [page.repeat.name] if page.repeat else list(page.fields)
        changed = any(before.get(name) != walk.answers.get(name) for name in names)
        for heading, rows in _grouped(walk, page):
            if heading:
                yield Part(heading, rows, change, changed, page.key in lacking)
            else:
                (row,) = rows
                yield Part("", (replace(row, change=change, changed=changed, missing=page.key in lacking),))


def _grouped(walk: Walk, page: ResolvedPage) -> Iterator[tuple[Any, tuple[Answered, ...]]]:
    if page.repeat is None:
        yield "" if page.single else page.heading, tuple(_rows(walk, page, walk.answers))
        return
    entries = questions.items(page, walk.answers)
    for number, item in enumerate(entries, 1):
        yield f"{page.repeat.item} {number}", tuple(_rows(walk, page, item))
    if not entries:
        yield "", (Answered(page.heading, ""),)


def _rows(walk: Walk, page: ResolvedPage, given: Mapping[str, Any]) -> Iterator[Answered]:
    for name, field in page.fields.items():
        value = given.get(name)
        files = tuple(walk.documents[each] for each in files_in(value) if each in walk.documents)
        yield Answered(field.label, "" if value is None else field.reveal(value), files)


def of_profile(walk: Walk) -> Iterator[tuple[Any, str]]:
    """Answers from the profile, numbers masked."""
    final = questions.final_answers(walk.resolved, walk.answers, walk.known)
    for name, field in walk.resolved.fields.items():
        if name in final and field.profile and walk.known.get(field.profile) is not None:
            yield field.label, field.show(final[name])
