"""Models of the room's parts, where Django looks for them."""

from kini.vaccination.certificates.models import Certificate, VerifierList
from kini.vaccination.doses.models import Dose, DoseDispute, DoseRevision
from kini.vaccination.sites.models import Lot, SecondDose, Session, Shipment, Site, SiteHours, StandbyRequest, Vial

__all__ = [
    "Certificate",
    "Dose",
    "DoseDispute",
    "DoseRevision",
    "Lot",
    "SecondDose",
    "Session",
    "Shipment",
    "Site",
    "SiteHours",
    "StandbyRequest",
    "VerifierList",
    "Vial",
]
