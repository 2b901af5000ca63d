"""Pages of the captive portal. They are small, self-contained and without scripts, for the browser that a phone opens
when it joins a network. A session, a code by message, a voucher or the known device itself leads to a one-time
password.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import quote, urlsplit

import structlog
from allauth.account.stages import LoginByCodeStage, LoginStageController
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kini.city.public import pack
from kini.core import attempt_limits
from kini.core.actors import ActionRefused
from kini.core.attempt_limits import Limit, TooManyAttempts
from kini.core.client_address import client_network
from kini.people import actions as people
from kini.people.public import CodePage, LoginCodeVerificationProcess, contacts, device_name, verification_codes
from kini.people.queries import actor_for
from kini.web.navigation import cached_reverse
from kini.web.redirects import allow_form_action
from kini.wifi import config
from kini.wifi.inventory.models import AccessPoint
from kini.wifi.portal import actions, controllers, refusal_texts, vendors, visit
from kini.wifi.portal.visit import PortalVisit
from kini.wifi.radius import queries
from kini.wifi.schema import PortalEntry, WifiFile

#: Voucher attempts of one device. Codes of 50 bits cannot be guessed; this limits the load.
VOUCHER_TRIES = Limit("wifi.voucher-tries", count=10, seconds=15 * 60)
#: Voucher attempts of one network address, which a whole site may share.
VOUCHER_ADDRESS = Limit("wifi.voucher-address", count=300, seconds=60 * 60)
LONGEST = 80
#: Reasons for which signing in would not help.
FINAL_REASONS = ("closed", "used-up", "blocked", "unknown-access-point")

log = structlog.get_logger("kini.wifi")

type View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Problem:
    """An invalid input, and the status of the response."""

    input: str
    typed: str
    text: str
    status: int


def _portal() -> tuple[WifiFile, PortalEntry]:
    network = config.network()
    if network is None or network.portal is None:
        raise Http404
    return network, network.portal


def _or_down(view: View) -> View:
    """Decorate a view to show a page that needs no database while the database is down."""

    @wraps(view)
    def inside(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (OperationalError, InterfaceError):
            return _page(request, "wifi/portal/down.html", None, {}, status=503)

    return inside


def _resuming(view: View) -> View:
    """Decorate a view to receive the visit of the request's token; an invalid one leads to a page with advice."""

    @wraps(view)
    def inside(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        _portal()
        try:
            current = visit.visit_from_token(request.POST.get("a") or request.GET.get("a", ""))
        except visit.VisitExpired:
            return _page(request, "wifi/portal/lost.html", None, {}, status=200 if request.method == "GET" else 410)
        return view(request, current, *args, **kwargs)

    return inside


@never_cache
@require_safe
@_or_down
def arrive(request: HttpRequest, sort: str) -> HttpResponse:
    """Landing page of redirects, with one URL for each vendor."""
    if sort not in vendors.VENDORS:
        raise Http404
    return _arrived(request, sort, request.GET)


def _arrived(request: HttpRequest, vendor: str, query: Mapping[str, str]) -> HttpResponse:
    _portal()
    try:
        current = visit.visit_from_redirect(vendor, query)
    except vendors.InvalidRedirect:
        return _page(request, "wifi/portal/lost.html", None, {}, status=400)
    if current.arrival.outcome == "in":
        return redirect(_address("online", current))
    return _start(request, current)


@never_cache
@require_safe
@_or_down
def arrive_unifi(request: HttpRequest, site: str) -> HttpResponse:
    """Landing page of UniFi, which chooses the URL itself; `site` is its name for a group of sites."""
    return _arrived(request, "unifi", request.GET.dict() | {"site": site})


@never_cache
@require_safe
@_or_down
@_resuming
def start(request: HttpRequest, current: PortalVisit) -> HttpResponse:
    """Show the first page again."""
    return _start(request, current)


@never_cache
@require_POST
@_or_down
@_resuming
def enter(request: HttpRequest, current: PortalVisit) -> HttpResponse:
    """Sign in: by one tap, with a phone number, or with a voucher."""
    try:
        match request.POST.get("way"):
            case "phone":
                return _send_code(request, current)
            case "voucher":
                return _with_voucher(request, current)
            case _ if request.user.is_authenticated or _is_here(request, current):
                return let_in(request, current)
            case _:
                return _start(request, current)
    except (contacts.ContactError, ActionRefused) as fault:
        return _start(request, current, _problem(request, fault))


def _problem(request: HttpRequest, fault: Exception) -> Problem:
    name = request.POST.get("way", "")
    name = name if name in ("phone", "voucher") else ""
    typed = request.POST.get(name, "")[:LONGEST].replace("\0", "")
    return Problem(name, typed, str(fault), 429 if isinstance(fault, TooManyAttempts) else 422)


def _send_code(request: HttpRequest, current: PortalVisit) -> HttpResponse:
    contact = contacts.parse_phone(request.POST.get("phone", ""), pack.current().country)
    verification_codes.prepare_code(request, contact)
    user = people.open_account(by=actor_for(request), contact=contact)
    LoginCodeVerificationProcess.initiate(request=request, user=user, phone=contact.value)
    return redirect(_address("code", current))


def _with_voucher(request: HttpRequest, current: PortalVisit) -> HttpResponse:
    attempt_limits.consume(VOUCHER_TRIES, current.device.hex())
    attempt_limits.consume(VOUCHER_ADDRESS, client_network(request))
    typed = request.POST.get("voucher", "")[:LONGEST].replace("\0", "")
    answer = let_in(request, current, voucher=typed or "-")
    attempt_limits.reset(VOUCHER_TRIES, current.device.hex())
    return answer


def let_in(request: HttpRequest, current: PortalVisit, voucher: str = "") -> HttpResponse:
    """Create a one-time password and send the browser to the access point with it.

    Raises:
        ActionRefused: if the device is not admitted.
    """
    if current.point is None:
        return _start(request, current)
    ticket = actions.sign_in(
        by=actor_for(request),
        device=current.device,
        point=current.point,
        voucher=voucher,
        browser=device_name(request.headers.get("User-Agent", "")),
    )
    if vendors.VENDORS[current.arrival.vendor].by_controller:
        return _by_controller(request, current, current.point, ticket.password)
    onwards = request.build_absolute_uri(_address("online", current))
    login = current.login(ticket.username, ticket.password, onwards)
    if login is None:
        return _start(
            request, current, Problem("", "", refusal_texts.refusal_text("unknown-access-point", None)[1], 409)
        )
    if login.method == "get":
        return _to(HttpResponseRedirect(login.whole), current)
    return _page(request, "wifi/portal/hand_over.html", current, {"login": login})


def _by_controller(request: HttpRequest, current: PortalVisit, point: AccessPoint, password: str) -> HttpResponse:
    """Decide as RADIUS would, and call the controller."""
    limits = queries.simulate_decision(current.arrival.device, point, password)
    if limits["Auth-Type"] != "Accept":
        return _start(
            request, current, Problem("", "", refusal_texts.refusal_text(limits["Reply-Message"], point.site)[1], 409)
        )
    site = current.arrival.kept.get("site", "default")
    controller = controllers.controller_for(site)
    try:
        if controller is None:
            raise controllers.ControllerError("no controller has this site")
        controller.let_in(site, current.arrival.device, point.mac, limits)
    except controllers.ControllerError as fault:
        log.warning("controller", fault=str(fault), site=site)
        text = _("The Wi-Fi is not responding at the moment. Please try again in a minute.")
        return _start(request, current, Problem("", "", text, 503))
    return redirect(_address("online", current))


@never_cache
@require_safe
@_or_down
@_resuming
def online(request: HttpRequest, current: PortalVisit) -> HttpResponse:
    """Landing page after signing in, with links."""
    _whole, portal = _portal()
    wanted = current.arrival.wanted
    context = {"links": portal.links, "wanted": wanted, "host": urlsplit(wanted).hostname}
    return _page(request, "wifi/portal/online.html", current, context)


class PortalCode(CodePage):
    """Ask for the code from the message; the right one admits the device."""

    template_name = "wifi/portal/code.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        _portal()
        try:
            self.visit = visit.visit_from_token(request.POST.get("a") or request.GET.get("a", ""))
        except visit.VisitExpired:
            return _page(request, "wifi/portal/lost.html", None, {}, status=410)
        if LoginStageController.enter(request, LoginByCodeStage.key) is None:
            return redirect(_address("start", self.visit))
        return _to(super().dispatch(request, *args, **kwargs), self.visit)

    def get_next_url(self) -> str:
        return _address("start", self.visit)

    def _refuse(self, request: HttpRequest, why: str) -> HttpResponse:
        return _start(request, self.visit, Problem("phone", "", why, 429))

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        if self._action == "resend":
            return redirect(_address("code", self.visit))
        if not self.request.user.is_authenticated:  # a second factor follows, then the first page again
            return response
        try:
            return let_in(self.request, self.visit)
        except ActionRefused as refusal:
            return _start(self.request, self.visit, Problem("", "", str(refusal), 409))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | _frame(self.request, self.visit) | {"again": _address("start", self.visit)}


code = _or_down(PortalCode.as_view())


def _start(request: HttpRequest, current: PortalVisit, problem: Problem | None = None) -> HttpResponse:
    """Render the reason against admission, or the ways to sign in."""
    _whole, portal = _portal()
    here = _is_here(request, current)
    shut = _visible_reason(current, here)
    refusal = current.arrival.reason if current.arrival.outcome == "refused" and not problem else ""
    reason = (
        shut
        if shut in FINAL_REASONS
        else refusal or ("sign-in" if current.arrival.outcome == "refused" and not problem else "")
    )
    signed_in = request.user.is_authenticated
    context = {
        "shut": shut in FINAL_REASONS,
        "notice": refusal_texts.refusal_text(reason, current.point.site if current.point else None) if reason else None,
        "tap": "account" if signed_in else "device" if here and queries.known_device(current.device) else "",
        "waiting": LoginStageController.enter(request, LoginByCodeStage.key) is not None and _address("code", current),
        "challenge": current.challenge_url,
        "terms": portal.terms,
        "problem": problem,
        "wrong": {problem.input: problem.text} if problem else {},
        "errors": [(problem.input, problem.text)] if problem else [],
    }
    return _page(request, "wifi/portal/start.html", current, context, status=problem.status if problem else 200)


def _is_here(request: HttpRequest, current: PortalVisit) -> bool:
    return current.point is not None and visit.is_on_site(request, current.point)


def _visible_reason(current: PortalVisit, here: bool) -> str:
    """Return the current reason against admission; reasons about the device only if the visitor is `here`."""
    if current.point is None:
        return "unknown-access-point"
    reason = queries.simulate_decision(current.arrival.device, current.point).get("Reply-Message", "")
    return reason if here or reason in ("closed", "unknown-access-point") else ""


def _page(
    request: HttpRequest, template: str, current: PortalVisit | None, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    whole = _frame(request, current) | context
    return _to(render(request, template, whole, status=status), current)


def _frame(request: HttpRequest, current: PortalVisit | None) -> dict[str, Any]:
    """Context of every portal page."""
    network, _entry = _portal()
    return {
        "network": network,
        "visit": current,
        "here": _address("start", current) if current else cached_reverse("wifi:portal"),
        "place": current.point.site if current and current.point else None,
    }


def _to[R: HttpResponseBase](response: R, current: PortalVisit | None) -> R:
    """Allow forms of this page to submit to the access point (content security policy)."""
    if current and current.origin:
        allow_form_action(response, current.origin)
    return response


def _address(name: str, current: PortalVisit) -> str:
    routes = {"start": "wifi:portal", "code": "wifi:portal-code", "online": "wifi:portal-online"}
    return f"{cached_reverse(routes[name])}?a={quote(current.token)}"
