"""`./kini feeds load NAME FILE`: load a file of one feed, as exported by its source."""

import argparse
from pathlib import Path

from kini.core import command_line
from kini.core.actors import system
from kini.feeds.public import FileOrigin, ImportRefused, feed_config, importer


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="feed (feeds/NAME.yaml of the pack)")
    parser.add_argument("file", type=Path, help="file in the feed's format")
    force_help = "load it even if many rows are invalid or missing, or it was loaded before"
    parser.add_argument("--force", action="store_true", help=force_help)


def run(options: argparse.Namespace) -> int:
    if options.name not in feed_config.feeds():
        names = ", ".join(feed_config.feeds()) or "none"
        raise command_line.CommandError(f'the pack has no feed "{options.name}"; there are: {names}.')
    try:
        content = options.file.read_bytes()
    except OSError as error:
        raise command_line.CommandError(f"{options.file} cannot be read ({error.strerror}).") from None
    origin = FileOrigin(options.file.name)
    try:
        load = importer.import_file(
            by=system("feeds load"), name=options.name, content=content, origin=origin, force=options.force
        )
    except ImportRefused as fault:
        show(options.file, [(each.line, each.field, each.message) for each in fault.faults], len(fault.faults))
        raise command_line.CommandError(f"{options.file.name} was not loaded: {fault}") from None
    if load is None:
        print(f"{options.file.name} was loaded before; no changes.")
        return 0
    show(options.file, [(each["row"], each["field"], each["message"]) for each in load.faults], load.faulty)
    print(
        f"{load.added} rows added, {load.changed} changed, {load.earlier} of earlier times, {load.same} unchanged, "
        f"{load.gone} deleted, {load.faulty} rejected."
    )
    return 1 if load.faulty else 0


def show(file: Path, faults: list[tuple[int, str, str]], count: int) -> None:
    for row, field, message in faults:
        print(f"{file.name}:{row}: {f'{field}: ' if field else ''}{message}")
    if count > len(faults):
        print(f"... and {count - len(faults)} more")
