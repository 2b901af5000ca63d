"""Pages that change an account's phone number or e-mail address, verified by a code."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kini.city.public import pack
from kini.core.actors import ActionRefused
from kini.core.attempt_limits import TooManyAttempts
from kini.people import actions, contact_verification, queries, recent_authentication
from kini.people.code_limits import GuessesExhausted
from kini.people.contacts import Contact, ContactError, parse_email, parse_phone
from kini.people.models import User

#: Session key of the change that waits for its code.
WAITING = "contact_change"
LONGEST = 254


@login_required
@recent_authentication.required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_contact(request: HttpRequest, kind: str) -> HttpResponse:
    """Ask for the new number or address, and send a code to it."""
    typed = request.POST.get("contact", "").replace("\0", "")[:LONGEST]
    problem, status = "", 200
    if request.method == "POST":
        try:
            contact = parse_email(typed) if kind == "email" else parse_phone(typed, pack.current().country)
            contact_verification.send_verification(request, WAITING, contact)
        except ContactError as fault:
            problem, status = str(fault), 422
        except TooManyAttempts as refusal:
            problem, status = str(refusal), 429
        else:
            return redirect("people:confirm-contact")
    context = {"kind": kind, "typed": typed, "problem": problem, "errors": [("contact", problem)] if problem else []}
    return render(request, "people/change_contact.html", context, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_contact(request: HttpRequest) -> HttpResponse:
    """Check the code, change the contact and notify all earlier contacts."""
    user, contact = request.user, contact_verification.pending_contact(request, WAITING)
    if not isinstance(user, User):
        raise Http404
    if contact is None:
        messages.warning(request, _("The code is no longer valid. Ask for a new one."))
        return redirect("people:profile")
    problem = ""
    if request.method == "POST":
        try:
            contact_verification.verify_code(request, WAITING, request.POST.get("code", ""))
            return _change(request, user, contact)
        except GuessesExhausted as refusal:
            messages.error(request, str(refusal))
            return redirect("people:profile")
        except ActionRefused as refusal:
            problem = str(refusal)
    context = {"contact": contact, "problem": problem, "errors": [("code", problem)] if problem else []}
    return render(request, "people/confirm_contact.html", context, status=422 if problem else 200)


def _change(request: HttpRequest, user: User, contact: Contact) -> HttpResponse:
    actions.change_contact(by=queries.actor_for(request), user=user, contact=contact)
    messages.success(
        request, _("From now on we contact you at {contact}, and you sign in with it.").format(contact=contact.shown)
    )
    return redirect("people:profile")
