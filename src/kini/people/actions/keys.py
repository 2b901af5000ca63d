"""Keys are replaced: what an older one sealed is sealed anew."""

from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from django.db.models import Q

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.people import sealing, second_step, sessions
from kini.people.models import Resident, Session

BATCH = 500


@action
def rotate_keys(*, by: Actor) -> int:
    """Seal every identity number and every second step's secret with the first key of the ring.

    Rows are read and written in batches. Gives how many profiles were sealed anew.

    Raises:
        NotAllowed: when anybody but the program asks.
    """
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed("Keys are rotated from the command line.")
    profiles = sum(_reseal(residents) for residents in _batches())
    for row in Session.objects.select_for_update().iterator(BATCH):
        sessions.reseal(row)
    secrets = sum(second_step.reseal(each) for each in Authenticator.objects.select_for_update().iterator(BATCH))
    audit.record(
        by=by, action="people.keys-rotated", subject="people", detail={"profiles": profiles, "secrets": secrets}
    )
    return profiles


def _batches() -> Iterator[list[Resident]]:
    """Residents with something sealed, locked, in the order of their ids."""
    sealed = Resident.objects.select_for_update().order_by("pk")
    sealed = sealed.filter(Q(national_id_sealed__isnull=False) | Q(family_card_sealed__isnull=False))
    last = 0
    while batch := list(sealed.filter(pk__gt=last)[:BATCH]):
        yield batch
        last = batch[-1].pk


def _reseal(residents: list[Resident]) -> int:
    changed = [resident for resident in residents if sealing.reseal(resident)]
    Resident.objects.bulk_update(changed, sealing.SEALED_FIELDS)
    return len(changed)
