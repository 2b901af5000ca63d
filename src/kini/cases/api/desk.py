"""API of the officers' desk: queue and all actions on a case, with the officer's own permissions."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import FileResponse, HttpRequest
from django.utils.translation import gettext as _
from ninja import Query
from pydantic import Field

from kini.api import pagination
from kini.api.auth import principal_of
from kini.api.operations import In, Router
from kini.api.pagination import Cursor, Limit, Page
from kini.api.problems import Problem, Wrong
from kini.cases import actions, queries, read_log
from kini.cases.api import desk_schemas, moves
from kini.cases.api.desk_schemas import DeskCaseOut, DeskLine, DeskOut, Looked
from kini.cases.api.moves import NewMove
from kini.cases.api.own_cases import parse_reference
from kini.cases.api.scopes import DESK_LOOK, DESK_READ, DESK_WRITE
from kini.cases.desk.case_content import desk_case
from kini.cases.desk.guards import OwnCaseAtDesk, read_case_at_desk
from kini.cases.models import Case
from kini.cases.pages.documents import file_response
from kini.cases.permissions import CasePermission
from kini.cases.queries import QueueFilters, View
from kini.city import queries as city_queries
from kini.city.models import Agency
from kini.core.actors import Actor, NotAllowed
from kini.people import queries as people_queries
from kini.people.models import Officer
from kini.people.rules import may_somewhere

router = Router()
Which = Annotated[View, Query("due", description="View of the queue; `due`: all open cases by due date.")]
#: Largest id of an officer.
MOST_ID = 2**31 - 1


class Assignment(In):
    """Assignment of a case."""

    officer: int | None = Field(ge=1, le=MOST_ID, description="Id of a colleague or oneself; null: nobody.")


class Transfer(In):
    """Transfer of a case to another agency."""

    agency: str = Field(max_length=60, description="Id of another agency (GET /agencies).")
    reason: str = Field(max_length=2000, description="The resident reads it.")


class Note(In):
    """Internal note."""

    text: str = Field(max_length=2000, description="Mentioned colleagues (@Name) are notified.")


class Look(In):
    """Request to reveal hidden data."""

    what: Literal["answers", "identity"]
    purpose: str = Field(max_length=40, description="Id of a purpose (GET /desk).")
    reason: str = Field(max_length=240, description="At least two words; the resident can read it.")


@router.get("/desk", needs=DESK_READ)
def read_desk(request: HttpRequest) -> DeskOut:
    """Get one's desk: permissions, purposes, and the number of cases in each view."""
    actor = officer_of(request)
    officer = people_queries.officer_of(actor)
    assert officer is not None
    return desk_schemas.desk_out(actor, officer)


@router.get("/desk/cases", needs=DESK_READ)
def list_queue(
    request: HttpRequest,
    view: Which = "due",
    service: str = Query("", max_length=60),
    state: str = Query("", max_length=20, description="A public state."),
    area: str = Query("", max_length=20, description="Area code; includes everything within the area."),
    search: str = Query("", max_length=120, description="Reference, its beginning, or words."),
    limit: Limit = 20,
    cursor: Cursor = "",
) -> Page[DeskLine]:
    """List the cases that the officer may see."""
    actor = officer_of(request)
    place = (pagination.decode_cursor(cursor, str) or [""])[0]
    if place and not queries.is_cursor(place):
        raise pagination.invalid_cursor()
    around = city_queries.area(area) if area else None
    if area and around is None:
        return Page[DeskLine](items=[], next=None)
    filters = QueueFilters(view, service, state, around.path if around else "", search.strip(), place)
    page = queries.queue_page(actor, filters, limit)
    items = [desk_schemas.desk_line(case) for case in page.cases]
    return Page[DeskLine](items=items, next=pagination.encode_cursor(page.next) if page.next else None)


@router.get("/desk/cases/{reference}", needs=DESK_READ)
def read_desk_case(request: HttpRequest, reference: str) -> DeskCaseOut:
    """Get a case as the officer may see it: answers, timeline, notes, moves, and possible assignees."""
    actor = officer_of(request)
    return _told(actor, at_desk(actor, reference))


