"""`./kini restore FILE`: restore a city from a backup, migrate it to this version, and check its chains."""

import argparse
from pathlib import Path

from django.conf import settings

from kini.cli.command import main
from kini.cli.prepare import migrate_tables
from kini.core import backup, command_line


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a file written by ./kini backup")
    parser.add_argument("--force", action="store_true", help="replace the existing city, which is lost")


def run(options: argparse.Namespace) -> int:
    owner = settings.ENV.owner_database_url or settings.ENV.database_url
    try:
        source = backup.Backup(options.file.resolve())
        with command_line.step(f"Backup of {source.head.made_at}, Kini {source.head.kini}"):
            manifest = backup.restore(source, owner, replace=options.force)
    except (backup.BackupError, OSError) as fault:
        raise command_line.CommandError(f"nothing was restored: {fault}.") from None
    with command_line.step("Tables"):
        migrate_tables()
    print(f"The database and {manifest.listing.files} files were restored.")
    return main(["check", "chain"])
