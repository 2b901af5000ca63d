"""My Wi-Fi: a person's devices, recent sessions, today's usage, and signing out."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kini.people.models import User
from kini.people.queries import actor_for
from kini.web.formats import duration
from kini.wifi import config
from kini.wifi.devices import actions, queries
from kini.wifi.devices.queries import DailyUsage


@login_required
@never_cache
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show the person's devices, sessions and usage."""
    user = _user(request)
    devices = queries.devices_of(user)
    share = queries.daily_usage(devices)
    context = {
        "devices": devices,
        "sessions": queries.sessions_of(user),
        "days": queries.DAYS,
        "facts": _facts(share) if share else [],
    }
    return render(request, "wifi/mine.html", context)


@login_required
@require_POST
def sign_out_devices(request: HttpRequest) -> HttpResponse:
    """Sign out one device; without a device, all of them."""
    user = _user(request)
    name = request.POST.get("device", "")
    chosen = [each for each in queries.devices_of(user) if not name or each.key == name]
    if not chosen:
        raise Http404
    count = actions.sign_out(by=actor_for(request), owner=user, devices=[each.mark for each in chosen])
    message = ngettext("%(count)d device is signed out.", "%(count)d devices are signed out.", count)
    messages.success(request, message % {"count": count})
    return redirect("wifi:mine")


def _user(request: HttpRequest) -> User:
    network = config.network()
    if network is None or network.portal is None or not isinstance(request.user, User):
        raise Http404
    return request.user


def _facts(share: DailyUsage) -> list[tuple[str, Any]]:
    """Today's usage, with the limits if there are any."""
    minutes = duration(share.seconds) if share.seconds else _("none")
    volume = _megabytes(share.octets)
    if share.most_seconds:
        minutes = _("{used} of {most}").format(used=minutes, most=duration(share.most_seconds))
    if share.most_octets:
        volume = _("{used} of {most}").format(used=volume, most=_megabytes(share.most_octets))
    return [(_("Time"), minutes), (_("Data"), volume)]


def _megabytes(octets: int) -> str:
    return _("{count} MB").format(count=round(octets / 1_000_000))
