"""Verbs of the epidemic room."""

from kini.core.command_line import Needs, Verb

VERBS = {
    "epidemic import": Verb(
        "kini.epidemic.commands.import_file", "import figures or cases from a table, naming its defects", Needs.DATABASE
    ),
}
