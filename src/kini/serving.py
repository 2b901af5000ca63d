"""`python -m kini.serving`: granian with the program loaded before its workers fork, so that they share its memory."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from granian.cli import entrypoint

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kini.settings")


def load() -> None:
    """Load what every worker needs; what lies in memory now is not written to by the collector of garbage."""
    get_wsgi_application()
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    load()
    entrypoint()
