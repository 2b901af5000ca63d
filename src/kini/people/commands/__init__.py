"""Verbs of people."""

from kini.core.command_line import Needs, Verb

VERBS = {
    "programs": Verb(
        "kini.people.commands.oauth_clients", "list, add and remove programs that act for people", Needs.DATABASE
    ),
    "operator": Verb("kini.people.commands.operators", "list, add and remove operators", Needs.DATABASE),
}
