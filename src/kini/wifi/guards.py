"""Guards of the room's actions: system-only check, advisory lock, lookup of group and device."""

from django.db import connection
from django.utils.translation import gettext as _

from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed
from kini.core.crypto import permanent_hash
from kini.wifi import rules
from kini.wifi.models import Group
from kini.wifi.radius.authorization import DEVICE


def require_system(by: Actor) -> None:
    """Allow commands and jobs only.

    Raises:
        NotAllowed: if the actor is a person.
    """
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed("The network is run by the operator's commands alone.")


def lock_for_transaction(subject: str) -> None:
    """Take an advisory lock until the transaction ends, so that what was read stays true."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [subject])


def find_group(name: str) -> Group:
    """Return the group with that id.

    Raises:
        Refused: if there is none.
    """
    found = Group.objects.filter(pk=name, active=True).first()
    if found is None:
        known = ", ".join(Group.objects.filter(active=True).order_by("pk").values_list("pk", flat=True))
        raise ActionRefused(
            _("There is no group “%(name)s”; there are: %(known)s") % {"name": name, "known": known or "-"}
        )
    return found


def device_hash(mac: str) -> bytes:
    """Return the keyed hash of a device.

    Raises:
        Refused: if `mac` is not a MAC address.
    """
    try:
        return permanent_hash(rules.normalize_mac(mac), DEVICE)
    except ValueError as fault:
        raise ActionRefused(str(fault)) from None
