"""Desk page of the blocklist. Officers enter a case reference, a voucher code or a MAC; the page never shows a MAC."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from kini.cases.public import read_case_at_desk
from kini.city.public import pack
from kini.core import attempt_limits, references
from kini.core.actors import ActionRefused, Actor
from kini.core.attempt_limits import Limit
from kini.core.ids import parse_pk
from kini.people.public import officers_only
from kini.people.queries import actor_for, officer_names
from kini.people.rules import scope_with
from kini.web.desk_help import register_help
from kini.web.navigation import NavItem, navigation
from kini.web.redirects import see_other
from kini.wifi import config
from kini.wifi.devices import actions, blocklist
from kini.wifi.devices.blocklist import BlockTarget
from kini.wifi.permissions import WifiPermission
from kini.wifi.radius import queries
from kini.wifi.radius.models import Block

BLOCK = WifiPermission.BLOCK_WIFI
LONGEST, SHOWN = 60, 50
#: Daily limit per officer, against probing for codes and devices.
LOOKUP_LIMIT = Limit("wifi.block", count=100, seconds=24 * 60 * 60)


@dataclass(frozen=True, slots=True)
class Row:
    """A block as shown; `number` is set while it can be lifted."""

    number: int | None
    whom: str
    reference: str
    reason: str
    by: str
    made_at: datetime


@officers_only(BLOCK)
@require_http_methods(["GET", "HEAD", "POST"])
def blocklist_page(request: HttpRequest) -> HttpResponse:
    """List the blocks of the officer's agency, with a form for a new one."""
    actor = actor_for(request)
    if not config.network():
        raise Http404
    if request.method != "POST":
        return _list(request, actor)
    whom, reason = (request.POST.get(name, "").replace("\0", "").strip() for name in ("whom", "reason"))
    try:
        attempt_limits.consume(LOOKUP_LIMIT, str(actor.user_id))
        count = actions.block(
            by=actor, target=_target(actor, whom[:LONGEST]), reason=reason, scope=scope_with(actor, BLOCK)
        )
    except ActionRefused as refusal:
        where = "whom" if 1 <= len(reason) <= actions.LONGEST_REASON else "reason"
        return _list(request, actor, whom, reason, {where: str(refusal)})
    message = ngettext(
        "Blocked: %(count)d device can no longer connect.", "Blocked: %(count)d devices can no longer connect.", count
    )
    messages.success(request, message % {"count": count})
    return see_other("wifi:desk-blocks")


@officers_only(BLOCK)
@require_POST
def lift_block_view(request: HttpRequest) -> HttpResponse:
    """Lift a block."""
    actor = actor_for(request)
    number = parse_pk(request.POST.get("block"))
    try:
        actions.lift_block(by=actor, block=number, scope=scope_with(actor, BLOCK))
    except ActionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The block was lifted."))
    return see_other("wifi:desk-blocks")


def _target(actor: Actor, whom: str) -> BlockTarget:
    """Resolve the input to the person of a case that the officer may see, a device, or a voucher."""
    if not references.parse(pack.current().reference_prefix, whom):
        return blocklist.parse_target(whom)
    try:
        case = read_case_at_desk(actor, whom, shown=False)
    except Http404:
        raise ActionRefused(_("You have no case with this number.")) from None
    user = case.resident.user_id if case.resident else None
    if user is None:
        raise ActionRefused(_("This case does not belong to an account, so nobody can be blocked by it."))
    return BlockTarget(owner_id=user, reference=case.reference)


def _list(
    request: HttpRequest, actor: Actor, whom: str = "", reason: str = "", wrong: dict[str, str] | None = None
) -> HttpResponse:
    blocks = queries.blocks_in_scope(scope_with(actor, BLOCK)).select_related("voucher")
    active, lifted = blocks.filter(lifted_at=None).order_by("-made_at"), blocks.exclude(lifted_at=None)
    context = {
        "rows": _rows([*active[:SHOWN], *lifted.order_by("-lifted_at")[: SHOWN // 5]]),
        "whom": whom,
        "reason": reason,
        "most": actions.LONGEST_REASON,
        "wrong": wrong or {},
        "errors": list((wrong or {}).items()),
    }
    return render(request, "wifi/blocks.html", context, status=422 if wrong else 200)


def _rows(blocks: Iterable[Block]) -> list[Row]:
    blocks = list(blocks)
    names = officer_names(block.by_id for block in blocks)
    return [
        Row(
            block.pk if block.lifted_at is None else None,
            _whom(block),
            block.reference,
            block.reason,
            names.get(block.by_id or 0, ""),
            block.made_at,
        )
        for block in blocks
    ]


def _whom(block: Block) -> str:
    if block.device is not None:
        # Enough to tell two devices apart, not enough to identify one.
        return _("A device (mark {sign})").format(sign=bytes(block.device).hex()[:4].upper())
    if block.voucher:
        return _("A code of “{label}”").format(label=block.voucher.label)
    return _("A person")


#: Help for officers, by the page of the desk.
DESK_HELP = {
    "wifi:desk-blocks": gettext_lazy(
        "Devices and people that may not use the Wi-Fi, with the reason. Block only for misuse, and lift a "
        "block that is no longer needed."
    ),
}


def register() -> None:
    """Register the navigation entry."""
    may = config.works_on_network(BLOCK)
    item = NavItem(
        *("wifi:desk-blocks", gettext_lazy("Wi-Fi blocks"), "lock", 48, "desk"),
        group=gettext_lazy("Agency"),
        visible=lambda request: bool(config.network()) and may(request),
    )
    register_help(DESK_HELP)
    navigation.register("desk-wifi-blocks", item)
