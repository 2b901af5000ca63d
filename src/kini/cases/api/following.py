"""Following one's cases, and taking the steps that are one's own: answering, withdrawing, objecting."""

from django.http import HttpRequest

from kini.api import paging
from kini.api.callers import Caller, caller_of
from kini.api.paging import Cursor, Limit, Page
from kini.api.routing import Router
from kini.cases import queries
from kini.cases.api import shapes
from kini.cases.api.scopes import MINE, READ
from kini.cases.models import Case
from kini.cases.rules import RESIDENT
from kini.city import pack
from kini.core import references

router = Router()


@router.get("/cases", needs=MINE)
def list_cases(request: HttpRequest, limit: Limit = 20, cursor: Cursor = "") -> Page[shapes.CaseLine]:
    """One's own cases and those of family members for whom one acts, the latest first."""
    rows = queries.own_page(caller_of(request).actor, paging.read_moment(cursor), limit + 1)
    return Page[shapes.CaseLine](**paging.sliced(rows, limit, shapes.case_line, _place))


@router.get("/cases/{reference}", needs=READ)
def read_case(request: HttpRequest, reference: str) -> shapes.CaseOut:
    """How a case stands, and which steps are open to its resident."""
    case = _own(caller_of(request), reference)
    return shapes.case_out(case, {RESIDENT}, person=case.resident.name if case.resident else None)


def _own(caller: Caller, reference: str) -> Case:
    read = references.read(pack.current().reference_prefix, reference[:40])
    return queries.own_case(caller.actor, read or "", caller.guest_key)


def _place(case: Case) -> str:
    return paging.write_moment(case.opened_at, case.pk)
