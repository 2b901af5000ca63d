"""What was answered in a case, and what happened to it, as its page shows both."""

from datetime import datetime

from pydantic import Field

from kini.api.routing import Out
from kini.cases.api.shapes import DocumentOut, document_out
from kini.cases.showing import CaseView, Line, Row, Section


class AnswerOut(Out):
    """One answer in words."""

    name: str
    label: str
    text: str
    hidden: bool = Field(description="Whoever reads this must say why before they see it.")
    files: list[DocumentOut]


class PageOut(Out):
    """The answers of one page of questions."""

    page: str
    heading: str
    open: bool = Field(description="The resident may change these answers now.")
    answers: list[AnswerOut]


class Said(Out):
    """Something that was said at a step."""

    label: str
    text: str


class EntryOut(Out):
    """One thing that happened."""

    number: int
    at: datetime
    sentence: str
    who: str
    said: list[Said]
    files: list[DocumentOut]
    internal: bool = Field(description="Residents do not see it.")


class HistoryOut(Out):
    """A case's answers and its timeline, the oldest entry first."""

    answers: list[PageOut]
    timeline: list[EntryOut]


def history_out(view: CaseView) -> HistoryOut:
    """A case as its page shows it."""
    return HistoryOut(answers=pages_out(view), timeline=timeline_out(view))


def pages_out(view: CaseView) -> list[PageOut]:
    """The answers by page."""
    return [_page(section) for section in view.sections]


def timeline_out(view: CaseView) -> list[EntryOut]:
    """What happened, the oldest first."""
    return [_entry(line) for line in view.lines]


def _page(section: Section) -> PageOut:
    answers = [_answer(row) for row in section.rows]
    return PageOut(page=section.page, heading=section.heading, open=section.open, answers=answers)


def _answer(row: Row) -> AnswerOut:
    files = [document_out(document) for document in row.files]
    return AnswerOut(name=row.name, label=row.label, text=row.text, hidden=row.hidden, files=files)


def _entry(line: Line) -> EntryOut:
    return EntryOut(
        number=line.number,
        at=line.at,
        sentence=line.sentence,
        who=line.who,
        said=[Said(label=label, text=text) for label, text in line.said],
        files=[document_out(document) for document in line.files],
        internal=not line.public,
    )
