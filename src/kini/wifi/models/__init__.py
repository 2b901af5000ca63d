"""Models of the room's parts, where Django looks for them."""

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
