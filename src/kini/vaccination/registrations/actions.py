"""Actions on registrations: register somebody, take, move and give up an appointment, end and tell."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from kini.booking.models import Booking
from kini.core import audit, current_time, events, references
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed, system
from kini.core.database.fast_models import allocate_pk, build_row, insert_deferred, update_deferred
from kini.people import actions as people_actions
from kini.people import queries as people_queries
from kini.people.models import Person, Resident, User
from kini.people.public import PersonDetails, has_profile, similarity
from kini.vaccination.campaigns.campaign_files import campaign_of
from kini.vaccination.campaigns.eligibility import Eligibility
from kini.vaccination.events import PlaceTaken
from kini.vaccination.registrations import queries
from kini.vaccination.registrations.fast_rows import (
    SessionFacts,
    facts_of,
    lock_for_registration,
    lock_others,
    lock_registration,
    lock_registrations,
)
from kini.vaccination.registrations.models import MOST_PER_ACCOUNT, Registration
from kini.vaccination.registrations.queries import NOTHING_STATED, Statements
from kini.vaccination.sites import added_doses, appointments, second_doses
from kini.web.formats import city_time, day, today

BY = system("vaccination.registration")
PREFIX, SOURCE = "VR", "vaccination.registration"
#: Id of a booking; it is known when the row is written, together with the rest of the transaction.
_BOOKING = "(SELECT id FROM booking_booking WHERE reference = %s)"
#: Score from which somebody registered by the same account is the same person.
SAME = 0.93


@dataclass(frozen=True, slots=True)
class Wish:
    """Wish for a dose, and the way in which it is told.

    Attributes:
        series: of the campaign; "": the one that is due first.
        channel: of `Registration.CHANNELS`.
    """

    campaign: str
    statements: Statements = NOTHING_STATED
    series: str = ""
    channel: str = "web"


@action
def register(*, by: Actor, person: Person, wish: Wish) -> Registration:
    """Register somebody of one's household, or, as a vaccinator or the system, anybody. An active one is returned.

    Raises:
        NotAllowed: for somebody else.
        ActionRefused: if the rules never allow a further dose, or the account has too many registrations.
    """
    if not queries.may_register_anybody(by) and not queries.is_of_household(by, person.pk):
        raise NotAllowed(_("You cannot register this person. Register them as somebody else."))
    return _register(by, by.user_id, person, wish)


@action
def register_beside(*, by: Actor, lead: Registration, series: str, channel: str) -> Registration:
    """Register the person of a registration for a dose of another series, for the same account.

    Raises:
        NotAllowed: for somebody else's registration.
        ActionRefused: as `register`.
    """
    if not queries.may_change(by, lead):
        raise NotAllowed(_("This registration was made by somebody else."))
    wish = Wish(lead.campaign, queries.statements_of(lead), series, channel)
    return _register(by, lead.registered_by_id, lead.person, wish)


@action
def register_other(*, by: Actor, registrar: User, details: PersonDetails, wish: Wish) -> Registration:
    """Register somebody who is not of the household: a grandmother, a neighbour without a phone.

    They are recorded as a person of their own with a temporary identity, without a look at anybody's record: the site
    compares the identity, and records of one person are merged later. The same person is registered once by an account.

    Raises:
        NotAllowed: for another account.
        ActionRefused: as `register`.
    """
    if by.kind is not ActorKind.SYSTEM and by.user_id != registrar.pk:
        raise NotAllowed(_("Sign in first."))
    User.objects.select_for_update(no_key=True).get(pk=registrar.pk)  # against the same form sent twice
    mine = queries.registrations().filter(registered_by=registrar, campaign=wish.campaign, together_with=None)
    for known in mine.filter(state__in=Registration.ACTIVE).order_by("state", "pk"):  # with an appointment first
        if similarity.compare(details, queries.details_of_registration(known)).score >= SAME:
            return known
    person = people_actions.record_person(by=BY, details=details, source=SOURCE)
    people_actions.issue_temporary_identity(by=BY, person=person, source=SOURCE)
    return _register(by, registrar.pk, person, wish)


def _register(by: Actor, user_id: int | None, person: Person, wish: Wish) -> Registration:
    campaign, statements = campaign_of(wish.campaign), wish.statements
    facts = facts_of(person.pk, campaign.disease)
    if facts.root != person.pk:
        person = Person.objects.select_related("resident").get(pk=facts.root)
    eligibility = queries.eligibility_of(person, campaign, today(), statements, wish.series, facts=facts)
    if eligibility.number is None or eligibility.earliest is None:
        raise ActionRefused(" ".join(reason.sentence for reason in eligibility.reasons))
    counted = user_id if wish.channel in ("web", "sms") else None
    dose = (wish.campaign, eligibility.series, eligibility.number)
    known, used = lock_for_registration(person.pk, counted, *dose)
    if known:
        return Registration.objects.get(pk=known)
    registration = build_row(
        Registration,
        reference=references.generate(PREFIX),
        person=person,
        campaign=wish.campaign,
        series=eligibility.series,
        number=eligibility.number,
        group=eligibility.group,
        proofs=sorted(statements.proofs),
        lives_in_city=statements.lives_in_city is not False,
        birth_date=statements.birth_date,
        birth_precision=statements.birth_precision if statements.birth_date else "",
        last_vaccine=statements.last_vaccine if statements.last_given_on else "",
        last_given_on=statements.last_given_on,
        possible_from=eligibility.earliest,
        channel=wish.channel,
        registered_by_id=user_id,
        number_of_account=_free_number(used) if counted else None,
        created_at=current_time.now(),
    )
    allocate_pk(registration)
    insert_deferred(registration)
    detail = {"campaign": wish.campaign, "series": eligibility.series, "number": eligibility.number}
    _record(by, "registered", registration, detail)
    return registration


def _free_number(used: set[int]) -> int:
    """Return a number that no active registration of the account has.

    Raises:
        ActionRefused: the account has as many as it may.
    """
    for number in range(1, MOST_PER_ACCOUNT + 1):
        if number not in used:
            return number
    raise ActionRefused(
        _("You have %(number)d registrations. Wait until one of them was vaccinated, or cancel one.")
        % {"number": MOST_PER_ACCOUNT}
    )


@action
def book(*, by: Actor, registration: Registration, slot: int) -> Registration:
    """Take the place of a slot for a registration. The rules are asked for the day and vaccine of the slot.

    Raises:
        NotAllowed: for somebody else's registration.
        ActionRefused, booking.public.SlotFull: with a message for the user.
    """
    registration, session = _locked(by, registration, slot)
    if registration.state != "waiting":
        raise ActionRefused(_("This registration has an appointment already, or has ended."))
    session, eligibility = _require_may(registration, session)
    reference = _take_place(by, registration, slot)
    registration.state, registration.vaccine, registration.group = "booked", session.vaccine, eligibility.group
    registration.reminded_at = None
    registration.__dict__["booking_id"] = RawSQL(_BOOKING, [reference])  # noqa: S611 -- words of our own
    update_deferred(registration)
    del registration.__dict__["booking_id"]  # read when somebody asks for it
    _record(by, "booked", registration, {"slot": slot})
    events.publish(PlaceTaken(registration.pk, slot))
    return registration


@action
def move(*, by: Actor, registration: Registration, slot: int) -> Registration:
    """Move an appointment to another slot; the place is kept if that one is full.

    Raises:
        NotAllowed, ActionRefused, booking.public.SlotFull: as `book`.
    """
    registration, session = _locked(by, registration, slot)
    if registration.state != "booked" or registration.booking is None:
        raise ActionRefused(_("There is no appointment that could be moved."))
    session, _eligibility = _require_may(registration, session)
    kept = second_doses.give_up_kept_place(by=by, booking=registration.booking)
    if kept:  # the dose is kept still: it moves into the other session
        reference = _take_place(by, registration, slot)
        registration.booking = Booking.objects.get(reference=reference)
    else:
        appointments.move_place(
            by=by,
            booking=registration.booking,
            slot=slot,
            groups=queries.groups_of(registration),
            period=queries.period_of(registration),
        )
    registration.vaccine, registration.reminded_at = session.vaccine, None
    registration.save(update_fields=["vaccine", "reminded_at", "booking"])
    events.publish(PlaceTaken(registration.pk, slot))
    return registration


@action
def cancel(*, by: Actor, registration: Registration) -> Registration:
    """End a registration and give its appointment up, whose dose is free for others at once.

    Raises:
        NotAllowed: for somebody else's registration.
        ActionRefused: it has ended.
    """
    registration, _session = _locked(by, registration)
    if not registration.is_active:
        raise ActionRefused(_("This registration has ended."))
    booking = registration.booking
    if registration.added_dose:  # one of several; the others keep their appointment
        added_doses.release(by=BY, added=registration.added_dose)
    if booking and not second_doses.give_up_kept_place(by=by, booking=booking):
        appointments.give_up_place(by=by, booking=booking)  # and what is added to it
    for each in lock_others(registration):
        _end(by, each, "cancelled")
    return _end(by, registration, "cancelled")


@action
def let_wait(*, by: Actor, registration: Registration, lead: Registration | None = None) -> None:
    """Let a registration wait for another appointment: alone, or with the one that it belongs to."""
    if registration.added_dose:
        added_doses.release(by=BY, added=registration.added_dose)
    registration.state, registration.booking, registration.vaccine = "waiting", None, ""
    registration.together_with, registration.added_dose = lead, None
    registration.called_at = registration.reminded_at = None
    registration.save()
    _record(by, "missed", registration, {})


@action
def end_given(*, by: Actor, person: Person, campaign: str, series: str, number: int) -> int:
    """End the active registrations of a person for a dose that was given, and for earlier ones. Return their number.

    An appointment that was not used for the dose is given up.
    """
    tree = people_queries.person_tree(person.pk)
    ended = lock_registrations(
        person__in=tree, campaign=campaign, series=series, number__lte=number, state__in=Registration.ACTIVE
    )
    for each in ended:
        # Given elsewhere or earlier: the place with its dose is free for others.
        booking = Booking.objects.filter(pk=each.booking_id or 0, state__in=("held", "confirmed")).first()
        if booking and not second_doses.give_up_kept_place(by=by, booking=booking):
            appointments.give_up_place(by=by, booking=booking)
        if each.added_dose:
            added_doses.release(by=BY, added=each.added_dose)
        _end(by, each, "given")
        if booking:
            # The others lost their place with this one.
            for other in lock_others(each):
                let_wait(by=by, registration=other)
    return len(ended)


@action
def end_missed(*, by: Actor, registration: Registration) -> bool:
    """Let a registration and those of the same appointment wait for another one: their person did not come.

    Return whether it did.
    """
    [registration] = lock_registrations(pk=registration.pk)
    if registration.state != "booked":
        return False
    let_wait(by=by, registration=registration)
    for each in lock_others(registration):
        let_wait(by=by, registration=each, lead=registration)
    return True


@action
def mark_told(*, by: Actor, rows: QuerySet[Registration], field: str) -> int:
    """Mark registrations as told: `called_at` or `reminded_at`. Return how many were not told until now."""
    count = rows.filter(**{field: None}).update(**{field: current_time.now()})
    if count:
        audit.record(by=by, action="vaccination.told", subject="vaccination-registrations", detail={"count": count})
    return count


def _locked(by: Actor, registration: Registration, slot: int = 0) -> tuple[Registration, SessionFacts | None]:
    row, session = lock_registration(registration.pk, slot)
    if not queries.may_change(by, row):
        raise NotAllowed(_("This registration was made by somebody else."))
    return row, session


def _require_may(registration: Registration, session: SessionFacts | None) -> tuple[SessionFacts, Eligibility]:
    """Return a session and the eligibility on its day, with its vaccine.

    Raises:
        ActionRefused: it cannot be booked, or the person may not then, with the reasons.
    """
    if session is None or session.campaign != registration.campaign:
        raise ActionRefused(_("This time cannot be booked now. Choose another one."))
    on = city_time(session.starts_at).date()
    eligibility = queries.eligibility_of_registration(registration, on, session.vaccine)
    if eligibility.number != registration.number or not eligibility.may:
        sentences = " ".join(reason.sentence for reason in eligibility.reasons)
        raise ActionRefused(_("Not possible on %(day)s. %(reasons)s") % {"day": day(on), "reasons": sentences})
    return session, eligibility


def _take_place(by: Actor, registration: Registration, slot: int) -> str:
    """Take a place, the one that is kept for this dose if there is one. Return the reference of the booking."""
    groups, period = queries.groups_of(registration), queries.period_of(registration)
    resident, kept = _profile(registration), queries.kept_dose_of(registration)
    if kept:
        first = kept.first_dose
        return second_doses.take_kept_place(
            by=by, first_dose=first, slot=slot, period=period, groups=groups, resident=resident
        )
    return appointments.take_place(by=by, slot=slot, groups=groups, period=period, resident=resident)


def _profile(registration: Registration) -> Resident | None:
    return registration.person.resident if has_profile(registration.person) else None


def _end(by: Actor, registration: Registration, state: str) -> Registration:
    registration.state, registration.ended_at = state, current_time.now()
    registration.save(update_fields=["state", "ended_at"])
    _record(by, state, registration, {})
    return registration


def _record(by: Actor, what: str, registration: Registration, detail: dict[str, object]) -> None:
    subject = f"vaccination-registration:{registration.reference}"
    audit.record(by=by, action=f"vaccination.registration-{what}", subject=subject, detail=detail)
