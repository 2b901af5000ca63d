"""Key rotation of hashes: identity numbers, search keys of persons. In batches, so that it can be resumed."""

from django.db import transaction
from django.db.models import Q

from kini.core import audit
from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.core.crypto import DecryptionError
from kini.core.database.key_rotation import Rotated
from kini.people import encrypted_fields
from kini.people.models import Resident
from kini.people.persons import search_keys

BATCH = 500
COLUMNS = ("national_id_hash", "family_card_hash")


def rotate_hashes(*, by: Actor) -> tuple[int, list[int]]:
    """Recompute with the first key every identity number hash made with an older one. One transaction per batch.

    Returns:
        Number of changed profiles, and ids of those whose encrypted number cannot be decrypted.

    Raises:
        NotAllowed: unless the system is the actor.
    """
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed("Keys are rotated from the command line.")
    last: int | None = 0
    count, broken = 0, list[int]()
    while last is not None:
        changed, unreadable, last = _rotate(last)
        count, broken = count + changed, broken + unreadable
    persons = search_keys.refresh_all()
    detail = {"profiles": count, "persons": persons}
    audit.record(by=by, action="people.hashes-rotated", subject="people", detail=detail)
    return count, broken


@transaction.atomic
def _rotate(last: int) -> tuple[int, list[int], int | None]:
    """Process the next batch; return changed count, unreadable ids, and the last id (None at the end)."""
    residents = (
        Resident.objects.select_for_update()
        .filter(pk__gt=last)
        .order_by("pk")
        .only("pk", *COLUMNS, *encrypted_fields.ENCRYPTED_FIELDS)
    )
    rows = list(residents.filter(Q(national_id_sealed__isnull=False) | Q(family_card_sealed__isnull=False))[:BATCH])
    changed, broken = list[Resident](), list[int]()
    for row in rows:
        try:
            if encrypted_fields.rehash(row):
                changed.append(row)
        except DecryptionError:
            broken.append(row.pk)
    Resident.objects.bulk_update(changed, COLUMNS)
    return len(changed), broken, rows[-1].pk if len(rows) == BATCH else None


def rotate(by: Actor) -> Rotated:
    """Rotation of the hashes, for `./kini rotate-keys`."""
    count, unreadable = rotate_hashes(by=by)
    sentence = "The numbers of profile {} were changed or their key is missing; they keep the hash of an older key."
    return Rotated(count, tuple(sentence.format(resident) for resident in unreadable))
