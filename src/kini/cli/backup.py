"""`./kini backup FILE`: write the whole city to one encrypted file, also while it runs."""

import argparse
from pathlib import Path

from django.conf import settings

from kini.core import backup, command_line


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="path of the backup; it must not exist")


def run(options: argparse.Namespace) -> int:
    target = options.file.resolve()
    try:
        manifest = backup.write(target, settings.ENV.database_url)
    except (backup.BackupError, OSError) as fault:
        raise command_line.CommandError(f"no backup was written: {fault}.") from None
    megabytes = target.stat().st_size / 1_000_000
    print(f"{target}: the database and {manifest.listing.files} files, {megabytes:.1f} MB, written and verified.")
    print("It is encrypted with KINI_DATA_KEYS. Keep these keys and KINI_HASH_KEY in another place.")
    for sha256 in manifest.missing:
        print(f"The file {sha256} is missing, but a row of the database references it.")
    for sha256 in manifest.damaged:
        print(f"The stored file {sha256} is damaged and not in the backup; ./kini check chain names its case.")
    return 1 if manifest.damaged or manifest.missing else 0
