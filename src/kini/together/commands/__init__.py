"""Verbs of mutual help."""

from kini.core.command_line import Needs, Verb

VERBS = {
    "check together": Verb(
        "kini.together.commands.check_together", "replay pledges and deliveries against the ledger", Needs.DATABASE
    ),
}
