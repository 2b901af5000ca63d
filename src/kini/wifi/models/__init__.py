"""Models of the room's parts, where Django looks for them."""

from kini.wifi.accounting.models import DetailMark, PseudonymKey, SessionReview, SessionRule
from kini.wifi.health.models import Availability, ClosedDay, Health, Outage, Use
from kini.wifi.inventory.models import CODE, MAC, AccessPoint, FaultReport, Site, SiteKind
from kini.wifi.planning.models import Plan, PlannedPoint
from kini.wifi.radius.models import Block, Device, Group, Pass, Voucher

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
