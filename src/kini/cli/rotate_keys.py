"""`./kini rotate-keys`: encrypt and hash stored data again with the first key of KINI_DATA_KEYS and KINI_HASH_KEY."""

import argparse

from kini.core import file_store
from kini.core.actors import system
from kini.core.database import database_roles
from kini.core.database.key_rotation import Rotated, rotate_columns, rotations


def arguments(parser: argparse.ArgumentParser) -> None:
    """No words of its own."""


def run(options: argparse.Namespace) -> int:
    by = system("rotate-keys")
    done = {noun: rotate(by) for noun, rotate in rotations.items()}
    files, broken = file_store.rotate_keys()
    unreadable = "The stored file {} was changed or its key is missing; it cannot be read."
    done["files"] = Rotated(files, tuple(unreadable.format(sha256) for sha256 in broken))
    with database_roles.as_owner():  # the program's role may not update append-only tables
        done["rows"] = Rotated(rotate_columns(by=by))
    print(f"Under the new keys: {', '.join(f'{each.count} {noun}' for noun, each in done.items())}.")
    problems = [problem for each in done.values() for problem in each.problems]
    print(*problems, sep="\n", end="\n" if problems else "")
    return 1 if problems else 0
