"""Subscribers and jobs of the room."""

from datetime import date, timedelta

from django.db.models import Exists, OuterRef

from kini.core.actors import system
from kini.core.events import subscribe
from kini.core.jobs import job, periodic
from kini.epidemic.events import CaseClassified, ResultRecorded
from kini.epidemic.models import CaseRecord, LabTest
from kini.exchange.public import TemporaryFailure
from kini.records import queries as record_queries
from kini.satusehat import actions
from kini.satusehat.comparison import compare
from kini.satusehat.fresh_doses import FRESH, due_by_night
from kini.satusehat.models import NationalRecord, PullRequest
from kini.satusehat.pulling import pull_person
from kini.satusehat.refused_records import Problem
from kini.satusehat.rules import TO_DECIDE, Verdict
from kini.satusehat.satusehat_client import Refused, clients
from kini.satusehat.sent_illness import OWN_SOURCES
from kini.vaccination.events import AdverseEventRecorded, DoseChanged, DoseRecorded
from kini.vaccination.models import AdverseEvent, Dose
from kini.web.formats import today

BY = system("satusehat.queue")


def _is_own(event: DoseRecorded) -> bool:
    return event.source == "site"


@subscribe(DoseRecorded, name="satusehat.queue_dose", only=_is_own)
def queue_dose(event: DoseRecorded) -> None:
    """Queue a dose that was recorded at a site of the city."""
    _queue(event.dose)


@subscribe(DoseChanged, name="satusehat.queue_correction")
def queue_correction(event: DoseChanged) -> None:
    """Queue the correction of a dose of a site of the city."""
    _queue(event.dose)


@subscribe(AdverseEventRecorded, name="satusehat.queue_adverse_event")
def queue_adverse_event(event: AdverseEventRecorded) -> None:
    """Queue the dose of an adverse event again, with the event."""
    recorded = AdverseEvent.objects.filter(pk=event.event).first()
    if recorded:
        _queue(recorded.dose_id, with_event=recorded.reference)


def _is_of_this_city(event: ResultRecorded | CaseClassified) -> bool:
    return event.source in OWN_SOURCES


@subscribe(ResultRecorded, name="satusehat.queue_result", only=_is_of_this_city)
def queue_result(event: ResultRecorded) -> None:
    """Queue a laboratory result that was recorded in this city, or its correction."""
    test = LabTest.objects.filter(pk=event.test).first()
    if test:
        actions.queue_illness(by=BY, record=test, version=f"{len(test.corrections)}:{test.result}")


@subscribe(CaseClassified, name="satusehat.queue_case", only=_is_of_this_city)
def queue_case(event: CaseClassified) -> None:
    """Queue a case record of this city when its classification changes."""
    case = CaseRecord.objects.filter(pk=event.case).first()
    if case:
        actions.queue_illness(by=BY, record=case, version=str(case.version))


def _queue(dose_id: int, with_event: str = "") -> None:
    dose = Dose.objects.filter(pk=dose_id).first()
    if dose:
        version = f"{dose.version}:{with_event}" if with_event else str(dose.version)
        actions.queue_dose(by=BY, dose=dose, version=version)


@job(actions.PULL_JOB, queue="exchange")
def pull(request: int) -> None:
    """Pull the doses of a person who asked for it, if they still agree; a failure of the other side is tried again."""
    asked = PullRequest.objects.select_related("person__resident").filter(pk=request, outcome="").first()
    configured = clients()
    if asked is None or not configured:
        return
    if not record_queries.is_consent_in_force(asked.person.resident.pk, actions.PULL_CONSENT):
        actions.record_pull(by=BY, request=asked, problems=[Problem(code="no-consent")])
        return
    try:
        counts = pull_person(configured[0], asked.person)
    except Refused as refusal:
        actions.record_pull(by=BY, request=asked, problems=refusal.problems)
        return
    to_decide = sum(counts.get(each, 0) for each in TO_DECIDE)
    actions.record_pull(by=BY, request=asked, added=counts.get(Verdict.NEW, 0), to_decide=to_decide)


@periodic("20 19 * * *", name="satusehat.pull_by_night")
def pull_by_night() -> None:
    """Pull the doses of persons who agreed, whose appointment is near or whose last pull is old."""
    if clients():
        for person in due_by_night():
            actions.refresh_pull(by=BY, person=person, older_than=FRESH)


@periodic("40 20 * * *", name="satusehat.compare_yesterday")
def compare_yesterday() -> None:
    """Compare the doses of yesterday with SATUSEHAT, at night in Indonesia."""
    for client in clients():
        try:
            compare(client, today() - timedelta(days=1))
        except (TemporaryFailure, Refused):
            continue  # the health check names a comparison that is missing


@periodic("10 20 * * *", name="satusehat.queue_changed_cases")
def queue_changed_cases() -> None:
    """Queue case records whose outcome or symptoms changed since they were sent."""
    sent = NationalRecord.objects.filter(record_type="case", record_id=OuterRef("pk"))
    for case in CaseRecord.objects.filter(Exists(sent.filter(sent_at__lt=OuterRef("updated_at")))).order_by("pk"):
        actions.queue_illness(by=BY, record=case, version=str(case.version))


@job("satusehat.compare_day", queue="exchange")
def compare_day(organization: str, day: str) -> None:
    """Compare the doses of a day, as an officer asked."""
    for client in clients():
        if client.organization == organization:
            compare(client, date.fromisoformat(day))
