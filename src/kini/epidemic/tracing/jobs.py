"""Jobs and subscribers of tracing: daily questions, ends by rule, red flags, contacts who become cases."""

from kini.core.actors import system
from kini.core.events import subscribe
from kini.core.jobs import periodic
from kini.epidemic.case_records.models import CaseRecord, LabTest
from kini.epidemic.events import CaseClassified
from kini.epidemic.tracing import actions, notifications, queries
from kini.epidemic.tracing.events import RedFlagReported
from kini.epidemic.tracing.models import Contact, ContactStatus, DailyCheck, FollowUp
from kini.epidemic.tracing.tracing_indicators import TRACED
from kini.people import queries as people_queries
from kini.people.events import PersonsMerged, PersonsSeparated
from kini.people.models import PersonMerge
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
    _convert_contacts(people_queries.person_tree(case.person_id))
    actions.open_inspection(by=BY, case=case)


@subscribe(PersonsMerged, name="epidemic.convert_merged_contacts")
def convert_merged_contacts(event: PersonsMerged) -> None:
    """Let contacts become the cases of the person with whom they were brought together."""
    if merge := PersonMerge.objects.filter(pk=event.merge).first():
        _convert_contacts(people_queries.person_tree(merge.survivor_id))


@subscribe(PersonsSeparated, name="epidemic.follow_separated_contacts")
def follow_separated_contacts(event: PersonsSeparated) -> None:
    """Follow contacts again whose case is of the other person of a merge that was undone."""
    merge = PersonMerge.objects.filter(pk=event.merge).first()
    if merge is None:
        return
    persons = {*people_queries.person_tree(merge.survivor_id), *people_queries.person_tree(merge.absorbed_id)}
    for contact in Contact.objects.filter(person__in=persons, status=ContactStatus.CONVERTED).order_by("pk"):
        actions.follow_again(by=BY, contact=contact)


def _convert_contacts(persons: list[int]) -> None:
    contacts = Contact.objects.filter(person__in=persons, status=ContactStatus.ACTIVE)
    for contact in contacts.order_by("pk"):
        if case := queries.case_of_contact(contact):
            actions.convert_contact(by=BY, contact=contact, case=case)
