"""API for one's own drafts and ratings."""

from datetime import datetime

from django.db.models import Q
from django.http import HttpRequest
from pydantic import Field

from kini.api import pagination
from kini.api.auth import principal_of
from kini.api.operations import In, Named, Out
from kini.api.pagination import Cursor, Limit, Page
from kini.cases import actions, queries, read_log, rules
from kini.cases.api.own_cases import own_case, router
from kini.cases.api.schemas import title_of
from kini.cases.api.scopes import MINE, WRITE
from kini.cases.models import Draft
from kini.services.public import snapshots_by_version


class DraftLine(Out):
    """Application that was not submitted."""

    id: str
    service: Named
    for_person: str | None
    updated_at: datetime
    expires_at: datetime


class NewRating(In):
    """Rating of a case."""

    score: int = Field(ge=min(rules.SCORES), le=max(rules.SCORES), description="1 (very bad) to 5 (very good).")
    text: str = Field(default="", max_length=2000, description="In their own words.")


class RatingOut(Out):
    """Rating; of two for one decision the first is kept."""

    score: int
    text: str
    at: datetime


@router.get("/drafts", needs=MINE)
def list_drafts(request: HttpRequest, limit: Limit = 20, cursor: Cursor = "") -> Page[DraftLine]:
    """List one's drafts that were not submitted, latest first."""
    drafts = queries.drafts_of(principal_of(request).actor).order_by("-updated_at", "-pk")
    if place := pagination.decode_time_uuid_cursor(cursor):
        at, key = place
        drafts = drafts.filter(Q(updated_at__lt=at) | Q(updated_at=at, pk__lt=key))
    rows = list(drafts[: limit + 1])
    read_log.log_drafts(principal_of(request).actor, rows)
    snapshots_by_version(draft.version_id for draft in rows)  # read at once what the lines will say
    return Page[DraftLine](**pagination.page_members(rows, limit, _line, _place))


@router.post("/cases/{reference}/rating", needs=WRITE)
def rate_case(request: HttpRequest, reference: str, body: NewRating) -> RatingOut:
    """Rate a decision. Idempotent: the first rating is kept."""
    caller = principal_of(request)
    case = own_case(caller, reference)
    rating = actions.rate_case(by=caller.actor, case=case, score=body.score, text=body.text, guest_key=caller.guest_key)
    return RatingOut(score=rating.score, text=rating.text, at=rating.at)


def _line(draft: Draft) -> DraftLine:
    return DraftLine(
        id=str(draft.pk),
        service=title_of(snapshots_by_version([draft.version_id])[draft.version_id]),
        for_person=draft.resident.name if draft.resident else None,
        updated_at=draft.updated_at,
        expires_at=draft.expires_at,
    )


def _place(draft: Draft) -> str:
    return pagination.encode_time_cursor(draft.updated_at, draft.pk)
