"""Models of the room's parts, where Django looks for them."""

from kini.wifi.accounting.models import DetailMark, PseudonymKey
from kini.wifi.health.models import Availability, FaultReport, Health, Outage
from kini.wifi.inventory.models import CODE, MAC, AccessPoint, Site, SiteKind
from kini.wifi.planning.models import Plan, PlannedPoint
from kini.wifi.radius.models import Block, Device, Group, Pass, SessionReview, SessionRule, Voucher
from kini.wifi.usage.models import ClosedDay, Use

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
