"""With what writes of this room begin: whose they are, in turn, of the group and the device that are named."""

from django.db import connection
from django.utils.translation import gettext as _

from kini.core.actors import Actor, ActorKind, NotAllowed, Refused
from kini.core.crypto import permanent_hash
from kini.wifi import rules
from kini.wifi.admission import DEVICE
from kini.wifi.models import Group


def only_program(by: Actor) -> None:
    """Let nobody write but the program and its commands.

    Raises:
        NotAllowed: for a person.
    """
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed("The network is run by the operator's commands alone.")


def in_turn(subject: str) -> None:
    """Wait until nobody else changes that, and keep it until the transaction ends: what was read still holds then."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [subject])


def group_called(name: str) -> Group:
    """The group of wifi.yaml with that name.

    Raises:
        Refused: when there is none.
    """
    found = Group.objects.filter(pk=name, active=True).first()
    if found is None:
        known = ", ".join(Group.objects.filter(active=True).order_by("pk").values_list("pk", flat=True))
        raise Refused(_("There is no group “%(name)s”; there are: %(known)s") % {"name": name, "known": known or "-"})
    return found


def mark_of(mac: str) -> bytes:
    """By which a device is known.

    Raises:
        Refused: when it is no MAC address.
    """
    try:
        return permanent_hash(rules.mac(mac), DEVICE)
    except ValueError as fault:
        raise Refused(str(fault)) from None
