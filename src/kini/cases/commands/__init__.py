"""Verbs of cases."""

from kini.core.command_line import Needs, Verb

VERBS = {
    "check chain": Verb("kini.cases.commands.check_chain", "find tampering with records", Needs.DATABASE),
}
