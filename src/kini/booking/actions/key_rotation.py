"""Key rotation for the sealed requests of bookings without a case."""

from kini.booking import allocation
from kini.booking.models import Booking
from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.core.crypto import decrypt, encrypt, needs_rotation

BATCH = 500


@action
def rotate_keys(*, by: Actor) -> int:
    """Re-encrypt every request with the first key of the ring. Returns the number that had an older key.

    Raises:
        NotAllowed: for anybody but the system.
    """
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed("Keys are rotated from the command line.")
    sealed = Booking.objects.select_for_update().filter(request__isnull=False).only("reference", "request")
    changed = [booking for booking in sealed.iterator(BATCH) if _reseal(booking)]
    Booking.objects.bulk_update(changed, ["request"], batch_size=BATCH)
    audit.record(by=by, action="booking.keys-rotated", subject="bookings", detail={"count": len(changed)})
    return len(changed)


def _reseal(booking: Booking) -> bool:
    if booking.request is None or not needs_rotation(booking.request):
        return False
    context = allocation.request_context(booking.reference)
    booking.request = encrypt(decrypt(booking.request, context), context)
    return True
