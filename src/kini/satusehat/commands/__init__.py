"""Verbs of the room."""

from kini.core.command_line import Needs, Verb

VERBS = {
    "satusehat compare": Verb(
        "kini.satusehat.commands.compare_day", "compare the doses of a day with SATUSEHAT, and repair", Needs.DATABASE
    ),
    "satusehat look-up": Verb(
        "kini.satusehat.commands.look_up", "ask SATUSEHAT for the organization, facilities and vaccines", Needs.DATABASE
    ),
    "satusehat number": Verb(
        "kini.satusehat.commands.enter_number", "enter the number of an officer, site or vaccine", Needs.DATABASE
    ),
}
