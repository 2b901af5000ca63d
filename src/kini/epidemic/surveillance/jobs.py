"""Scheduled work: count case records every hour."""

from kini.core.jobs import periodic
from kini.epidemic.surveillance import case_changes
from kini.web.formats import today


@periodic("23 * * * *", name="epidemic.count_cases")
def count_cases() -> None:
    """Bring the data set of counted cases up to the case records."""
    case_changes.refresh(today())
