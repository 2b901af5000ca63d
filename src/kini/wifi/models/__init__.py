"""Tables of the network, of who comes in, of their sessions, of what was measured, and of plans of new points."""

from kini.wifi.models.admission import Block, Device, Group, Pass, Voucher
from kini.wifi.models.measured import Availability, ClosedDay, Health, Outage, Use
from kini.wifi.models.network import CODE, MAC, AccessPoint, FaultReport, Site, SiteKind
from kini.wifi.models.plans import Plan, PlannedPoint
from kini.wifi.models.sessions import DetailMark, PseudonymKey, SessionReview, SessionRule

__all__ = [
    "CODE",
    "MAC",
    "AccessPoint",
    "Availability",
    "Block",
    "ClosedDay",
    "DetailMark",
    "Device",
    "FaultReport",
    "Group",
    "Health",
    "Outage",
    "Pass",
    "Plan",
    "PlannedPoint",
    "PseudonymKey",
    "SessionReview",
    "SessionRule",
    "Site",
    "SiteKind",
    "Use",
    "Voucher",
]
