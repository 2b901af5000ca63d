"""Desk page of voucher sheets: an officer creates, prints and withdraws them."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count, Max, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from kini.core import current_time
from kini.core.actors import ActionRefused, Actor
from kini.people.public import officers_only
from kini.people.queries import actor_for
from kini.people.rules import scope_with
from kini.web.desk_help import register_help
from kini.web.navigation import NavItem, navigation
from kini.web.redirects import see_other
from kini.wifi import config
from kini.wifi.permissions import WifiPermission
from kini.wifi.radius import queries
from kini.wifi.vouchers import actions

MANAGE = WifiPermission.MANAGE_VOUCHERS
LONGEST, SHOWN = 80, 50


@dataclass(frozen=True, slots=True)
class Typed:
    """Form input as typed."""

    label: str = ""
    group: str = ""
    count: str = "30"
    days: str = "30"
    devices: str = "1"


@officers_only(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def sheets(request: HttpRequest) -> HttpResponse:
    """List the sheets of the officer's agency, with a form for a new one; its codes are shown once, in the response."""
    actor = actor_for(request)
    if not config.voucher_groups():
        raise Http404
    if request.method != "POST":
        return _list(request, actor, Typed(), "")
    typed = Typed(**{name: request.POST.get(name, "")[:LONGEST].replace("\0", "") for name in Typed.__slots__})
    try:
        codes = _create(actor, typed)
    except ActionRefused as refusal:
        return _list(request, actor, typed, str(refusal))
    network, group = config.network(), config.voucher_groups()[typed.group]
    ends = queries.vouchers_in_scope(scope_with(actor, MANAGE)).latest("pk").ends_at
    context = {"codes": codes, "typed": typed, "network": network, "group": group, "ends": ends}
    return render(request, "wifi/sheet.html", context)


@officers_only(MANAGE)
@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """Withdraw a sheet: its codes end, and devices that used them sign in again."""
    actor = actor_for(request)
    label = request.POST.get("label", "")[:LONGEST].replace("\0", "")
    count = actions.withdraw_vouchers(by=actor, label=label, scope=scope_with(actor, MANAGE))
    message = ngettext("%(count)d code was withdrawn.", "%(count)d codes were withdrawn.", count)
    messages.success(request, message % {"count": count})
    return see_other("wifi:desk-sheets")


def _create(actor: Actor, typed: Typed) -> list[str]:
    try:
        count, days = int(typed.count), int(typed.days)
        devices = int(typed.devices) if typed.devices else None
    except ValueError:
        raise ActionRefused(_("Enter the number of codes, days and devices in digits.")) from None
    values = {"group": typed.group, "count": count, "days": days, "label": typed.label.strip(), "devices": devices}
    return actions.create_vouchers(by=actor, scope=scope_with(actor, MANAGE), **values)  # type: ignore[arg-type]


def _list(request: HttpRequest, actor: Actor, typed: Typed, problem: str) -> HttpResponse:
    valid = Q(withdrawn_at=None, ends_at__gt=current_time.now())
    rows = (
        queries.vouchers_in_scope(scope_with(actor, MANAGE))
        .values("label", "group")
        .annotate(made=Count("pk"), holding=Count("pk", filter=valid), used=Sum("uses"), ends=Max("ends_at"))
        .order_by("-ends", "label")[:SHOWN]
    )
    groups = config.voucher_groups()
    where = "label" if not typed.label.strip() else "group" if typed.group not in groups else "count"
    context: dict[str, Any] = {
        "rows": [row | {"name": groups[row["group"]].name if row["group"] in groups else row["group"]} for row in rows],
        "choices": groups.items(),
        "typed": typed,
        "wrong": {where: problem} if problem else {},
        "errors": [(where, problem)] if problem else [],
    }
    return render(request, "wifi/sheets.html", context, status=422 if problem else 200)


#: Help for officers, by the page of the desk.
DESK_HELP = {
    "wifi:desk-sheets": gettext_lazy(
        "Sheets of codes for a school, a neighbourhood or an event. Print the page at once: codes are shown "
        "only there. Withdraw ends all codes of a sheet."
    ),
}


def register() -> None:
    """Register the navigation entry."""
    may = config.works_on_network(MANAGE)
    item = NavItem(
        *("wifi:desk-sheets", gettext_lazy("Wi-Fi codes"), "wifi", 47, "desk"),
        group=gettext_lazy("Agency"),
        visible=lambda request: bool(config.voucher_groups()) and may(request),
    )
    register_help(DESK_HELP)
    navigation.register("desk-wifi-sheets", item)
