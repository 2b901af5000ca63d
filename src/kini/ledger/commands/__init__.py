"""Verbs of the ledger."""

from kini.core.command_line import Needs, Verb

VERBS = {
    "check ledger": Verb("kini.ledger.commands.check_ledger", "compare balances with their postings", Needs.DATABASE),
}
