"""Verbs of mutual help."""

from kini.core.command_line import Needs, Verb

VERBS = {
    "check together": Verb(
        "kini.together.commands.check_together", "replay pledges, deliveries and money", Needs.DATABASE
    ),
    "together places": Verb(
        "kini.together.commands.load_places", "load the places that help can be recorded for", Needs.DATABASE
    ),
}
