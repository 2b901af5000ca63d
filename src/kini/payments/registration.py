"""Registration in other rooms: kind, provider adapter, chain, timeline entries, pack check, API, navigation."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.api.operations import ApiModule, api_modules
from kini.cases.rules import entry_renderers
from kini.city.public import pack_checks
from kini.core import references
from kini.core.chain import Chain, chains
from kini.core.sandboxes import SandboxServer, sandboxes
from kini.exchange.public import destinations
from kini.payments import actions, api, pages, queries
from kini.payments.fixtures import PaymentFixtures
from kini.payments.kind import PaymentKind
from kini.payments.permissions import PaymentPermission
from kini.payments.providers.base import adapters
from kini.payments.providers.snap import Snap
from kini.payments.refund_destination import RefundDestination
from kini.payments.tariffs import check_bills, read_bills, sample_bills
from kini.people.public import has_permission, register_permissions
from kini.services.models import Service
from kini.services.public import kind_fixtures, kinds, snapshot_of, start_panels
from kini.web import formats
from kini.web.desk_help import register_help
from kini.web.navigation import NavItem, navigation

SETTLEMENT_COLUMNS = ("id", "provider", "provider_reference", "payment_id", "amount", "fee", "settled_on", "verdict")

#: Help for officers, by the page of the desk.
DESK_HELP = {
    "payments:desk-returns": gettext_lazy(
        "Payments to a virtual account that came twice, in another amount, or too late. Transfer the money "
        "first, then enter the reference of the transfer here. Payments by QR code are refunded "
        "automatically."
    ),
}


def register() -> None:
    """Register everything once; called from `PaymentsConfig.ready`."""
    register_permissions(PaymentPermission)
    chains.register("settlements", Chain("payments_settlementrow", SETTLEMENT_COLUMNS))
    adapters.register("snap", Snap)
    destinations.register(actions.REFUND_DESTINATION, RefundDestination())
    sandboxes.register("payments", SandboxServer("Pretended bank", 8790, "kini.payments.sandbox.server.start"))
    api_modules.register("payments", ApiModule("Paying", api.router))
    kinds.register(PaymentKind.id, PaymentKind())
    kind_fixtures.register(PaymentKind.id, PaymentFixtures())
    pack_checks.register("bills", check_bills)
    start_panels.register("payments-example", example_panel)
    entry_renderers.register(actions.REFUND_STARTED, _refund_started)
    entry_renderers.register(actions.REFUND_DONE, _refund_done)
    references.document_code_checkers.register("receipts", pages.receipt_url)
    register_help(DESK_HELP)
    navigation.register(
        "desk-returns",
        NavItem(
            "payments:desk-returns",
            gettext_lazy("Refunds"),
            "cash",
            34,
            "desk",
            group=gettext_lazy("Counter"),
            visible=has_permission(PaymentPermission.REFUND),
        ),
    )


def example_panel(request: HttpRequest, service: Service) -> SafeString | None:
    """Numbers of a sample bill to try a demo with; None elsewhere."""
    if not settings.ENV.demo or service.kind != PaymentKind.id or service.current is None:
        return None
    snapshot = snapshot_of(service.current)
    options = kinds.get(PaymentKind.id).options(snapshot.definition)
    path = sample_bills(options.register_)
    rows = read_bills(path)[0] if options.object and path.exists() else []
    unpaid = (row for row in rows if queries.open_bill(options.register_, row.object, row.proof, row.period))
    sample = next(unpaid, None)
    if sample is None:
        return None
    asked = {options.object: sample.object, options.proof: sample.proof, options.period: sample.period}
    lines = [(snapshot.fields[name].label, value) for name, value in asked.items() if name and value]
    return render_to_string("payments/example.html", {"lines": lines}, request)


def _refund_started(data: Mapping[str, Any]) -> str:
    words = {"amount": formats.money(data["amount"]), "reason": data["reason"]}
    if words["reason"]:
        return _("%(amount)s will be refunded to you, and the bill is open again. %(reason)s") % words
    return _("%(amount)s was paid twice, in the wrong amount or too late. It will be refunded to you.") % words


def _refund_done(data: Mapping[str, Any]) -> str:
    return _("%(amount)s was refunded to the account it came from.") % {"amount": formats.money(data["amount"])}
