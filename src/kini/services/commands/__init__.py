"""Verbs of services."""

from kini.core.command_line import Needs, Verb

VERBS = {
    "services": Verb("kini.services.commands.service_schema", "print the JSON Schema of service files", Needs.SETTINGS),
}
