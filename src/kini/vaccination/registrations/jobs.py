"""Jobs and subscribers of registrations: confirmations, reminders, turns, missed appointments, doses."""

from datetime import timedelta

from django.db.models import Q

from kini.booking.models import EXPECTED_STATES
from kini.booking.queries import day_range
from kini.core import current_time
from kini.core.actors import system
from kini.core.events import subscribe
from kini.core.jobs import periodic
from kini.people import queries as people_queries
from kini.people.events import PersonsMerged
from kini.people.models import Person, PersonMerge
from kini.vaccination.campaigns.campaign_files import campaigns
from kini.vaccination.doses.models import Dose
from kini.vaccination.doses.queries import doses_of
from kini.vaccination.events import DoseChanged, DoseRecorded, PlaceTaken
from kini.vaccination.registrations import actions, next_dose_actions, notifications, queries
from kini.vaccination.registrations.models import Registration
from kini.vaccination.sites import second_doses
from kini.web.formats import today

BY = system("vaccination.registration")
#: Hours after an appointment until it counts as missed.
HOURS_AFTER = 12
#: People of a run; the next run goes on with the others.
MOST = 20_000


@subscribe(PlaceTaken, name="vaccination.confirm_place")
def confirm_place(event: PlaceTaken) -> None:
    """Tell where and when, as long as the appointment is still that one."""
    row = queries.registrations().filter(pk=event.registration, booking__slot=event.slot, state="booked").first()
    if row:
        notifications.tell(notifications.TAKEN, row, str(event.slot))


@subscribe(DoseRecorded, name="vaccination.follow_recorded_dose")
def follow_recorded_dose(event: DoseRecorded) -> None:
    """End the registration for a dose that was given, compute the next one, and keep a second one at the site."""
    dose = Dose.objects.select_related("person__resident", "site").filter(pk=event.dose).first()
    if dose is None:
        return
    campaign = campaigns().get(dose.campaign)
    series = campaign.series_of(dose.vaccine) if campaign else None
    if series and dose.state == "given":
        actions.end_given(by=BY, person=dose.person, campaign=dose.campaign, series=series, number=dose.number)
    _follow(dose.person, dose.campaign, series)


@subscribe(DoseChanged, name="vaccination.follow_changed_dose")
def follow_changed_dose(event: DoseChanged) -> None:
    """Compute the next doses of both persons of a dose that was corrected or moved; nothing is kept after an error."""
    dose = Dose.objects.select_related("person__resident", "site").filter(pk=event.dose).first()
    if dose is None:
        return
    if dose.state != "given":
        second_doses.release(by=BY, first_dose=dose.uuid)
    campaign = campaigns().get(dose.campaign)
    series = campaign.series_of(dose.vaccine) if campaign else None
    for person in Person.objects.filter(pk__in={event.person, dose.person_id}).order_by("pk"):
        _follow(person, dose.campaign, series)


@subscribe(PersonsMerged, name="vaccination.follow_merged_persons")
def follow_merged_persons(event: PersonsMerged) -> None:
    """Compute the next doses of a person whose records were brought together."""
    merge = PersonMerge.objects.select_related("survivor").filter(pk=event.merge).first()
    if merge is None:
        return
    person = people_queries.root_of(merge.survivor)
    doses = doses_of(person).values_list("campaign", "vaccine").distinct().order_by()
    known = {(name, campaigns()[name].series_of(vaccine)) for name, vaccine in doses if name in campaigns()}
    next_dose_actions.follow_doses(by=BY, person=person)
    for campaign, series in sorted((name, series) for name, series in known if series):
        next_dose_actions.keep_next_dose(by=BY, person=person, campaign=campaign, series=series)


def _follow(person: Person, campaign: str, series: str | None) -> None:
    next_dose_actions.follow_doses(by=BY, person=person)
    if series:
        next_dose_actions.keep_next_dose(by=BY, person=person, campaign=campaign, series=series)


@periodic("7 9 * * *", name="vaccination.remind_of_appointments")
def remind_of_appointments() -> None:
    """Remind of the appointments of tomorrow, in the afternoon."""
    start, end = day_range(today() + timedelta(days=1), today() + timedelta(days=1))
    rows = queries.registrations().filter(
        state="booked",
        reminded_at=None,
        booking__state="confirmed",
        booking__slot__starts_at__gte=start,
        booking__slot__starts_at__lt=end,
    )
    for row in rows.order_by("pk")[:MOST]:
        notifications.tell(notifications.TOMORROW, row, str(row.booking_id))
        actions.mark_told(by=BY, rows=Registration.objects.filter(pk=row.pk), field="reminded_at")


@periodic("37 1 * * *", name="vaccination.call_turns")
def call_turns() -> None:
    """Tell those who are registered without an appointment when the rules allow their dose."""
    rows = queries.registrations().filter(
        state="waiting", called_at=None, possible_from__lte=today(), together_with=None
    )
    for row in rows.order_by("possible_from", "pk")[:MOST]:
        eligibility = queries.eligibility_of_registration(row, today())
        if eligibility.may and eligibility.number == row.number:
            notifications.tell(notifications.TURN, row, str(today()))
            actions.mark_told(by=BY, rows=Registration.objects.filter(pk=row.pk), field="called_at")


@periodic("17 */2 * * *", name="vaccination.end_appointments")
def end_appointments() -> None:
    """Let those whose appointment did not take place choose another one, and tell them."""
    over = Q(booking__state__in=(*EXPECTED_STATES, "missed")) & Q(
        booking__slot__ends_at__lte=current_time.now() - timedelta(hours=HOURS_AFTER), booking__arrived_at=None
    )
    gone = Q(booking__state__in=("cancelled", "expired")) | Q(booking=None)
    rows = queries.registrations().filter(over | gone, state="booked", together_with=None)
    for row in rows.order_by("pk")[:MOST]:
        if row.booking:
            notifications.tell(notifications.ABSENT, row, str(row.booking_id))
        actions.end_missed(by=BY, registration=row)
    # Doses that were to be given beside another one, and were not at its visit.
    left = Registration.objects.filter(state="booked", together_with__isnull=False)
    left = left.filter(Q(added_dose=None) | Q(added_dose__ended_because__in=("released", "settled")))
    for row in left.order_by("pk")[:MOST]:
        actions.let_wait(by=BY, registration=row)


@periodic("53 2 * * *", name="vaccination.tell_due_doses")
def tell_due_doses() -> None:
    """Remind of doses that are due soon, and of those that were missed; each once."""
    for row in queries.due_doses()[:MOST]:
        notifications.tell_next(notifications.DUE, row)
        next_dose_actions.mark_told(by=BY, dose=row, field="due_told_at", day=row.due_on)
    for row in queries.missed_doses().filter(missed_told_at=None)[:MOST]:
        notifications.tell_next(notifications.MISSED, row)
        next_dose_actions.mark_told(by=BY, dose=row, field="missed_told_at", day=row.due_on)
