"""Models of the room's parts, where Django looks for them."""

from kini.vaccination.certificates.models import Certificate, VerifierList
from kini.vaccination.doses.models import Dose, DoseDispute, DoseRevision
from kini.vaccination.registrations.models import NextDose, Registration
from kini.vaccination.sites.models import (
    AddedDose,
    Lot,
    SecondDose,
    Session,
    Shipment,
    Site,
    SiteHours,
    StandbyRequest,
    Vial,
)
from kini.vaccination.visits.models import AdverseEvent, FollowUp, PhoneConflict, Visit

__all__ = [
    "AddedDose",
    "AdverseEvent",
    "Certificate",
    "Dose",
    "DoseDispute",
    "DoseRevision",
    "FollowUp",
    "Lot",
    "NextDose",
    "PhoneConflict",
    "Registration",
    "SecondDose",
    "Session",
    "Shipment",
    "Site",
    "SiteHours",
    "StandbyRequest",
    "VerifierList",
    "Vial",
    "Visit",
]
