"""Verbs of feeds."""

from kini.core.command_line import Needs, Verb

VERBS = {
    "feeds load": Verb("kini.feeds.commands.load_feed", "load a file of one feed", Needs.DATABASE),
    "feeds status": Verb(
        "kini.feeds.commands.feed_status", "show which sources are fresh, late or broken", Needs.DATABASE
    ),
}
