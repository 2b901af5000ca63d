"""Verbs of the vaccination room."""

from kini.core.command_line import Needs, Verb

VERBS = {
    "check vaccination": Verb(
        "kini.vaccination.commands.check_vaccination", "compare appointments with the stock of vaccines", Needs.DATABASE
    ),
}
