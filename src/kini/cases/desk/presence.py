"""Colleagues on the same case: who has it open now, and mentions in notes."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from kini.cases import actions, queries
from kini.cases.actions.presence import PRESENCE_SECONDS
from kini.cases.desk.guards import case_at_desk
from kini.cases.desk.queue_counts import service_title
from kini.cases.models import Case, Mention, Presence
from kini.cases.permissions import CasePermission
from kini.core import current_time
from kini.core.actors import Actor
from kini.people.public import officers_only
from kini.people.queries import actor_for, officer_names
from kini.services.public import snapshots_by_version

#: Interval of heartbeats: three per lifetime of a presence.
EVERY_SECONDS = PRESENCE_SECONDS // 3


@dataclass(frozen=True, slots=True)
class MentionRow:
    """Mention of the officer in a note. `new`: not read yet."""

    case: Case
    title: str
    text: str
    mention: Mention
    writer: str

    @property
    def new(self) -> bool:
        return self.mention.read_at is None


def colleagues_present(actor: Actor, case: Case) -> list[str]:
    """Names of the colleagues who have the case open now. One query."""
    present = Presence.objects.filter(case=case, until__gt=current_time.now()).exclude(
        Q(officer__user_id=actor.user_id)
    )
    return list(present.order_by("officer__name").values_list("officer__name", flat=True))


@officers_only(CasePermission.SEE_CASES)
@require_POST
def report_presence(request: HttpRequest, reference: str) -> HttpResponse:
    """Heartbeat of an open case page; returns the colleagues who have it open.

    Sent by the page itself, so it does not extend the session.
    """
    request.unattended = True  # type: ignore[attr-defined]
    actor, case = case_at_desk(request, reference, shown=False)  # its page has logged it
    actions.record_presence(by=actor, case=case)
    return render(request, "cases/desk/here.html", {"here": colleagues_present(actor, case)})


@officers_only(CasePermission.SEE_CASES)
@require_safe
def mentions(request: HttpRequest) -> HttpResponse:
    """List mentions of the officer, latest first. Opening a case marks its mentions as read."""
    return render(request, "cases/desk/mentions.html", {"rows": list(_named(actor_for(request)))})


def _named(actor: Actor) -> Iterator[MentionRow]:
    newest = queries.mentions_of(actor).select_related("entry__case").order_by("-pk")
    rows = list(newest.defer("entry__case__answers", "entry__case__sealed")[: queries.MAX_MENTIONS])
    versions = snapshots_by_version(row.entry.case.version_id for row in rows)
    writers = officer_names(row.entry.actor_id for row in rows)
    for row in rows:
        entry = row.entry
        title = service_title(versions[entry.case.version_id])
        yield MentionRow(entry.case, title, entry.data.get("text", ""), row, writers.get(entry.actor_id or 0, ""))
