"""Verbs of the city."""

from kini.core.command_line import Needs, Verb

VERBS = {
    "check pack": Verb("kini.city.commands.check_pack", "check a city pack and report every error", Needs.SETTINGS),
    "city boundaries": Verb(
        "kini.city.commands.load_boundaries", "load official borders, keyed by area code", Needs.DATABASE
    ),
}
