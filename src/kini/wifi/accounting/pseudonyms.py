"""Pseudonyms of people and devices in the session table, with a key for each month.

A person keeps a pseudonym within a month, so distinct people can be counted; once the keys are destroyed, months cannot
be linked. The database computes pseudonyms as it stores sessions (`wifi_mark`).
"""

import secrets
from collections.abc import Iterable
from datetime import date

from kini.core.crypto import decrypt, encrypt, hmac_blocks, needs_rotation
from kini.core.key_parsing import KEY_BYTES
from kini.wifi.accounting.models import PseudonymKey


def month_pads(months: Iterable[date]) -> dict[date, bytes]:
    """Return the HMAC pads of each month's key (`core.crypto.hmac_pads`), by first day of the month.

    A new month gets a key; a month whose key was destroyed is left out. In the caller's transaction.
    """
    wanted = set(months)
    known = {each.month: each.key for each in PseudonymKey.objects.filter(month__in=wanted)}
    created = [
        PseudonymKey(month=each, key=encrypt(secrets.token_bytes(KEY_BYTES), context(each)))
        for each in wanted - {*known}
    ]
    PseudonymKey.objects.bulk_create(created)
    known |= {each.month: each.key for each in created}
    return {month: hmac_blocks(decrypt(key, context(month))) for month, key in known.items() if key is not None}


def context(month: date) -> str:
    """Encryption context of a month's key."""
    return f"wifi-pseudonyms:{month:%Y-%m}"


def rotate_pseudonym_keys() -> None:
    """Re-encrypt, with the first key of the ring, the keys that an older one encrypted."""
    for each in PseudonymKey.objects.all():
        if each.key and needs_rotation(each.key):
            each.key = encrypt(decrypt(each.key, context(each.month)), context(each.month))
            each.save()
