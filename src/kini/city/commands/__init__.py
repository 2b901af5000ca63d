"""Verbs of the city."""

from kini.core.command_line import Needs, Verb

VERBS = {
    "check pack": Verb("kini.city.commands.check_pack", "check a city pack and report every error", Needs.SETTINGS),
    "city map": Verb("kini.city.commands.load_map", "load official borders, roads, rail ... for maps", Needs.DATABASE),
}
