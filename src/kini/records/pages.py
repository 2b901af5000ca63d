"""A person's own page of consents: theirs, and those of family members without an account."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kini.core.actors import ActionRefused
from kini.people import queries as people_queries
from kini.people.models import Resident
from kini.people.public import resident_for
from kini.people.queries import actor_for
from kini.records import actions, queries
from kini.records.consent_purposes import ConsentPurpose, consent_purposes
from kini.records.models import ConsentStatement
from kini.web.redirects import see_other


@dataclass(frozen=True, slots=True)
class ConsentCard:
    """A consent on the page.

    Attributes:
        purpose: None when no room asks for it any more.
        person: name of the family member; empty: the visitor.
    """

    statement: ConsentStatement
    purpose: ConsentPurpose | None
    person: str
    in_force: bool


@login_required
@never_cache
@require_safe
def consents(request: HttpRequest) -> HttpResponse:
    """List the consents of the visitor and their family: those in force, and those that ended."""
    cards = _cards(resident_for(request))
    context = {
        "running": [card for card in cards if card.in_force],
        "ended": [card for card in cards if not card.in_force],
    }
    return render(request, "records/consents.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, statement: int) -> HttpResponse:
    """Withdraw a consent after confirmation. 404 for somebody else's, and for one that is not in force."""
    cards = _cards(resident_for(request))
    card = next((each for each in cards if each.statement.pk == statement and each.in_force), None)
    if card is None:
        raise Http404
    if request.method != "POST":
        return render(request, "records/withdraw_consent.html", {"card": card})
    stored = card.statement
    try:
        actions.withdraw_consent(
            by=actor_for(request), resident=stored.resident, purpose=stored.purpose, reference=stored.reference
        )
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your consent is withdrawn, from now on."))
    return see_other("records:consents")


def _cards(resident: Resident) -> list[ConsentCard]:
    family = [tie.member_id for tie in people_queries.family_of(resident) if tie.member.user_id is None]
    return [
        ConsentCard(
            statement,
            consent_purposes.find(statement.purpose),
            "" if statement.resident_id == resident.pk else statement.resident.name,
            in_force,
        )
        for statement, in_force in queries.consents_of([resident.pk, *family])
    ]
