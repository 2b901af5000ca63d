"""Actions that record a visit: arrival, comparison, screening, dose with its stock, and the end."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from kini.booking.models import EXPECTED_STATES, Booking
from kini.booking.public import check_in, finish_booking
from kini.core import audit, current_time, references
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed, system
from kini.core.dated_rules import require_rule_in_force
from kini.people import queries as people_queries
from kini.people.models import Person
from kini.vaccination.campaigns.campaign_files import campaign_of, vaccine_name, vaccine_of
from kini.vaccination.campaigns.eligibility import Eligibility
from kini.vaccination.campaigns.schema import Campaign
from kini.vaccination.campaigns.screening_schema import ScreeningResult
from kini.vaccination.doses import actions as dose_actions
from kini.vaccination.doses import queries as dose_queries
from kini.vaccination.doses.actions import NewDose
from kini.vaccination.doses.models import Dose
from kini.vaccination.doses.record_access import require_may_vaccinate
from kini.vaccination.registrations import together_actions
from kini.vaccination.registrations.together_actions import NotGiven
from kini.vaccination.sites import added_doses, appointments, standby, stock
from kini.vaccination.sites.models import Lot, Site
from kini.vaccination.visits import arrivals, queries, rules, safety_checks
from kini.vaccination.visits.entries import VisitEntry
from kini.vaccination.visits.models import AdverseEvent, FollowUp, Visit
from kini.vaccination.visits.refusals import IDENTITY, INVALID, LOT, RECORDED, SCREENING, VisitRefused
from kini.web.formats import city_time, today

BY = system("vaccination.visits")


@action
def record_visit(
    *, by: Actor, site: Site, entry: VisitEntry, happened: bool = False, person: Person | None = None
) -> Visit:
    """Record a visit as far as it has come. The same entry twice changes nothing.

    Args:
        person: whom a walk-in was found to be, by comparing a record with the card.
        happened: somebody decided that it is recorded as it was, also against the rules and the stock.

    Raises:
        NotAllowed: unless the actor vaccinates at the site.
        VisitRefused: with a code and what to do.
    """
    require_may_vaccinate(by, site)
    visit, new = _record(by, site, entry, happened, person)
    if new and not entry.more_follow:
        _end_appointment(by, visit.part_of or visit)
    return visit


@action
def record_doses(*, by: Actor, site: Site, entries: Sequence[VisitEntry]) -> Visit:
    """Record all doses of a visit at once, given or not: the first entry is of the visit, the others are parts of it.

    Raises:
        NotAllowed: unless the actor vaccinates at the site.
        VisitRefused: with the vaccine, a code and what to do; nothing is recorded then.
    """
    require_may_vaccinate(by, site)
    recorded = []
    for entry in entries:
        try:
            recorded.append(_record(by, site, entry, False, None))
        except VisitRefused as refusal:
            name = f"{vaccine_name(entry.vaccine)}: " if len(entries) > 1 and entry.vaccine else ""
            raise VisitRefused(refusal.code, f"{name}{refusal}") from None
    visit = recorded[0][0]
    if any(new for _visit, new in recorded):
        _end_appointment(by, visit)
    return visit


def _record(by: Actor, site: Site, entry: VisitEntry, happened: bool, person: Person | None) -> tuple[Visit, bool]:
    """Record an entry. Return its visit, and whether it has its outcome since now."""
    _lock(entry.uuid)
    visit = _known(entry, site)
    if visit and visit.outcome:
        return visit, False
    visit = visit or _arrived(by, site, entry, happened, person)
    if not entry.outcome:
        return visit, False
    # Two who record the same person wait for each other here. Their visits refer to the person already: without
    # `no_key` each would wait for the other's.
    root = people_queries.root_of(visit.person)
    person = Person.objects.select_for_update(no_key=True, of=("self",)).get(pk=root.pk)
    finish = _give if entry.outcome == "given" else _not_done
    finish(by, visit, person, entry, happened)
    return visit, True


def _end_appointment(by: Actor, visit: Visit) -> None:
    """End the appointment of a visit: doses that were set aside and not given are free at once, for who waits."""
    if visit.booking is None:
        return
    booking, campaign = Booking.objects.get(pk=visit.booking.pk), campaign_of(visit.campaign)
    visits = [visit, *visit.parts.select_related("dose")]
    given = {each.dose.vaccine for each in visits if each.dose and each.outcome == "given"}
    refused = {
        str(campaign.series_of(each.dose.vaccine)): NotGiven(each.come_again_on, each.result == ScreeningResult.REFUSE)
        for each in visits
        if each.dose and each.outcome == "not-done"
    }
    if booking.state in EXPECTED_STATES:
        finish_booking(by=BY, booking=booking, used=True)
    session = appointments.session_of(booking)
    freed = bool(session and session.vaccine not in given and stock.give_back(by=by, site=visit.site, booking=booking))
    freed |= booking.added_doses.filter(ended_at=None).exists()
    series = {str(campaign.series_of(vaccine)) for vaccine in given}
    together_actions.end_appointment(by=BY, booking=booking, given=series, refused=refused)
    for added in booking.added_doses.filter(ended_at=None):
        added_doses.release(by=BY, added=added)
    if freed:
        standby.call_next(by=BY, site=visit.site)


@action
def end_visit(*, by: Actor, visit: Visit, at: datetime | None = None) -> Visit:
    """Record that somebody went: after the observation, or before a dose.

    Raises:
        NotAllowed: unless the actor vaccinates at the site.
    """
    require_may_vaccinate(by, visit.site)
    visit = Visit.objects.select_for_update(of=("self",)).select_related("site").get(pk=visit.pk)
    if visit.ended_at is None:
        now = current_time.now()
        visit.ended_at, visit.outcome = max(visit.came_at, min(at or now, now)), visit.outcome or "left"
        visit.save(update_fields=["ended_at", "outcome"])
        visit.parts.filter(ended_at=None).update(ended_at=visit.ended_at)
        audit.record(by=by, action="vaccination.visit-ended", subject=f"visit:{visit.uuid}")
    return visit


def _lock(uuid: UUID) -> None:
    """Let transmissions of one entry wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"vaccination visit {uuid}"])


