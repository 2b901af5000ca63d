from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    name = "kini.ledger"
    verbose_name = _("Ledger")

    def ready(self) -> None:
        from kini.core.chain import Chain, chains

        columns = ("id", "key", "subject", "at", "posting_count", "reverses_id")
        chains.register("ledger-entries", Chain("ledger_entry", columns))
        chains.register("ledger-postings", Chain("ledger_posting", ("id", "entry_id", "account", "unit", "amount")))
