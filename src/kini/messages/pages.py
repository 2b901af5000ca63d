"""Residents' pages: inbox, channel settings, push subscription."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kini.core.actors import ActionRefused
from kini.messages import actions, queries, web_push
from kini.messages.channels.base import channels
from kini.messages.models import Preference
from kini.messages.recipients import Recipient
from kini.people.models import User
from kini.people.queries import actor_for

PER_PAGE = 20


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user


@login_required
@never_cache
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Inbox, newest first."""
    page = Paginator(queries.inbox(_user(request)), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "messages/inbox.html", {"page": page})


@login_required
@never_cache
@require_safe
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """One message; opening it marks it as read."""
    own_message = get_object_or_404(queries.inbox(_user(request)), pk=pk)
    actions.mark_read(by=actor_for(request), message=own_message)
    deliveries = [
        (channels.get(each.channel).label, each)
        for each in own_message.deliveries.order_by("pk")
        if each.channel in channels and each.sent_at
    ]
    return render(request, "messages/message.html", {"message": own_message, "deliveries": deliveries})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def channel_settings(request: HttpRequest) -> HttpResponse:
    """Channel settings; POST stores `first` (preferred channel) and `wanted` (accepted channels)."""
    user = _user(request)
    person = Recipient(user, getattr(user, "resident", None))
    available = [(each, to) for each in channels if each.ready() and (to := each.recipient(person))]
    if request.method == "POST":
        wanted = set(request.POST.getlist("wanted")) | ({request.POST.get("first", "")} - {""})
        actions.set_preferences(by=actor_for(request), user=user, first=request.POST.get("first", ""), wanted=wanted)
        messages.success(request, _("Your settings were saved."))
        return redirect("messages:ways")
    excluded = queries.opt_outs({recipient for _channel, recipient in available})
    first = Preference.objects.filter(user=user).values_list("first", flat=True).first() or ""
    rows = [(each, recipient, (each.id, recipient) not in excluded) for each, recipient in available]
    key = web_push.public_key()
    return render(request, "messages/ways.html", {"channels": rows, "first": first, "key": key})


@login_required
@require_POST
def subscribe_browser(request: HttpRequest) -> HttpResponse:
    """Subscribe this browser to push messages; POST sends `endpoint`, `public` and `auth`."""
    endpoint, public, auth = (request.POST.get(name, "") for name in ("endpoint", "public", "auth"))
    try:
        actions.subscribe(by=actor_for(request), user=_user(request), endpoint=endpoint, public=public, auth=auth)
        messages.success(request, _("You will now get messages on this device."))
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("messages:ways")
