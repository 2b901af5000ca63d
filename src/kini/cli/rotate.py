"""`./kini rotate-keys`: after a new key was put first in KINI_DATA_KEYS, encrypt everything under it."""

import argparse

from kini.cases import actions as cases_actions
from kini.core import file_store
from kini.core.actors import system
from kini.core.database import roles
from kini.core.database.rotation import rotate_columns
from kini.people import actions as people_actions
from kini.wifi import actions as wifi_actions


def arguments(parser: argparse.ArgumentParser) -> None:
    """No words of its own."""


def run(options: argparse.Namespace) -> int:
    by = system("rotate-keys")
    people = people_actions.rotate_keys(by=by)
    cases = cases_actions.rotate_keys(by=by)
    access_points = wifi_actions.rotate_keys(by=by)
    files, broken = file_store.rotate_keys()
    with roles.as_owner():  # the program itself may not write append-only tables
        rows = rotate_columns(by=by)
    print(
        f"Encrypted again: {people} profiles, {cases} cases and drafts, {access_points} access points, {files} files,"
        f" {rows} rows."
    )
    for sha256 in broken:
        print(f"The kept file {sha256} was changed or its key is gone; it cannot be read.")
    return 1 if broken else 0
