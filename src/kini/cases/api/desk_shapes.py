"""What programs of officers read: no more than the desk shows to the same officer."""

from typing import Any

from pydantic import Field

from kini.api.routing import Named, Out
from kini.cases import queries
from kini.cases.api.history import EntryOut, PageOut, pages_out, timeline_out
from kini.cases.api.shapes import CaseLine, MoveOut, case_line, move_out, resolved_of
from kini.cases.desk.case import Desk
from kini.cases.models import Case
from kini.core.actors import Actor
from kini.core.texts import Text
from kini.people import purposes
from kini.people.models import Officer


class Colleague(Out):
    """An officer."""

    id: int
    name: str


class DeskOut(Out):
    """A desk."""

    officer: Colleague
    agency: Named
    permissions: list[str] = Field(description="What the officer may do somewhere; where, each case tells.")
    purposes: list[Named] = Field(description="For what one can look at what is hidden (POST looks).")
    views: dict[str, int] = Field(description=f"How many cases stand behind each view, up to {queries.MOST_COUNTED}.")


class DeskLine(CaseLine):
    """A case in the queue."""

    step_words: str
    paused: bool = Field(description="Its clock stands while the city waits for the resident.")
    officer: Colleague | None
    area: Named | None


class DeskCaseOut(DeskLine):
    """A case on the desk."""

    channel: str
    agency: Named
    unit: str | None
    person: str | None = Field(description="Whose it is, as far as the officer may know.")
    moves: list[MoveOut]
    may: list[str] = Field(description="Further deeds: take, assign, transfer, note, look.")
    colleagues: list[Colleague] = Field(description="Who may hold the case.")
    answers: list[PageOut]
    timeline: list[EntryOut]


class Looked(Out):
    """What was hidden, by name."""

    values: dict[str, Any]


def desk_out(actor: Actor, officer: Officer) -> DeskOut:
    """Somebody's desk."""
    allowed = sorted({str(permission) for grant in actor.grants for permission in grant.permissions})
    agency = Named(id=officer.agency_id, name=str(officer.agency.title))
    views = {str(view): count for view, count in queries.counts(actor).items()}
    choices = [Named(id=name, name=words) for name, words in purposes.choices().items()]
    return DeskOut(officer=_colleague(officer), agency=agency, permissions=allowed, purposes=choices, views=views)


def desk_line(case: Case) -> DeskLine:
    """A case of a queue."""
    return DeskLine(**_line(case))


def desk_case_out(desk: Desk) -> DeskCaseOut:
    """A case with everything that the officer may know of it, and may do."""
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
        moves=[move_out(button.edge, view.resolved) for button in desk.moves],
        may=[deed for deed, allowed in deeds.items() if allowed],
        colleagues=[_colleague(officer) for officer in desk.colleagues],
        answers=pages_out(view),
        timeline=timeline_out(view),
    )


def _line(case: Case) -> dict[str, Any]:
    line = case_line(case)
    resolved = resolved_of(case)
    return {
        **dict(line),
        "step_words": str(resolved.flow.states[case.state].name),
        "paused": case.paused_at is not None,
        "officer": _colleague(case.assignee) if case.assignee else None,
        "area": Named(id=case.area.code, name=case.area.name) if case.area else None,
    }


def _colleague(officer: Officer) -> Colleague:
    return Colleague(id=officer.pk, name=officer.name)
