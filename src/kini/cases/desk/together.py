"""Colleagues at work on the same cases: who looks at one now, and who is named in notes."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from kini.cases import actions, queries
from kini.cases.actions.desk import PRESENT_SECONDS
from kini.cases.desk.figures import title_of
from kini.cases.desk.working import case_at_desk, for_officers
from kini.cases.models import Case, Mention, Presence
from kini.core import moments
from kini.core.actors import Actor
from kini.core.database.worded import Words, words_of
from kini.people.queries import actor_for, officer_names
from kini.services.versions import resolve_many

#: Mentions that the list shows.
LATEST = 100
#: A page says that it is still looked at three times within the time that counts.
EVERY_SECONDS = PRESENT_SECONDS // 3


@dataclass(frozen=True, slots=True)
class Named:
    """A note that names the officer. `new`: they have not had the case before them since."""

    case: Case
    title: str
    text: str
    mention: Mention
    writer: str

    @property
    def new(self) -> bool:
        return self.mention.read_at is None


def here(actor: Actor, case: Case) -> list[str]:
    """Names of the colleagues who look at the case now. One query."""
    present = Presence.objects.filter(case=case, until__gt=moments.now()).exclude(Q(officer__user_id=actor.user_id))
    return list(present.order_by("officer__name").values_list("officer__name", flat=True))


@for_officers()
@require_POST
def presence(request: HttpRequest, reference: str) -> HttpResponse:
    """The page of a case says that it is still looked at, and learns who else does.

    It says so by itself: nobody need sit before it, so that this use does not lengthen a session.
    """
    request.unattended = True  # type: ignore[attr-defined]
    actor, case = case_at_desk(request, reference, shown=False)  # its page has logged it
    actions.be_present(by=actor, case=case)
    return render(request, "cases/desk/here.html", {"here": here(actor, case)})


def _mentions(actor: Actor) -> QuerySet[Mention]:
    """Notes that name the actor, on cases that they see."""
    return Mention.objects.filter(Q(officer__user_id=actor.user_id), entry__case__in=queries.visible(actor))


def unread(request: HttpRequest) -> int:
    """How many notes that name the visitor are new to them, as far as the list shows them."""
    return len(_unread(actor_for(request)).rows(moments.now()))


@lru_cache(maxsize=500)
def _unread(actor: Actor) -> Words:
    return words_of(_mentions(actor).filter(read_at__isnull=True).values_list("pk")[:LATEST])


@for_officers()
@require_safe
def mentions(request: HttpRequest) -> HttpResponse:
    """Notes in which colleagues name the officer, latest first. Opening the case makes them read."""
    return render(request, "cases/desk/mentions.html", {"rows": list(_named(actor_for(request)))})


def _named(actor: Actor) -> Iterator[Named]:
    found = _mentions(actor).select_related("entry__case").order_by("-pk")
    rows = list(found.defer("entry__case__answers", "entry__case__sealed")[:LATEST])
    versions = resolve_many(row.entry.case.version_id for row in rows)
    writers = officer_names(row.entry.actor_id for row in rows)
    for row in rows:
        entry = row.entry
        title = title_of(versions[entry.case.version_id])
        yield Named(entry.case, title, entry.data.get("text", ""), row, writers.get(entry.actor_id or 0, ""))
