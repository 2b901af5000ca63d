"""Registration of health status: check of the pack, check at entrances."""

from kini.city.public import pack_checks
from kini.epidemic.public import checkin_queries
from kini.vaccination.status import queries
from kini.vaccination.status.status_file import check_status


def register() -> None:
    """Register everything; called once at start."""
    pack_checks.register("health-status", check_status)
    checkin_queries.entry_checks.register("health-status", queries.is_refused)
    checkin_queries.venue_checks.register("health-status", queries.refused_kinds)
