"""Registration of the room with the registries of the house."""

from kini.exchange.public import destinations
from kini.people.public import identifier_types, register_permissions
from kini.satusehat import jobs, retention
from kini.satusehat.destination import DESTINATION, SatusehatDestination
from kini.satusehat.patients import IHS_NUMBER, IHS_TYPE
from kini.satusehat.permissions import SatusehatPermission


def register() -> None:
    """Register everything that other rooms look up."""
    assert jobs
    register_permissions(SatusehatPermission)
    identifier_types.register(IHS_NUMBER, IHS_TYPE)
    destinations.register(DESTINATION, SatusehatDestination())
    retention.register()
