"""Models of the room's parts, where Django looks for them."""

from kini.epidemic.case_records.models import (
    CaseExposure,
    CaseRecord,
    ClassificationChange,
    HospitalStay,
    LabTest,
)
from kini.epidemic.imports.models import RegionFigure
from kini.epidemic.prevention.models import SelfAssessment
from kini.epidemic.surveillance.models import AreaAlert, AreaFigure, Assessment, CountedState, DeclaredLevel

__all__ = [
    "AreaAlert",
    "AreaFigure",
    "Assessment",
    "CaseExposure",
    "CaseRecord",
    "ClassificationChange",
    "CountedState",
    "DeclaredLevel",
    "HospitalStay",
    "LabTest",
    "RegionFigure",
    "SelfAssessment",
]
