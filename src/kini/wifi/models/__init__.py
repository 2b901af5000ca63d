"""Tables of the network, and of what was measured there."""

from kini.wifi.models.measured import Availability, ClosedDay, Health, Outage, Use
from kini.wifi.models.network import (
    CODE,
    MAC,
    AccessPoint,
    Block,
    DetailMark,
    Device,
    FaultReport,
    Group,
    Pass,
    PseudonymKey,
    SessionReview,
    SessionRule,
    Site,
    SiteKind,
    Voucher,
)
from kini.wifi.where.models import Plan, PlannedPoint

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
