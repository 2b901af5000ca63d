"""At the gate: entry passes of signed-in persons, their check, counters, and slips of guests without a phone.

A pass says nothing about the venue, a count nothing about the person; the two never stand in one request.
"""

import json
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kini.core import attempt_limits, current_time
from kini.core.actors import ActionRefused
from kini.core.attempt_limits import Limit
from kini.core.client_address import client_network
from kini.epidemic.checkin import actions, entry_passes, queries, venue_counts
from kini.epidemic.checkin.entry_passes import InvalidPass
from kini.epidemic.checkin.pages import BY, json_body, refused, scripts
from kini.epidemic.checkin.warning_records import Stay
from kini.web.csrf import same_origin_suffices
from kini.web.page_cache import cache_for_anonymous
from kini.web.qr import qr

#: Slips that one client enters a day.
SLIPS = Limit("epidemic.slips", 2_000, 86_400)
UNKNOWN_GATE = 404


@login_required
@never_cache
@require_safe
def show_pass(request: HttpRequest) -> HttpResponse:
    """Entry pass of the person, as a QR code; a script replaces it before it ends."""
    token, may_enter = _issue(request)
    until = current_time.now() + entry_passes.LIFETIME
    context = {"may_enter": may_enter, "until": until, "qr": qr(token), "scripts": scripts("qr", "pass")}
    return render(request, "epidemic/pass.html", context)


@never_cache
@same_origin_suffices
@require_POST
def new_pass(request: HttpRequest) -> JsonResponse:
    """Issue an entry pass to the signed-in person."""
    if not request.user.is_authenticated:
        return JsonResponse({"error": _("Sign in first.")}, status=401)
    token, may_enter = _issue(request)
    return JsonResponse({"pass": token, "mayEnter": may_enter})


def _issue(request: HttpRequest) -> tuple[str, bool]:
    assert request.user.pk is not None
    return queries.entry_pass_of(request.user.pk)


@require_safe
@cache_for_anonymous
def gate(request: HttpRequest) -> HttpResponse:
    """Page of a gate; its code is in the fragment of the address. It checks passes without a network."""
    kinds = {kind: str(name) for kind, name in sorted(queries.venue_kinds().items())[: entry_passes.MOST_KINDS]}
    context = {
        "keys": json.dumps(entry_passes.public_keys()),
        "kinds": kinds,
        "scripts": scripts("records", "gate"),
    }
    return render(request, "epidemic/gate.html", context)


@never_cache
@same_origin_suffices
@require_POST
def check_pass(request: HttpRequest) -> JsonResponse:
    """Check a pass for a gate that cannot do it itself. The gate does not say where it is."""
    try:
        entry_pass = entry_passes.read_pass(str(json_body(request).get("pass", ""))[:200])
    except InvalidPass:
        return JsonResponse({"mayEnter": False, "valid": False})
    valid = not entry_pass.is_expired
    return JsonResponse({"mayEnter": valid and entry_pass.may_enter, "valid": valid, "proved": entry_pass.proved})


@never_cache
@same_origin_suffices
@require_POST
def count(request: HttpRequest) -> JsonResponse:
    """Store the totals of a counting device, and tell how many people are inside."""
    body = json_body(request)
    try:
        values = UUID(str(body["device"])), str(body["day"]), int(body["entered"]), int(body["gone"])
    except (KeyError, ValueError, TypeError):
        return JsonResponse({"error": _("These numbers cannot be read. Load the page again.")}, status=422)
    occupancy = venue_counts.store_totals(str(body.get("gate", "")), *values)
    if occupancy is None:
        message = _("This gate is not known or closed. Open the link of the gate again.")
        return JsonResponse({"error": message}, status=UNKNOWN_GATE)
    allowed = queries.allowed_inside(occupancy.kind, occupancy.capacity, venue_counts.counting_day())
    return JsonResponse({"inside": occupancy.inside, "entered": occupancy.entered, "allowed": allowed})


@never_cache
@same_origin_suffices
@require_POST
def slip_entry(request: HttpRequest) -> JsonResponse:
    """Enter the visit of a guest with a paper slip. The request names neither the venue nor the guest."""
    body = json_body(request)
    try:
        attempt_limits.consume(SLIPS, client_network(request))
        stay, keys = _visit(body)
        actions.enter_slip(by=BY, code=str(body.get("code", ""))[:60], stay=stay, keys=keys)
    except ActionRefused as refusal:
        return refused(refusal)
    return JsonResponse({"done": True})


def _visit(body: dict[str, Any]) -> tuple[Stay, dict[int, bytes]]:
    try:
        stay = Stay(int(body["start"]), int(body["end"]))
        return stay, {int(hour): bytes.fromhex(key) for hour, key in body["keys"].items()}
    except (KeyError, ValueError, TypeError, AttributeError):
        raise ActionRefused(_("This visit cannot be read. Load the page again.")) from None
