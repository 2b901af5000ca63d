"""API for own cases: read them and take one's own moves (correct, withdraw, object)."""

from uuid import UUID

from django.http import FileResponse, HttpRequest

from kini.api import paging
from kini.api.callers import Caller, caller_of
from kini.api.paging import Cursor, Limit, Page
from kini.cases import actions, queries
from kini.cases.api import history, moving, shapes
from kini.cases.api.applying import router
from kini.cases.api.moving import NewMove
from kini.cases.api.scopes import MINE, READ, WRITE
from kini.cases.models import Case
from kini.cases.pages.documents import sent
from kini.cases.rules import RESIDENT
from kini.cases.showing import case_view
from kini.city import pack
from kini.core import references


@router.get("/cases", needs=MINE)
def list_cases(request: HttpRequest, limit: Limit = 20, cursor: Cursor = "") -> Page[shapes.CaseLine]:
    """List one's own cases and those of family members for whom one acts, latest first."""
    rows = queries.own_page(caller_of(request).actor, paging.read_moment(cursor), limit + 1)
    return Page[shapes.CaseLine](**paging.sliced(rows, limit, shapes.case_line, _place))


@router.get("/cases/{reference}", needs=READ)
def read_case(request: HttpRequest, reference: str) -> shapes.CaseOut:
    """Get a case with its state and the moves open to its resident."""
    return _told(own_case(caller_of(request), reference))


@router.get("/cases/{reference}/history", needs=READ)
def read_history(request: HttpRequest, reference: str) -> history.HistoryOut:
    """Get the answers and the timeline of a case."""
    caller = caller_of(request)
    own = own_case(caller, reference)
    case = queries.case_for(caller.actor, own.reference, caller.guest_key)
    return history.history_out(case_view(caller.actor, case, caller.guest_key))


@router.get("/cases/{reference}/documents/{uuid:document}", needs=READ, media="*/*")
def read_document(request: HttpRequest, reference: str, document: UUID) -> FileResponse:
    """Download a file of a case: submitted by the resident, or added by an officer."""
    return sent(queries.own_document(own_case(caller_of(request), reference), document))


@router.post("/cases/{reference}/moves", needs=WRITE, files=True)
def take_step(request: HttpRequest, reference: str, body: NewMove) -> shapes.CaseOut:
    """Take a move open to the resident: send a correction, object, or withdraw (`withdraw`)."""
    caller = caller_of(request)
    own = own_case(caller, reference)
    moving.take(request, caller.actor, own, body, caller.guest_key)
    return _told(own_case(caller, own.reference))


@router.post("/cases/{reference}/correction", needs=WRITE, made_at="/drafts/{id}")
def open_correction(request: HttpRequest, reference: str) -> shapes.DraftOut:
    """Get the draft for the requested correction. After changing it, take the move `answer`."""
    caller = caller_of(request)
    draft = actions.open_correction(by=caller.actor, case=own_case(caller, reference), guest_key=caller.guest_key)
    return shapes.draft_out(queries.draft_for(caller.actor, draft.pk, caller.guest_key))


def _told(case: Case) -> shapes.CaseOut:
    return shapes.case_out(case, {RESIDENT}, person=case.resident.name if case.resident else None)


def own_case(caller: Caller, reference: str) -> Case:
    return queries.own_case(caller.actor, read_reference(reference), caller.guest_key)


def read_reference(text: str) -> str:
    """Parse a reference into its stored form; empty if it is invalid."""
    return references.read(pack.current().reference_prefix, text[:40]) or ""


def _place(case: Case) -> str:
    return paging.write_moment(case.opened_at, case.pk)
