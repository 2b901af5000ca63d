"""Answers and timeline of a case, as its page shows them."""

from datetime import datetime

from pydantic import Field

from kini.api.operations import Out
from kini.cases.api.schemas import DocumentOut, document_out
from kini.cases.case_view import AnswerRow, AnswerSection, CaseView, TimelineLine


class AnswerOut(Out):
    """Answer in words."""

    name: str
    label: str
    text: str
    hidden: bool = Field(description="Reading it requires a reason.")
    files: list[DocumentOut]


class PageOut(Out):
    """Answers of one question page."""

    page: str
    heading: str
    open: bool = Field(description="The resident may change these answers now.")
    answers: list[AnswerOut]


class Said(Out):
    """Labelled input of a move."""

    label: str
    text: str


class EntryOut(Out):
    """Timeline entry."""

    number: int
    at: datetime
    sentence: str
    who: str
    said: list[Said]
    files: list[DocumentOut]
    internal: bool = Field(description="Not visible to residents.")


class HistoryOut(Out):
    """Answers and timeline of a case, oldest entry first."""

    answers: list[PageOut]
    timeline: list[EntryOut]


def history_out(view: CaseView) -> HistoryOut:
    """Build the response with answers and timeline."""
    return HistoryOut(answers=pages_out(view), timeline=timeline_out(view))


def pages_out(view: CaseView) -> list[PageOut]:
    """Build the answers by page."""
    return [_page(section) for section in view.sections]


def timeline_out(view: CaseView) -> list[EntryOut]:
    """Build the timeline, oldest entry first."""
    return [_entry(line) for line in view.lines]


def _page(section: AnswerSection) -> PageOut:
    answers = [_answer(row) for row in section.rows]
    return PageOut(page=section.page, heading=section.heading, open=section.open, answers=answers)


def _answer(row: AnswerRow) -> AnswerOut:
    files = [document_out(document) for document in row.files]
    return AnswerOut(name=row.name, label=row.label, text=row.text, hidden=row.hidden, files=files)


def _entry(line: TimelineLine) -> EntryOut:
    return EntryOut(
        number=line.number,
        at=line.at,
        sentence=line.sentence,
        who=line.who,
        said=[Said(label=label, text=text) for label, text in line.said],
        files=[document_out(document) for document in line.files],
        internal=not line.public,
    )
