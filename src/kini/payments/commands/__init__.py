"""Verbs of payments."""

from kini.core.command_line import Needs, Verb

VERBS = {
    "bills load": Verb(
        "kini.payments.commands.load_bills", "load the bills of one register from a table", Needs.DATABASE
    ),
    "payments reconcile": Verb(
        "kini.payments.commands.reconcile", "compare a provider's settlement file with ours", Needs.DATABASE
    ),
}
