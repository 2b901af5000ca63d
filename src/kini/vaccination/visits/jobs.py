"""Jobs and subscribers of visits: questions after a dose, serious events, doses that moved to the right person."""

from kini.core.events import subscribe
from kini.core.jobs import periodic
from kini.vaccination.doses.models import Dose, DoseDispute
from kini.vaccination.events import AdverseEventRecorded, DisputeDecided, DoseChanged
from kini.vaccination.visits import notifications, rules
from kini.vaccination.visits.models import AdverseEvent, FollowUp, Visit
from kini.web.formats import today


@periodic("11 2 * * *", name="vaccination.ask_after_doses")
def ask_after_doses() -> None:
    """Ask everybody whose day has come how they are, in the morning."""
    due = FollowUp.objects.filter(asked_at=None, due_on__lte=today())
    for follow_up in due.select_related("dose__person__resident__user", "dose__site").order_by("pk").iterator():
        notifications.ask(follow_up)


@subscribe(AdverseEventRecorded, name="vaccination.alert_reviewers")
def alert_reviewers(event: AdverseEventRecorded) -> None:
    """Alert the health agency of a serious event."""
    row = AdverseEvent.objects.select_related("dose").filter(pk=event.event, severity__in=rules.SERIOUS).first()
    if row:
        notifications.alert_reviewers(row)


@subscribe(DisputeDecided, name="vaccination.answer_dispute")
def answer_dispute(event: DisputeDecided) -> None:
    """Tell who disputed a dose what was decided."""
    filed = DoseDispute.objects.select_related("dose", "filed_by").filter(pk=event.dispute).first()
    if filed:
        notifications.answer_dispute(filed)


@subscribe(DoseChanged, name="vaccination.move_visit")
def move_visit(event: DoseChanged) -> None:
    """Let the visit of a dose follow it to the right person, and tell them."""
    dose = Dose.objects.select_related("person__resident__user", "site").filter(pk=event.dose).first()
    if dose is None or dose.person_id == event.person:
        return
    Visit.objects.filter(dose=dose).exclude(person=dose.person_id).update(person=dose.person_id)
    if dose.state == "given":
        notifications.tell_right_person(dose)
