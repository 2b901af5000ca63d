"""Response schemas of the desk: no more than the pages show to the same officer."""

from typing import Any

from pydantic import Field

from kini.api.operations import Named, Out
from kini.cases import queries
from kini.cases.api.history import EntryOut, PageOut, pages_out, timeline_out
from kini.cases.api.schemas import CaseLine, MoveOut, case_line, move_out, resolved_of
from kini.cases.desk.case_content import DeskCase
from kini.cases.models import Case
from kini.core.actors import Actor
from kini.core.localized_text import Text
from kini.people.models import Officer
from kini.people.public import access_purposes, desk_counts


class Colleague(Out):
    """Officer."""

    id: int
    name: str


class DeskOut(Out):
    """Desk of an officer."""

    officer: Colleague
    agency: Named
    permissions: list[str] = Field(description="Permissions in at least one scope; each case lists those that apply.")
    purposes: list[Named] = Field(description="Purposes for revealing hidden data (POST looks).")
    views: dict[str, int] = Field(
        description=f"How many cases stand behind each view, up to {desk_counts.MAX_COUNTED}."
    )


class DeskLine(CaseLine):
    """Case in the queue."""

    step_words: str
    paused: bool = Field(description="The clock is paused while the city waits for the resident.")
    officer: Colleague | None
    area: Named | None


class DeskCaseOut(DeskLine):
    """Case at the desk."""

    channel: str
    agency: Named
    unit: str | None
    person: str | None = Field(description="Name of the resident, if the officer may see it.")
    moves: list[MoveOut]
    may: list[str] = Field(description="Further actions: take, assign, transfer, note, look.")
    colleagues: list[Colleague] = Field(description="Possible assignees.")
    answers: list[PageOut]
    timeline: list[EntryOut]


class Looked(Out):
    """Revealed data by name."""

    values: dict[str, Any]


def desk_out(actor: Actor, officer: Officer) -> DeskOut:
    """Build the response for an officer's desk."""
    allowed = sorted({str(permission) for grant in actor.grants for permission in grant.permissions})
    agency = Named(id=officer.agency_id, name=str(officer.agency.title))
    views = {str(view): count for view, count in queries.view_counts(actor).items()}
    choices = [Named(id=name, name=words) for name, words in access_purposes.look_purposes().items()]
    return DeskOut(officer=_colleague(officer), agency=agency, permissions=allowed, purposes=choices, views=views)


def desk_line(case: Case) -> DeskLine:
    """Build the response for a case in the queue."""
    return DeskLine(**_line(case))


def desk_case_out(desk: DeskCase) -> DeskCaseOut:
    """Build the response for a case at the desk."""
    view = desk.view
    case = view.case
    deeds = {
        "take": desk.may_take,
        "assign": view.may_assign,
        "transfer": view.may_transfer,
        "note": view.may_note,
        "look": view.may_look,
    }
    return DeskCaseOut(
        **_line(case),
        channel=case.channel,
        agency=Named(id=case.agency_id, name=str(case.agency.title)),
        unit=str(Text.model_validate(case.unit.name)) if case.unit else None,
        person=view.person or None,
        moves=[move_out(button.edge, view.snapshot) for button in desk.moves],
        may=[move for move, allowed in deeds.items() if allowed],
        colleagues=[_colleague(officer) for officer in desk.colleagues],
        answers=pages_out(view),
        timeline=timeline_out(view),
    )


def _line(case: Case) -> dict[str, Any]:
    line = case_line(case)
    snapshot = resolved_of(case)
    return {
        **dict(line),
        "step_words": str(snapshot.flow.states[case.state].name),
        "paused": case.paused_at is not None,
        "officer": _colleague(case.assignee) if case.assignee else None,
        "area": Named(id=case.area.code, name=case.area.name) if case.area else None,
    }


def _colleague(officer: Officer) -> Colleague:
    return Colleague(id=officer.pk, name=officer.name)
