"""Jobs: prepare exports, erase persons."""

from kini.cases.models import Case
from kini.core.actors import system
from kini.core.jobs import job
from kini.privacy import actions
from kini.privacy.request_kind import ERASE, PREPARE

BY = system("privacy")


@job(PREPARE, queue="privacy")
def prepare_export(reference: str) -> None:
    """Prepare the export requested by a case."""
    actions.prepare_export(by=BY, case=Case.objects.get(reference=reference))


@job(ERASE, queue="privacy")
def erase_person(reference: str) -> None:
    """Erase the person who submitted a case."""
    actions.erase_person(by=BY, case=Case.objects.get(reference=reference))
