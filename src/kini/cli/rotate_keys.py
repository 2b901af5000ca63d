"""`./kini rotate-keys`: encrypt and hash stored data again with the first key of KINI_DATA_KEYS and KINI_HASH_KEY."""

import argparse

from kini.booking import actions as booking_actions
from kini.cases import actions as cases_actions
from kini.core import file_store
from kini.core.actors import system
from kini.core.database import database_roles
from kini.core.database.key_rotation import rotate_columns
from kini.people import actions as people_actions
from kini.people.public import rotate_hashes
from kini.wifi import actions as wifi_actions


def arguments(parser: argparse.ArgumentParser) -> None:
    """No words of its own."""


def run(options: argparse.Namespace) -> int:
    by = system("rotate-keys")
    people = people_actions.rotate_keys(by=by)
    hashes, unreadable = rotate_hashes(by=by)
    cases = cases_actions.rotate_keys(by=by)
    bookings = booking_actions.rotate_keys(by=by)
    access_points = wifi_actions.rotate_keys(by=by)
    files, broken = file_store.rotate_keys()
    with database_roles.as_owner():  # the program's role may not update append-only tables
        rows = rotate_columns(by=by)
    print(
        f"Encrypted again: {people} profiles, {cases} cases and drafts, {bookings} bookings,"
        f" {access_points} access points, {files} files, {rows} rows."
        f" Hashed again: the numbers of {hashes} profiles."
    )
    for sha256 in broken:
        print(f"The stored file {sha256} was changed or its key is missing; it cannot be read.")
    for resident in unreadable:
        print(
            f"The numbers of profile {resident} were changed or their key is missing; "
            "they keep the hash of an older key."
        )
    return 1 if broken or unreadable else 0
