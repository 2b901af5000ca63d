"""Key rotation: re-encrypt data that an older key encrypted."""

from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from django.db.models import Q

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.people import encrypted_fields, mfa, sessions
from kini.people.models import Resident, Session

BATCH = 500


@action
def rotate_keys(*, by: Actor) -> int:
    """Re-encrypt identity numbers, sessions and second factors' secrets with the first key of the ring, in batches.

    Returns:
        Number of re-encrypted profiles.

    Raises:
        NotAllowed: unless the system is the actor.
    """
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed("Keys are rotated from the command line.")
    profiles = sum(_reseal(residents) for residents in _batches())
    for row in Session.objects.select_for_update().iterator(BATCH):
        sessions.reencrypt_session(row)
    secrets = sum(mfa.reencrypt_secret(each) for each in Authenticator.objects.select_for_update().iterator(BATCH))
    audit.record(
        by=by, action="people.keys-rotated", subject="people", detail={"profiles": profiles, "secrets": secrets}
    )
    return profiles


def _batches() -> Iterator[list[Resident]]:
    """Yield batches of locked residents with encrypted numbers, by id."""
    sealed = Resident.objects.select_for_update().order_by("pk")
    sealed = sealed.filter(Q(national_id_sealed__isnull=False) | Q(family_card_sealed__isnull=False))
    last = 0
    while batch := list(sealed.filter(pk__gt=last)[:BATCH]):
        yield batch
        last = batch[-1].pk


def _reseal(residents: list[Resident]) -> int:
    changed = [resident for resident in residents if encrypted_fields.reencrypt(resident)]
    Resident.objects.bulk_update(changed, encrypted_fields.ENCRYPTED_FIELDS)
    return len(changed)