def _known(entry: VisitEntry, site: Site) -> Visit | None:
    rows = Visit.objects.select_for_update(of=("self",)).select_related(
        "person", "booking__vaccination_registration", "site", "dose"
    )
    visit = rows.filter(uuid=entry.uuid).first() or rows.filter(dose__uuid=entry.uuid).first()
    if visit and visit.site_id != site.pk:
        raise NotAllowed(_("You do not work at this site. Ask its head to add you."))
    return visit


def _arrived(by: Actor, site: Site, entry: VisitEntry, happened: bool, person: Person | None) -> Visit:
    booking = None
    try:
        campaign_of(entry.campaign)
    except LookupError as unknown:
        raise VisitRefused(INVALID, str(unknown)) from None
    day = city_time(entry.at_most(current_time.now())).date()
    if entry.booking:
        booking = arrivals.booking_at(site, entry.booking)
        person = queries.person_of(booking)
    elif entry.walk_in and person is None:
        person = arrivals.person_of(by, entry.walk_in)
    elif entry.walk_in and person:
        arrivals.add_number(by, person, entry.walk_in)
    if entry.part_of:
        return _part(by, site, entry, entry.part_of)
    if person is None:
        raise VisitRefused(INVALID, _("Choose an appointment, or write the name from the card."))
    if waiting := queries.waiting(site).filter(queries.whose(person), campaign=entry.campaign).first():
        return waiting
    booking = booking or arrivals.appointment_of(person, site, entry.campaign, day)
    if booking:
        earlier = Visit.objects.filter(booking=booking).first()
        if earlier and not earlier.outcome:
            return earlier
        if earlier or not happened:
            arrivals.require_expected(booking, day)
        booking = None if earlier else _checked_in(booking)
    visit = Visit.objects.create(
        uuid=entry.uuid,
        site=site,
        person=person,
        booking=booking,
        campaign=entry.campaign,
        came_at=entry.at_most(current_time.now()),
        recorded_by_id=by.user_id,
    )
    visit.refresh_from_db(fields=["person"])
    audit.record(by=by, action="vaccination.visit-began", subject=f"visit:{visit.uuid}", detail={"site": site.pk})
    return visit


