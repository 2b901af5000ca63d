"""Jobs and subscribers of tracing: daily questions, ends by rule, red flags, contacts who become cases."""

from kini.core.actors import system
from kini.core.events import subscribe
from kini.core.jobs import periodic
from kini.epidemic.case_records.models import CaseRecord, LabTest
from kini.epidemic.events import CaseClassified
from kini.epidemic.tracing import actions, notifications
from kini.epidemic.tracing.events import RedFlagReported
from kini.epidemic.tracing.models import Contact, ContactStatus, DailyCheck, FollowUp
from kini.epidemic.tracing.tracing_indicators import TRACED
from kini.people import queries as people_queries
from kini.web.formats import today

BY = system("epidemic.tracing")


@periodic("23 17 * * *", name="epidemic.close_follow_ups")
def close_follow_ups() -> None:
    """End quarantines by test results, and the follow-ups whose last day is over, after midnight in the city."""
    end_quarantines()
    while actions.close_due(by=BY, day=today()):
        pass


def end_quarantines() -> None:
    """End the quarantine of each contact whom a result of a test releases."""
    contacts = Contact.objects.filter(follow_up=FollowUp.UNDER, quarantine_until__gt=today())
    waiting = {(each.person_id, each.disease): each for each in contacts}
    persons = {person for person, _disease in waiting}
    for test in LabTest.objects.filter(person__in=persons).exclude(result="").order_by("specimen_on", "pk"):
        if contact := waiting.get((test.person_id, test.disease)):
            actions.end_quarantine_by_test(by=BY, contact=contact, test=test)


@periodic("31 0 * * *", name="epidemic.ask_contacts")
def ask_contacts() -> None:
    """Ask each contact under follow-up how they are, in the morning; those whom no message reaches are called."""
    contacts = Contact.objects.filter(follow_up=FollowUp.UNDER, follow_up_until__gte=today())
    for contact in contacts.select_related("person__resident__user", "unit", "agency").order_by("pk").iterator():
        notifications.ask(contact)


@subscribe(RedFlagReported, name="epidemic.alert_tracers")
def alert_tracers(event: RedFlagReported) -> None:
    """Alert the tracers of the contact's area."""
    check = DailyCheck.objects.select_related("contact").filter(pk=event.check).first()
    if check:
        notifications.alert_tracers(check.contact, check.pk)


@subscribe(CaseClassified, name="epidemic.trace_case", only=lambda event: event.classification in TRACED)
def trace_case(event: CaseClassified) -> None:
    """Let the contacts of the same person become the case, and open the inspection around a case of a vector."""
    case = CaseRecord.objects.select_related("area").filter(pk=event.case).first()
    if case is None:
        return
    persons = people_queries.person_tree(case.person_id)
    begin = case.onset_on or case.specimen_on or case.reported_on
    contacts = Contact.objects.filter(
        person__in=persons,
        disease=case.disease,
        status=ContactStatus.ACTIVE,
        first_exposure_on__lte=begin,
        follow_up_until__gte=begin,
    )
    for contact in contacts.order_by("pk"):
        actions.convert_contact(by=BY, contact=contact, case=case)
    actions.open_inspection(by=BY, case=case)
