"""`./kini imports`: list the imports of tables, and undo one."""

import argparse

from kini.core import command_line
from kini.core.actors import ActionRefused, system
from kini.core.models import ImportRun
from kini.core.table_import.loading import undo

#: Newest imports that are listed.
LISTED = 50


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--undo", type=int, metavar="NUMBER", help="bring back what this import changed")


def run(options: argparse.Namespace) -> int:
    if options.undo is None:
        for each in ImportRun.objects.order_by("-pk")[:LISTED]:
            print(_line(each))
        return 0
    imported = ImportRun.objects.filter(pk=options.undo).first()
    if imported is None:
        raise command_line.CommandError(f"there is no import {options.undo}; ./kini imports lists them.")
    try:
        undo(by=system("imports"), run=imported)
    except ActionRefused as refusal:
        raise command_line.CommandError(str(refusal)) from None
    print(f"Import {imported.pk} was undone.")
    return 0


def _line(each: ImportRun) -> str:
    counts = f"{each.added} added, {each.changed} changed, {each.removed} removed, {each.faulty} faulty"
    undone = f", undone {each.undone_at:%Y-%m-%d %H:%M}" if each.undone_at else ""
    scope = " ".join(each.scope.values())
    return f"{each.pk:>6}  {each.at:%Y-%m-%d %H:%M}  {each.table} {scope}: {each.file} ({counts}{undone})"