def _part(by: Actor, site: Site, entry: VisitEntry, part_of: UUID) -> Visit:
    """Return the visit of a further dose: with the arrival of the one that it is part of."""
    named = Q(uuid=part_of) | Q(dose__uuid=part_of)  # of who was checked in at the desk the phone knows the dose alone
    whole = Visit.objects.filter(named, site=site, part_of=None).select_related("person", "booking").first()
    if whole is None:
        raise VisitRefused(INVALID, _("Choose an appointment, or write the name from the card."))
    return Visit.objects.create(
        uuid=entry.uuid,
        site=site,
        person=whole.person,
        part_of=whole,
        campaign=whole.campaign,
        came_at=whole.came_at,
        recorded_by_id=by.user_id,
    )


def _booking_of(visit: Visit) -> Booking | None:
    return visit.part_of.booking if visit.part_of else visit.booking


def _checked_in(booking: Booking) -> Booking:
    """Check in who comes today; what a phone sends later is finished with its dose."""
    if booking.state == "confirmed" and city_time(booking.slot.starts_at).date() == today():
        return check_in(by=BY, booking=booking)
    return booking


def _give(by: Actor, visit: Visit, person: Person, entry: VisitEntry, happened: bool) -> None:
    at, campaign = entry.at_most(current_time.now()), campaign_of(visit.campaign)
    day, lot = city_time(at).date(), Lot.objects.filter(pk=entry.lot or 0).first()
    if lot is None:
        raise VisitRefused(LOT, _("Choose the lot that stands on the vial."))
    if campaign.series_of(entry.vaccine) is None:
        raise VisitRefused(INVALID, _("Choose a vaccine of this campaign."))
    if not entry.identity or (entry.identity != "same" and not entry.identity_reason):
        raise VisitRefused(IDENTITY, _("Compare name and birth date with the card before the injection."))
    if not happened:
        _require_first(person, visit, entry.vaccine, day)
    registration = queries.registration_of(_booking_of(visit))
    eligible = safety_checks.eligibility_of(campaign, person, registration, day, entry.vaccine)
    if not happened:
        subject = safety_checks.subject_of(campaign, person, registration)
        screened = safety_checks.require_screened(campaign, subject, entry.answers, entry.vaccine, day)
        safety_checks.require_safe(screened, eligible, entry.despite)
        visit.result = screened.result
    volume = _volume(eligible, entry.vaccine)
    dose = _recorded(
        dose_actions.record_dose,
        by=by,
        dose=NewDose(
            uuid=entry.uuid,
            person=person,
            campaign=visit.campaign,
            vaccine=entry.vaccine,
            number=eligible.number or _next_number(person, campaign, entry.vaccine),
            volume_ul=volume,
            group=eligible.group,
            lot=lot,
            given_at=at,
            site=visit.site,
            vaccinator_id=by.user_id,
            despite=entry.despite if happened else "",
        ),
    )
    reacted = entry.reacted_before or AdverseEvent.objects.filter(dose__in=dose_queries.doses_of(person)).exists()
    visit.dose, visit.outcome = dose, "given"
    after = require_rule_in_force(campaign.after_dose, day)
    visit.observe_until = rules.observe_until(after, at, reacted_before=reacted)
    _compared(visit, entry)
    if visit.part_of is None:  # people are asked once about all doses of a visit
        _ask_later(dose, day, after.ask_after_days)
    # One that counted as missed before the phone could send its dose has given its place up.
    booking = _booking_of(visit)
    booking = Booking.objects.filter(pk=booking.pk, state__in=(*EXPECTED_STATES, "served")).first() if booking else None
    if booking and booking.state in EXPECTED_STATES:
        finish_booking(by=BY, booking=booking, used=True)
    try:
        stock.give(
            by=by,
            site=visit.site,
            lot=lot,
            volume_ul=volume,
            key=dose.uuid,
            at=at,
            booking=booking,
            happened=happened,
        )
    except stock.LotRefused as refusal:
        raise VisitRefused(LOT, str(refusal)) from None
    audit.record(
        by=by, action="vaccination.visit-given", subject=f"visit:{visit.uuid}", detail={"dose": dose.reference}
    )


