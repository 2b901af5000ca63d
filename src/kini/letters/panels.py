"""Panels of letters on case pages, for residents and officers."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from kini.cases.public import CaseView, scope_of
from kini.documents.models import OPEN_STATES
from kini.letters import queries
from kini.letters.permissions import LetterPermission
from kini.people.queries import actor_for
from kini.people.rules import may


def resident_panel(request: HttpRequest, view: CaseView) -> SafeString | None:
    """The valid letter, or its state: being signed, withdrawn."""
    if view.snapshot.definition.gives.letter is None:
        return None
    letters = queries.of_case(view.case)
    if not letters:
        return None
    context = {"letter": letters[0], "case": view.case}
    return render_to_string("letters/panel.html", context, request)


def receipt_button(request: HttpRequest, view: CaseView) -> SafeString:
    """Link to the receipt."""
    return render_to_string("letters/receipt_button.html", {"case": view.case}, request)


def desk_panel(request: HttpRequest, view: CaseView) -> SafeString | None:
    """Letters of the case with history and the officer's actions."""
    if view.snapshot.definition.gives.letter is None:
        return None
    letters = queries.of_case(view.case)
    if not letters:
        return None
    manages = may(actor_for(request), LetterPermission.MANAGE_LETTERS, scope_of(view.case))
    context = {"letters": letters, "case": view.case, "manages": manages, "open_states": OPEN_STATES}
    return render_to_string("letters/desk_panel.html", context, request)
