"""Pages that list and end the visitor's sessions and known devices."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kini.core.crypto import keyed_hash
from kini.people import actions, known_devices, queries
from kini.people.models import KnownDevice, Session, User
from kini.people.sessions import hash_session_key


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """A browser in which the visitor is signed in. `name` identifies it in forms."""

    name: str
    session: Session
    here: bool


def _sessions(request: HttpRequest) -> list[BrowserSession]:
    """Return the visitor's sessions, the current one first, then by last use."""
    assert isinstance(request.user, User)
    stored = Session.objects.filter(user=request.user, expire_date__gt=timezone.now()).order_by("-seen_at")
    here = hash_session_key(request.session.session_key)
    sessions = [BrowserSession(_name(each), each, each.session_key == here) for each in stored]
    return sorted(sessions, key=lambda each: not each.here)


def _name(session: Session) -> str:
    return keyed_hash(session.session_key, "session").hex()[:20]


@login_required
@never_cache
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """List the visitor's sessions and known devices with their first and last use."""
    return render(request, "people/sessions.html", {"sessions": _sessions(request), "devices": _devices(request)})


def _devices(request: HttpRequest) -> list[tuple[KnownDevice, bool]]:
    """Return the visitor's known devices, last used first, each with True if it is the current one."""
    assert isinstance(request.user, User)
    here = known_devices.device_hash(request)
    return [(each, bytes(each.device_hash) == here) for each in request.user.known_devices.order_by("-last_at", "-pk")]


@login_required
@require_POST
def forget_device(request: HttpRequest, device: int) -> HttpResponse:
    """Forget one known device; a session on it continues."""
    known_device = get_object_or_404(KnownDevice, pk=device, user_id=request.user.pk)
    actions.forget_device(by=queries.actor_for(request), device=known_device)
    messages.success(request, _("The device is forgotten. A sign-in there counts as a new one again."))
    return redirect("people:sessions")


@login_required
@require_POST
def end_session(request: HttpRequest, name: str) -> HttpResponse:
    """Sign out one of the visitor's other browsers."""
    chosen = next((each for each in _sessions(request) if each.name == name and not each.here), None)
    if chosen is None:
        raise Http404
    actions.end_session(by=queries.actor_for(request), session=chosen.session)
    messages.success(request, _("You are signed out there."))
    return redirect("people:sessions")


@login_required
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out all of the visitor's other browsers."""
    assert isinstance(request.user, User)
    key = hash_session_key(request.session.session_key)
    device = known_devices.device_hash(request) or b""
    count = actions.end_other_sessions(by=queries.actor_for(request), user=request.user, but=key, device=device)
    text = ngettext(
        "You are signed out on %(count)d other device.", "You are signed out on %(count)d other devices.", count
    )
    messages.success(request, text % {"count": count})
    return redirect("people:sessions")
