"""API for partner apps: may this person enter, yes or no, and their entry pass. Each read is in their access log."""

from datetime import UTC, datetime

from allauth.idp.oidc.models import Client
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from pydantic import Field

from kini.api.auth import Principal, Scope, principal_of
from kini.api.operations import Out, Router
from kini.core import attempt_limits, current_time
from kini.core.attempt_limits import Limit
from kini.epidemic.public import checkin_queries, entry_passes
from kini.people import actions as people_actions
from kini.people import queries as people_queries
from kini.people.public import token_auth

router = Router()
SCOPE = Scope(
    "health-status:read", gettext_lazy("Ask whether you may enter a venue now: yes or no, without the reason")
)
READ = token_auth.RequireScope(SCOPE.name)
#: Reads about one person by one client.
READS = Limit("health_record.status", 60, 3600)
#: Types of these reads in the access log.
STATUS_TYPE, PASS_TYPE = "health-status", "entry-pass"


class EntryStatus(Out):
    """Answer at the entrance of a venue. It names no reason, dose or illness."""

    may_enter: bool
    proved: bool = Field(description="Whether it is proved that the account belongs to the person whom it names.")
    at: datetime = Field(description="When this was computed; ask again rather than keep it.")


class IssuedPass(Out):
    """A signed entry pass, as the person's own page shows it."""

    token: str = Field(description="Show it as a QR code: gates check its signature without a network.")
    expires_at: datetime


@router.get("/health/status", needs=READ)
def read_status(request: HttpRequest) -> EntryStatus:
    """Tell whether the person may enter venues now. The person sees each read in their access log."""
    may_enter, proved = _read(principal_of(request), STATUS_TYPE)
    return EntryStatus(may_enter=may_enter, proved=proved, at=current_time.now())


@router.post("/health/entry-pass", needs=READ, key="")
def issue_entry_pass(request: HttpRequest) -> IssuedPass:
    """Issue an entry pass, for a check-in from another app. It gives the same answer as the person's own pass."""
    principal = principal_of(request)
    _read(principal, PASS_TYPE)
    assert principal.actor.user_id is not None
    token, _may_enter = checkin_queries.entry_pass_of(principal.actor.user_id)
    return IssuedPass(token=token, expires_at=entry_passes.read_pass(token).expires_at.astimezone(UTC))


def _read(principal: Principal, what: str) -> tuple[bool, bool]:
    """Return the state of the person at a gate, after the read was counted and logged.

    Raises:
        TooManyAttempts: the client asked too often about this person.
    """
    attempt_limits.consume(READS, principal.key)
    by = principal.actor
    client = Client.objects.get(pk=principal.client)
    people_actions.log_outside_read(by=by, resident=people_queries.own_profile(by), what=what, reader=client.name)
    assert by.user_id is not None
    return checkin_queries.entry_state(by.user_id)
