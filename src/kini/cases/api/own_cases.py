"""API for own cases: read them and take one's own moves (correct, withdraw, object)."""

from uuid import UUID

from django.http import FileResponse, HttpRequest

from kini.api import pagination
from kini.api.auth import Principal, principal_of
from kini.api.pagination import Cursor, Limit, Page
from kini.cases import actions, queries
from kini.cases.api import history, moves, schemas
from kini.cases.api.applications import router
from kini.cases.api.moves import NewMove
from kini.cases.api.scopes import MINE, READ, WRITE
from kini.cases.case_view import case_view
from kini.cases.models import Case
from kini.cases.pages.documents import file_response
from kini.cases.rules import RESIDENT
from kini.city.public import pack
from kini.core import references


@router.get("/cases", needs=MINE)
def list_cases(request: HttpRequest, limit: Limit = 20, cursor: Cursor = "") -> Page[schemas.CaseLine]:
    """List one's own cases and those of family members for whom one acts, latest first."""
    rows = queries.own_cases_page(principal_of(request).actor, pagination.decode_time_cursor(cursor), limit + 1)
    return Page[schemas.CaseLine](**pagination.page_members(rows, limit, schemas.case_line, _place))


@router.get("/cases/{reference}", needs=READ)
def read_case(request: HttpRequest, reference: str) -> schemas.CaseOut:
    """Get a case with its state and the moves open to its resident."""
    return _told(own_case(principal_of(request), reference))


@router.get("/cases/{reference}/history", needs=READ)
def read_history(request: HttpRequest, reference: str) -> history.HistoryOut:
    """Get the answers and the timeline of a case."""
    caller = principal_of(request)
    own = own_case(caller, reference)
    case = queries.case_for(caller.actor, own.reference, caller.guest_key)
    return history.history_out(case_view(caller.actor, case, caller.guest_key))


@router.get("/cases/{reference}/documents/{uuid:document}", needs=READ, media="*/*")
def read_document(request: HttpRequest, reference: str, document: UUID) -> FileResponse:
    """Download a file of a case: submitted by the resident, or added by an officer."""
    return file_response(queries.own_document(own_case(principal_of(request), reference), document))


@router.post("/cases/{reference}/moves", needs=WRITE, files=True)
def take_step(request: HttpRequest, reference: str, body: NewMove) -> schemas.CaseOut:
    """Take a move open to the resident: send a correction, object, or withdraw (`withdraw`)."""
    caller = principal_of(request)
    own = own_case(caller, reference)
    moves.take_move(request, caller.actor, own, body, caller.guest_key)
    return _told(own_case(caller, own.reference))


@router.post("/cases/{reference}/correction", needs=WRITE, made_at="/drafts/{id}")
def open_correction(request: HttpRequest, reference: str) -> schemas.DraftOut:
    """Get the draft for the requested correction. After changing it, take the move `answer`."""
    caller = principal_of(request)
    draft = actions.open_correction(by=caller.actor, case=own_case(caller, reference), guest_key=caller.guest_key)
    return schemas.draft_out(queries.draft_for(caller.actor, draft.pk, caller.guest_key))


def _told(case: Case) -> schemas.CaseOut:
    return schemas.case_out(case, {RESIDENT}, person=case.resident.name if case.resident else None)


def own_case(caller: Principal, reference: str) -> Case:
    return queries.own_case(caller.actor, parse_reference(reference), caller.guest_key)


def parse_reference(text: str) -> str:
    """Parse a reference into its stored form; empty if it is invalid."""
    return references.parse(pack.current().reference_prefix, text[:40]) or ""


def _place(case: Case) -> str:
    return pagination.encode_time_cursor(case.opened_at, case.pk)
