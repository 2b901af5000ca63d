"""Pseudonyms of people and devices in the session table, with a key for each month.

Within a month the same person has the same one, so that distinct people can be counted; between months nobody can tell,
once the keys are destroyed. A pseudonym is made in the database (`wifi_mark`) as sessions are stored.
"""

import secrets
from collections.abc import Iterable
from datetime import date

from kini.core.crypto import blocks, needs_rotation, seal, unseal
from kini.core.keys import KEY_BYTES
from kini.wifi.models import PseudonymKey


def pads(months: Iterable[date]) -> dict[date, bytes]:
    """By month (its first day) what the database makes pseudonyms from (`core.crypto.pads`).

    A month that is new gets its key; one whose key was destroyed is left out. Inside the caller's transaction.
    """
    wanted = set(months)
    known = {each.month: each.key for each in PseudonymKey.objects.filter(month__in=wanted)}
    new = [
        PseudonymKey(month=each, key=seal(secrets.token_bytes(KEY_BYTES), context(each))) for each in wanted - {*known}
    ]
    PseudonymKey.objects.bulk_create(new)
    known |= {each.month: each.key for each in new}
    return {month: blocks(unseal(key, context(month))) for month, key in known.items() if key is not None}


def context(month: date) -> str:
    """To what a sealed key is bound."""
    return f"wifi-pseudonyms:{month:%Y-%m}"


def rotate() -> None:
    """Seal again, with the first key of the ring, the keys that an older one sealed."""
    for each in PseudonymKey.objects.all():
        if each.key and needs_rotation(each.key):
            each.key = seal(unseal(each.key, context(each.month)), context(each.month))
            each.save()
