"""Jobs: upload codes after positive results, mixing of what waits, hourly packages."""

from kini.core.actors import ActionRefused, system
from kini.core.events import subscribe
from kini.core.jobs import periodic
from kini.epidemic.case_records.models import LabTest
from kini.epidemic.checkin import actions, notifications, queries
from kini.epidemic.checkin.models import PendingRecord
from kini.epidemic.events import PositiveResult

BY = system("check-in")


@subscribe(PositiveResult, name="epidemic.send_upload_code")
def send_upload_code(event: PositiveResult) -> None:
    """Send a person with a positive result the code with which visitors of the same venues can be warned."""
    if event.disease not in queries.diseases_with_venues():
        return
    test = LabTest.objects.select_related("case", "person__resident__user").get(pk=event.test)
    if not notifications.is_reachable(test.person):
        return  # a health worker prints a slip
    try:
        notifications.send_code(test, actions.issue_upload_code(by=BY, test=test))
    except ActionRefused:
        return  # the result was corrected, or the code was used


@periodic("*/10 * * * *", name="epidemic.mix_and_publish")
def mix_and_publish() -> None:
    """Publish packages of the hours that have begun, and rewrite the other records in random order."""
    actions.publish_packages(by=BY)
    if PendingRecord.objects.exists():
        actions.rewrite_pending(by=BY)
