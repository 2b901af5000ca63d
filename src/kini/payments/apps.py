from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Payments(AppConfig):
    name = "kini.payments"
    verbose_name = _("Payments")

    def ready(self) -> None:
        from kini.api.routing import ApiModule, api_modules
        from kini.cases.desk.guards import has_permission
        from kini.cases.rules import entry_renderers
        from kini.city.pack_checks import pack_checks
        from kini.core import references
        from kini.core.chain import Chain, chains
        from kini.core.sandboxes import SandboxServer, sandboxes
        from kini.payments import actions, admin, api, pages, personal_data, wording
        from kini.payments.kind import PaymentKind
        from kini.payments.providers.base import adapters
        from kini.payments.providers.snap import Snap
        from kini.payments.tariffs import check_bills
        from kini.people.permissions import Permission
        from kini.services.kinds import kinds
        from kini.web.navigation import NavItem, navigation

        chains.register("ledger", Chain("payments_ledgerentry", ("id", "key", "at", "payment_id")))
        chains.register("postings", Chain("payments_posting", ("id", "entry_id", "account", "amount")))
        columns = ("id", "provider", "provider_reference", "payment_id", "amount", "fee", "settled_on", "verdict")
        chains.register("settlements", Chain("payments_settlementrow", columns))
        admin.register()
        personal_data.register()
        adapters.register("snap", Snap)
        sandboxes.register("payments", SandboxServer("Pretended bank", 8790, "kini.payments.sandbox.server.start"))
        api_modules.register("payments", ApiModule("Paying", api.router))
        kinds.register(PaymentKind.id, PaymentKind())
        pack_checks.register("bills", check_bills)
        entry_renderers.register(actions.REFUND_STARTED, wording.goes_back)
        entry_renderers.register(actions.REFUND_DONE, wording.is_back)
        references.document_code_checkers.register("receipts", pages.receipt_url)
        words, may = _("Refunds"), has_permission(Permission.REFUND)
        returns = NavItem("payments:desk-returns", words, "cash", 34, "desk", group=_("Counter"), visible=may)
        navigation.register("desk-returns", returns)
