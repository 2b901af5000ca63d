"""Recent authentication, required before a change of contacts or of ways to sign in.

An account with a second factor uses that (allauth's reauthentication), any other a new code to one of its contacts.
Without this, half a minute with an unlocked phone would suffice to take over an account for good.
"""

import time
from collections.abc import Callable
from functools import wraps

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kini.core.attempt_limits import TooManyAttempts
from kini.people import contact_verification, demo_accounts, security_notifications
from kini.people.allauth_internals import did_recently_reauthenticate, record_authentication
from kini.people.code_limits import GuessesExhausted
from kini.people.contact_verification import WrongCode
from kini.people.contacts import ContactError
from kini.people.models import User
from kini.people.sign_in import next_url

type View = Callable[..., HttpResponseBase]

#: Validity of an authentication in seconds; allauth's own default is five minutes.
VALID_SECONDS = 10 * 60
PURPOSE = "recent_proof"


def is_recent(request: HttpRequest) -> bool:
    """Return True if the person authenticated in the last minutes, by signing in or since."""
    if is_mfa_enabled(request.user):
        return bool(did_recently_reauthenticate(request))
    if demo_accounts.is_demo_session(request):
        return True
    records = get_authentication_records(request, request.user)
    return any(time.time() - record["at"] < VALID_SECONDS for record in records)


def required(view: View) -> View:
    """Decorate a view: redirect signed-in visitors without a recent authentication to that page, and back."""

    @wraps(view)
    def checked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if request.user.is_authenticated and not is_recent(request):
            return redirect_to_reauthentication(request)
        return view(request, *args, **kwargs)

    return never_cache(checked)


def redirect_to_reauthentication(request: HttpRequest) -> HttpResponse:
    """Redirect to the page that asks for reauthentication."""
    name = "mfa_reauthenticate" if is_mfa_enabled(request.user) else "people:recent-proof"
    return redirect(f"{reverse(name)}?{urlencode({REDIRECT_FIELD_NAME: request.path})}")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reauthenticate(request: HttpRequest) -> HttpResponse:
    """Reauthenticate by a code to a contact of the account, then redirect to the visitor's target."""
    user = request.user
    if not isinstance(user, User):
        raise Http404
    if is_mfa_enabled(user):
        return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({REDIRECT_FIELD_NAME: next_url(request)})}")
    problem = ""
    if request.method == "POST":
        try:
            if "code" in request.POST:
                contact_verification.verify_code(request, PURPOSE, request.POST["code"])
                record_authentication(request, user, "code", reauthenticated=True)
                return redirect(next_url(request) or "mfa_index")
            _send(request, user)
        except GuessesExhausted as refusal:
            messages.error(request, str(refusal))
        except (WrongCode, ContactError, TooManyAttempts) as refusal:
            problem = str(refusal)
    return _page(request, user, problem)


def _send(request: HttpRequest, user: User) -> None:
    kind = request.POST.get("to")
    contact = next((each for each in security_notifications.contacts_of(user) if each.kind == kind), None)
    if contact is None:
        raise ContactError(_("Choose where to send the code."))
    contact_verification.send_verification(request, PURPOSE, contact)


def _page(request: HttpRequest, user: User, problem: str) -> HttpResponse:
    waiting = contact_verification.pending_contact(request, PURPOSE)
    context = {
        "contact": waiting,
        "contacts": security_notifications.contacts_of(user),
        "next": next_url(request),
        "problem": problem,
        "errors": [("code" if waiting else "", problem)] if problem else [],
    }
    return render(request, "people/recent_proof.html", context, status=422 if problem else 200)
