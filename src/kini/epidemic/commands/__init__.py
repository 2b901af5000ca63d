"""Verbs of the epidemic room."""

from kini.core.command_line import Needs, Verb

VERBS = {
    "epidemic import": Verb(
        "kini.epidemic.commands.import_file", "import figures or cases from a table, naming its defects", Needs.DATABASE
    ),
    "epidemic report": Verb(
        "kini.epidemic.commands.report_day", "print a day's indicators, level and zones of a disease", Needs.DATABASE
    ),
    "demo epidemic": Verb(
        "kini.epidemic.commands.demo_wave", "fill a demo with a made-up wave of cases, or remove it", Needs.DATABASE
    ),
}
