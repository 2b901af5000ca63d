"""`./kini plugin migrations NAME`: write the migrations that a plug-in's changed models need."""

import argparse

from django.apps import apps
from django.core.management import call_command

from kini.core.command_line import CommandError
from kini.rooms import ROOMS


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="the plug-in's label, the first part of its addresses")


def run(options: argparse.Namespace) -> int:
    labels = {each.label for each in apps.get_app_configs() if each.name not in ROOMS}
    if options.name not in labels:
        raise CommandError(f'no plug-in is called "{options.name}"; name its package in KINI_PLUGINS.')
    call_command("makemigrations", options.name)
    return 0
