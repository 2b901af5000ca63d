"""Keyed hashes of identity numbers under the first key: batch by batch, so that it can be stopped and resumed."""

from django.db import transaction
from django.db.models import Q

from kini.core import audit
from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.core.crypto import SealBroken
from kini.people import sealing
from kini.people.models import Resident

BATCH = 500
COLUMNS = ("national_id_hash", "family_card_hash")


def rotate_hashes(*, by: Actor) -> tuple[int, list[int]]:
    """Compute every hash of an identity number that an older key made, each batch in a transaction of its own.

    Returns:
        How many profiles had one, and the ids of those whose encrypted number cannot be read.

    Raises:
        NotAllowed: when anybody but the program asks.
    """
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed("Keys are rotated from the command line.")
    last: int | None = 0
    count, broken = 0, list[int]()
    while last is not None:
        changed, unreadable, last = _rotate(last)
        count, broken = count + changed, broken + unreadable
    audit.record(by=by, action="people.hashes-rotated", subject="people", detail={"profiles": count})
    return count, broken


@transaction.atomic
def _rotate(last: int) -> tuple[int, list[int], int | None]:
    """Go through the profiles that follow; the id of the last one, None at the end."""
    kept = (
        Resident.objects.select_for_update()
        .filter(pk__gt=last)
        .order_by("pk")
        .only("pk", *COLUMNS, *sealing.SEALED_FIELDS)
    )
    rows = list(kept.filter(Q(national_id_sealed__isnull=False) | Q(family_card_sealed__isnull=False))[:BATCH])
    changed, broken = list[Resident](), list[int]()
    for row in rows:
        try:
            if sealing.rehash(row):
                changed.append(row)
        except SealBroken:
            broken.append(row.pk)
    Resident.objects.bulk_update(changed, COLUMNS)
    return len(changed), broken, rows[-1].pk if len(rows) == BATCH else None
