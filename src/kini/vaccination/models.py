"""Models of the room's parts, where Django looks for them."""

from kini.vaccination.doses.models import Dose, DoseDispute, DoseRevision
from kini.vaccination.sites.models import Lot, Session, Shipment, Site, SiteHours, Vial

__all__ = [
    "Dose",
    "DoseDispute",
    "DoseRevision",
    "Lot",
    "Session",
    "Shipment",
    "Site",
    "SiteHours",
    "Vial",
]
