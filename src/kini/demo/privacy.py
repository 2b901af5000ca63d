"""Demo privacy requests: a finished export, and a deletion that can still be withdrawn."""

from datetime import timedelta

from kini.cases.models import Case
from kini.core import current_time
from kini.core.actors import system
from kini.demo.cases import create_application
from kini.demo.people import DemoPeople
from kini.privacy import actions
from kini.services.models import Service

BY = system("demo")


def create_privacy_requests(cast: DemoPeople) -> list[Case]:
    """Create an export of the first resident and a deletion of the last; none if the pack has no privacy services."""
    found = Service.objects.filter(active=True, kind="privacy").select_related("current").in_bulk()
    if not found or not cast.residents:
        return []
    (by, resident), (leaving, other) = cast.residents[0], cast.residents[-1]
    copy = create_application(by, resident, found["privacy-export"], "web", 0, current_time.now() - timedelta(hours=1))
    actions.prepare_export(by=BY, case=copy)
    return [copy, create_application(leaving, other, found["privacy-deletion"], "web", 0, current_time.now())]
