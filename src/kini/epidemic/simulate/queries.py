"""Reads of the made-up wave."""

from kini.epidemic.case_records.models import CaseRecord
from kini.epidemic.simulate.wave_records import SOURCE


def has_wave() -> bool:
    """Tell if made-up cases are stored."""
    return CaseRecord.objects.filter(source=SOURCE).exists()
