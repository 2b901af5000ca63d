"""Models of the room's parts, where Django looks for them."""

from kini.epidemic.case_records.models import (
    CaseDispute,
    CaseExposure,
    CaseMerge,
    CaseRecord,
    CaseRevision,
    CaseTransfer,
    ClassificationChange,
    HospitalStay,
    LabTest,
)
from kini.epidemic.checkin.models import PendingRecord, Slip, UploadCode, Venue, VenueCount, WarningPackage
from kini.epidemic.imports.models import RegionFigure
from kini.epidemic.prevention.models import AlertSubscription, BedReport, HealthAlert, SelfAssessment
from kini.epidemic.spread.models import PublishedAreas, PublishedDay
from kini.epidemic.surveillance.models import AreaAlert, AreaFigure, Assessment, CountedState, DeclaredLevel
from kini.epidemic.tracing.models import (
    Attendance,
    Contact,
    ContactExposure,
    ContainerCount,
    DailyCheck,
    Gathering,
    HouseVisit,
    LarvaInspection,
    TracingCount,
)

__all__ = [
    "AlertSubscription",
    "AreaAlert",
    "AreaFigure",
    "Assessment",
    "Attendance",
    "BedReport",
    "CaseDispute",
    "CaseExposure",
    "CaseMerge",
    "CaseRecord",
    "CaseRevision",
    "CaseTransfer",
    "ClassificationChange",
    "Contact",
    "ContactExposure",
    "ContainerCount",
    "CountedState",
    "DailyCheck",
    "DeclaredLevel",
    "Gathering",
    "HealthAlert",
    "HospitalStay",
    "HouseVisit",
    "LabTest",
    "LarvaInspection",
    "PendingRecord",
    "PublishedAreas",
    "PublishedDay",
    "RegionFigure",
    "SelfAssessment",
    "Slip",
    "TracingCount",
    "UploadCode",
    "Venue",
    "VenueCount",
    "WarningPackage",
]
