"""`python -m kini.serving`: run granian with the program loaded before its workers fork, so that they share memory."""

import argparse
import os
import resource
import sys

import django
import psutil
from django.apps import apps
from django.conf import settings
from django.urls import get_resolver
from django.utils.module_loading import import_string
from granian.cli import cli

from kini.core.database.database_roles import exit_if_unrestricted
from kini.core.loading import without_garbage_collection
from kini.core.process_cache import warm_up
from kini.core.web_server import granian_arguments

MOST_OPEN_FILES = 16_384
#: Memory in MB by which a process may outgrow the loaded program (usual: 33); then another one takes its place.
MOST_GROWTH = 40

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kini.settings")


def load() -> None:
    """Load the program before forking."""
    with without_garbage_collection():
        django.setup(set_prefix=False)
        _ = get_resolver().url_patterns
        for middleware in settings.MIDDLEWARE:  # imported only: WhiteNoise needs files that `prepare` collects
            import_string(middleware)


def serve(command_line: list[str]) -> int:
    """Serve until stopped; granian's processes share the memory loaded so far.

    Args:
        command_line: command-line arguments (core.web_server.web_arguments); unknown ones go to granian.
    """
    from kini.rsgi import application

    options, more = arguments().parse_known_args(command_line)
    application.threads = options.threads
    raise_open_files()
    granian = granian_arguments("kini.rsgi:application", options.host, options.port, options.workers)
    most_memory = psutil.Process().memory_info().rss // 2**20 + MOST_GROWTH
    granian += ["--workers-max-rss", str(most_memory), "--rss-samples", "2"]
    cli.main([*granian, *more], prog_name="granian", standalone_mode=False)
    return 0


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kini.serving", allow_abbrev=False)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=0, help="processes; 0: one for each core, four at most")
    parser.add_argument("--threads", type=int, default=4, help="concurrent requests of each process")
    return parser


def warn() -> None:
    """Warn if nobody can sign in; the baseline server of the benchmarks has no sign-in."""
    if not apps.is_installed("kini.core"):
        return
    from kini.core.delivery import sign_in_problem  # needs the loaded program

    if problem := sign_in_problem():
        print(f"kini: warning: {problem}", file=sys.stderr)


def raise_open_files() -> None:
    """Raise the limit of open files, of which each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    target = MOST_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < target:
        resource.setrlimit(resource.RLIMIT_NOFILE, (target, hard))


if __name__ == "__main__":
    load()
    exit_if_unrestricted()
    warn()
    warm_up()
    sys.exit(serve(sys.argv[1:]))
