"""`python -m kini.serving`: granian with the program loaded before its workers fork, so that they share its memory."""

import gc
import os
import sys

import django
from django.conf import settings
from django.urls import get_resolver
from django.utils.module_loading import import_string
from granian.cli import cli

from kini.core.held import hold_early

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kini.settings")


def load() -> None:
    """Load what every process of a city needs; what lies in memory now is not written to by the garbage collector."""
    gc.disable()  # nothing that is loaded becomes garbage
    django.setup(set_prefix=False)
    _ = get_resolver().url_patterns
    for middleware in settings.MIDDLEWARE:  # made by each server: one of them looks for files that `prepare` collects
        import_string(middleware)
    gc.enable()
    gc.freeze()


def serve(words: list[str]) -> int:
    """Serve until told to stop: what lies in memory now is there once for all of granian's processes.

    Args:
        words: granian's (core.server.web_words).
    """
    cli.main(words, prog_name="granian", standalone_mode=False)
    return 0


if __name__ == "__main__":
    load()
    hold_early()
    sys.exit(serve(sys.argv[1:]))
