"""Access of officers to the desk: the second factor required by the city, and the office day of OAuth clients.

The city's pack defines the required second factor (`[officers]` in city.toml). An officer without it acts as a
resident (`queries.actor_for`), and each page of the desk redirects to where it is used or set up. OAuth clients may
act at the desk during the officer's office day: it begins with a sign-in that has the second factor, and ends after
ten hours, after half an hour without activity, or when the officer signs out.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from kini.city.public import pack
from kini.core.actors import system
from kini.people import actions, mfa
from kini.people.directory_config import configured_directory
from kini.people.models import User
from kini.people.sessions import BEGAN, OFFICER, OFFICER_LIFETIME, SessionStore
from kini.web import formats

BY = system("people.office-day")
DESK = "/desk/"
_DAY, _TOLD = "office_day", "second_step_announced"


class OfficerAccessMiddleware:
    """Middleware that redirects officers without the required second factor from the desk to its page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(DESK) and request.session.get(OFFICER) and request.user.is_authenticated:
            if not mfa.is_satisfied(request):
                response = _lead(request)
                add_never_cache_headers(response)
                return response
            ensure_office_day(request)
            _announce(request)
            if isinstance(request.session, SessionStore) and request.session.used:
                actions.touch_office_day(by=BY, user_id=request.user.pk)
        return self.get_response(request)


def _lead(request: HttpRequest) -> HttpResponse:
    """Redirect an officer to the sign-in step that this session lacks."""
    configured = configured_directory()
    if configured and configured.required and not mfa.came_from_directory(request):
        messages.info(request, _("Officers sign in through {name}.").format(name=configured.name))
        return redirect(f"{reverse('people:directory-start')}?{urlencode({REDIRECT_FIELD_NAME: request.path})}")
    return mfa.redirect_to_step(request, mfa.required_step())


def ensure_office_day(request: HttpRequest) -> None:
    """Begin the office day of an officer whose session has the required factor, once per session."""
    session, user = request.session, request.user
    if not session.get(OFFICER) or session.get(_DAY) or not isinstance(user, User) or not mfa.is_satisfied(request):
        return
    began = datetime.fromtimestamp(session.get(BEGAN, timezone.now().timestamp()), tz=UTC)
    until = began + OFFICER_LIFETIME.longest
    actions.open_office_day(by=BY, user=user, until=until)
    session[_DAY] = True


def _announce(request: HttpRequest) -> None:
    """Announce, once per session, the day from which a second factor is required."""
    step, since = pack.current().officers.second_step, pack.current().officers.second_step_from
    if step == "none" or mfa.required_step() != "none" or request.session.get(_TOLD) or since is None:
        return
    if not mfa.has_step(request, step):
        text = _("From {day} on, the desk requires a second step. Add a passkey under Me, Security.")
        messages.info(request, text.format(day=formats.day(since)))
    request.session[_TOLD] = True