def _not_done(by: Actor, visit: Visit, person: Person, entry: VisitEntry, _happened: bool) -> None:
    at, campaign = entry.at_most(current_time.now()), campaign_of(visit.campaign)
    day = city_time(at).date()
    if entry.vaccine and campaign.series_of(entry.vaccine) is None:
        raise VisitRefused(INVALID, _("Choose a vaccine of this campaign."))
    registration = queries.registration_of(_booking_of(visit))
    eligible = safety_checks.eligibility_of(campaign, person, registration, day, entry.vaccine or None)
    vaccine = entry.vaccine or (eligible.options[0].vaccine if eligible.options else _any_vaccine(campaign))
    reason, screened = entry.reason, None
    if entry.answers:
        subject = safety_checks.subject_of(campaign, person, registration)
        screened = safety_checks.require_screened(campaign, subject, entry.answers, vaccine, day)
        reason = reason or " ".join(map(str, screened.reasons))[:240]
        visit.result, visit.come_again_on = screened.result, screened.until
    if not reason:
        raise VisitRefused(SCREENING, _("Write why the dose is not given."))
    number = eligible.number or _next_number(person, campaign, vaccine)
    visit.dose = _recorded(
        dose_actions.record_not_done,
        by=by,
        dose=NewDose(
            uuid=entry.uuid,
            person=person,
            campaign=visit.campaign,
            vaccine=vaccine,
            number=number,
            given_at=at,
            site=visit.site,
            vaccinator_id=by.user_id,
        ),
        reason=reason,
    )
    visit.outcome, visit.ended_at = "not-done", max(at, visit.came_at)
    _compared(visit, entry)
    audit.record(by=by, action="vaccination.visit-not-done", subject=f"visit:{visit.uuid}")


def _recorded[**P, R](record: Callable[P, R], *args: P.args, **values: P.kwargs) -> R:
    """Call an action on doses; its refusals are about the lot or the day of the entry."""
    try:
        return record(*args, **values)
    except NotAllowed:
        raise
    except dose_actions.UsedUuid as refusal:
        raise VisitRefused(RECORDED, str(refusal)) from None
    except ActionRefused as refusal:
        raise VisitRefused(LOT, str(refusal)) from None


def _require_first(person: Person, visit: Visit, vaccine: str, day: date) -> None:
    """Raise VisitRefused if somebody else recorded this dose today."""
    same = dose_queries.doses_of(person).filter(campaign=visit.campaign, vaccine=vaccine, given_on=day)
    if dose := same.first():
        raise VisitRefused(
            RECORDED,
            _("A dose of this vaccine was recorded for this person today (%(number)s). Do not give another one.")
            % {"number": dose.reference},
        )


def _compared(visit: Visit, entry: VisitEntry) -> None:
    visit.identity, visit.answers, visit.despite = entry.identity, entry.answers or {}, entry.despite
    visit.identity_reason = entry.identity_reason if entry.identity != "same" else ""
    visit.save()


def _volume(eligible: Eligibility, vaccine: str) -> int:
    """Volume by the rules, else a full dose."""
    by_rule = (each.volume_ul for each in eligible.options if each.vaccine == vaccine)
    return next(by_rule, vaccine_of(vaccine).dose_ul)


def _next_number(person: Person, campaign: Campaign, vaccine: str) -> int:
    series = campaign.series[campaign.series_of(vaccine) or ""].vaccines
    given = dose_queries.doses_of(person).filter(vaccine__in=series)
    return max((each.number for each in given), default=0) + 1


def _any_vaccine(campaign: Campaign) -> str:
    return min(next(iter(campaign.series.values())).vaccines)


def _ask_later(dose: Dose, day: date, days: Sequence[int]) -> None:
    FollowUp.objects.bulk_create(
        [
            FollowUp(dose=dose, days_after=after, due_on=day + timedelta(days=after), code=references.generate_code())
            for after in days
        ],
        ignore_conflicts=True,
    )
