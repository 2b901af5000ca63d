"""Verbs of reports."""

from kini.core.command_line import Needs, Verb

VERBS = {
    "open311": Verb(
        "kini.reports.commands.open311_clients", "list, add and revoke programs that file reports", Needs.DATABASE
    ),
}
