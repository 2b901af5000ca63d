"""Verbs of the noticeboard."""

from kini.core.command_line import Needs, Verb

VERBS = {
    "noticeboard": Verb("tests.plugin_noticeboard.commands.list_notices", "list today's notices", Needs.DATABASE),
    "noticeboard count": Verb("tests.plugin_noticeboard.commands.count_notices", "count notices", Needs.DATABASE),
}
