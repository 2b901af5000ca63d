from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Payments(AppConfig):
    name = "kini.payments"
    verbose_name = _("Payments")

    def ready(self) -> None:
        from kini.api.routing import Part, parts
        from kini.cases.desk.working import may_here
        from kini.cases.rules import tellers
        from kini.city.checks import pack_checks
        from kini.core import references
        from kini.core.chain import Chain, chains
        from kini.core.sandboxes import SandboxServer, sandboxes
        from kini.payments import actions, api, pages, personal_data, tables, wording
        from kini.payments.kind import PaymentKind
        from kini.payments.providers.base import adapters
        from kini.payments.providers.snap import Snap
        from kini.payments.registers import check_bills
        from kini.people.permissions import Permission
        from kini.services.kinds import kinds
        from kini.web.navigation import NavItem, navigation

        chains.register("ledger", Chain("payments_ledgerentry", ("id", "key", "at", "payment_id")))
        chains.register("postings", Chain("payments_posting", ("id", "entry_id", "account", "amount")))
        columns = ("id", "provider", "provider_reference", "payment_id", "amount", "fee", "settled_on", "verdict")
        chains.register("settlements", Chain("payments_settlementrow", columns))
        tables.register()
        personal_data.register()
        adapters.register("snap", Snap)
        sandboxes.register("payments", SandboxServer("Pretended bank", 8790, "kini.payments.sandbox.server.start"))
        parts.register("payments", Part("Paying", api.router))
        kinds.register(PaymentKind.id, PaymentKind())
        pack_checks.register("bills", check_bills)
        tellers.register(actions.GOES_BACK, wording.goes_back)
        tellers.register(actions.IS_BACK, wording.is_back)
        references.codes.register("receipts", pages.address_of)
        words, may = _("Refunds"), may_here(Permission.REFUND)
        returns = NavItem("payments:desk-returns", words, "cash", 34, "desk", group=_("Counter"), visible=may)
        navigation.register("desk-returns", returns)