@router.get("/desk/cases/{reference}/documents/{uuid:document}", needs=DESK_READ, media="*/*")
def read_desk_document(request: HttpRequest, reference: str, document: UUID) -> FileResponse:
    """Download a file of a case."""
    actor = officer_of(request)
    stored = at_desk(actor, reference, shown=False).documents.select_related("case", "draft").get(pk=document)
    read_log.log_document(actor, stored)
    return file_response(stored)


@router.post("/desk/cases/{reference}/moves", needs=DESK_WRITE, files=True)
def take_desk_step(request: HttpRequest, reference: str, body: NewMove) -> DeskCaseOut:
    """Take a move of the case's flow."""
    actor = officer_of(request)
    moves.take_move(request, actor, at_desk(actor, reference), body)
    return _told(actor, at_desk(actor, reference))


@router.post("/desk/cases/{reference}/assignment", needs=DESK_WRITE)
def assign_case(request: HttpRequest, reference: str, body: Assignment) -> DeskCaseOut:
    """Take a case, assign it to a colleague, or unassign it."""
    actor = officer_of(request)
    actions.assign(by=actor, case=at_desk(actor, reference), officer=_colleague(body.officer))
    return _told(actor, at_desk(actor, reference))


@router.post("/desk/cases/{reference}/transfer", needs=DESK_WRITE)
def transfer_case(request: HttpRequest, reference: str, body: Transfer) -> None:
    """Transfer a case to another agency, usually out of the officer's sight."""
    actor = officer_of(request)
    case = at_desk(actor, reference)
    agency = Agency.objects.filter(pk=body.agency, active=True).first()
    if agency is None:
        raise _unknown("/agency", _("Choose the agency that should continue with it."))
    actions.transfer(by=actor, case=case, agency=agency, reason=body.reason)


@router.post("/desk/cases/{reference}/notes", needs=DESK_WRITE)
def write_note(request: HttpRequest, reference: str, body: Note) -> DeskCaseOut:
    """Add an internal note, which residents never see."""
    actor = officer_of(request)
    actions.add_note(by=actor, case=at_desk(actor, reference), text=body.text)
    return _told(actor, at_desk(actor, reference))


@router.post("/desk/cases/{reference}/looks", needs=DESK_LOOK, key="")
def look_at_case(request: HttpRequest, reference: str, body: Look) -> Looked:
    """Reveal hidden data of a case. The reveal is logged first, with its reason, for the resident to read."""
    actor = officer_of(request)
    shown: dict[str, Any] = actions.reveal(
        by=actor, case=at_desk(actor, reference), what=body.what, reason=body.reason, purpose=body.purpose
    )
    return Looked(values=shown)


def officer_of(request: HttpRequest) -> Actor:
    """Return the officer for whom the client acts.

    Raises:
        NotAllowed: when they have no desk.
    """
    actor = principal_of(request).actor
    if not may_somewhere(actor, CasePermission.SEE_CASES):
        raise NotAllowed(_("The desk is for officers with a role. Ask the person who manages roles at your agency."))
    return actor


def at_desk(actor: Actor, reference: str, *, shown: bool = True) -> Case:
    """Return the case for the officer; log the read unless nothing of it is `shown`."""
    try:
        return read_case_at_desk(actor, parse_reference(reference), shown=shown)
    except OwnCaseAtDesk:
        raise NotAllowed(_("This case is your own or your family's. A colleague works on it.")) from None


def _told(actor: Actor, case: Case) -> DeskCaseOut:
    return desk_schemas.desk_case_out(desk_case(actor, case))


def _colleague(pk: int | None) -> Officer | None:
    if pk is None:
        return None
    officer = Officer.objects.filter(pk=pk, active=True).first()
    if officer is None:
        raise _unknown("/officer", _("Choose somebody from the list."))
    return officer


def _unknown(place: str, detail: str) -> Problem:
    return Problem(422, detail, "invalid", (Wrong(pointer=place, detail=detail),))
