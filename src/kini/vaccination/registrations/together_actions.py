"""Actions on registrations of several doses of one person that are taken together: one appointment, one message.

One registration leads: its dose is that of the place. The others belong to it, each with a dose that is added to the
appointment out of the stock of the site. The lead changes with the vaccine of the chosen session.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from kini.booking.models import Booking
from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed, system
from kini.people.models import Person
from kini.vaccination.campaigns.campaign_files import campaign_of
from kini.vaccination.campaigns.eligibility import Eligibility
from kini.vaccination.registrations import actions, queries
from kini.vaccination.registrations.actions import Wish
from kini.vaccination.registrations.fast_rows import lock_others, lock_registrations
from kini.vaccination.registrations.models import Registration
from kini.vaccination.sites import added_doses, appointments, second_doses
from kini.vaccination.sites.models import Session
from kini.web.formats import city_time, day

BY = system("vaccination.registration")


@action
def register_together(*, by: Actor, person: Person, wish: Wish, series: Collection[str]) -> Registration:
    """Register somebody for a dose, and for those of further series at the same appointment. Return the first one.

    Raises:
        NotAllowed, ActionRefused: as `actions.register`.
    """
    lead = actions.register(by=by, person=person, wish=wish)
    return join(by=by, lead=lead, series=series, channel=wish.channel)


@action
def join(*, by: Actor, lead: Registration, series: Collection[str], channel: str = "web") -> Registration:
    """Have the doses of these series taken together with that of a registration that waits; others are cancelled.

    Raises:
        NotAllowed: for somebody else's registration.
        ActionRefused: it has an appointment already, or the rules do not allow one of the doses.
    """
    [lead] = lock_registrations(pk=lead.pk)
    if not queries.may_change(by, lead):
        raise NotAllowed(_("This registration was made by somebody else."))
    if lead.state != "waiting" or lead.together_with_id:
        raise ActionRefused(_("This registration has an appointment already, or has ended."))
    wanted = set(series) - {lead.series}
    for each in lock_others(lead):
        if each.series not in wanted:
            actions.cancel(by=by, registration=each)
        wanted.discard(each.series)
    for name in sorted(wanted):
        other = actions.register_beside(by=by, lead=lead, series=name, channel=channel)
        # One that has an appointment of its own stays as it is.
        Registration.objects.filter(pk=other.pk, state="waiting", others=None).update(together_with=lead)
    detail = {"series": sorted(series)}
    subject = f"vaccination-registration:{lead.reference}"
    audit.record(by=by, action="vaccination.registrations-joined", subject=subject, detail=detail)
    return lead


@action
def book_together(*, by: Actor, lead: Registration, slot: int, series: Collection[str]) -> Registration:
    """Take one place for several doses: that of the session's vaccine with the place, the others added to it.

    An appointment that there is already is given up in the same transaction: all or nothing changes. Doses that are not
    taken now wait for an appointment of their own.

    Args:
        series: of the doses that are taken.

    Returns:
        The registration that leads now.

    Raises:
        NotAllowed: for somebody else's registration.
        ActionRefused, booking.public.SlotFull: with a message for the user.
    """
    [lead] = lock_registrations(pk=lead.pk)
    members = [lead, *lock_others(lead)]
    if not all(queries.may_change(by, each) for each in members):
        raise NotAllowed(_("This registration was made by somebody else."))
    if lead.state == "booked":
        _give_up(by, lead, members)
    session = Session.objects.select_related("site__area", "slot").filter(pk=slot, settled_at=None).first()
    taken = [each for each in members if each.series in series]
    if session is None or not taken:
        raise ActionRefused(_("This time cannot be booked now. Choose another one."))
    allowed = _allowed(lead, taken, session)
    first = next((each for each in taken if _vaccine(allowed[each.pk], session.vaccine)), None)
    if first is None:
        raise ActionRefused(_("This time is for another vaccine. Choose another one."))
    _lead(first, members, taken)
    others = [each for each in taken if each != first]
    for each in others:
        if kept := queries.kept_dose_of(each):
            second_doses.release(by=BY, first_dose=kept.first_dose)
    wanted = {allowed[each.pk].options[0].vaccine: allowed[each.pk].options[0].volume_ul for each in others}
    added_doses.prepare(by=BY, site=session.site, vaccines=wanted)
    booked = actions.book(by=by, registration=first, slot=slot)
    booking = Booking.objects.get(vaccination_registration=booked.pk)
    for each in others:
        vaccine = allowed[each.pk].options[0].vaccine
        each.added_dose = added_doses.add(
            by=BY, booking=booking, site=session.site, vaccine=vaccine, dose_ul=wanted[vaccine]
        )
        each.state, each.vaccine, each.group = "booked", vaccine, allowed[each.pk].group
        each.save(update_fields=["state", "vaccine", "group", "added_dose"])
    return booked


def _give_up(by: Actor, lead: Registration, members: Collection[Registration]) -> None:
    """Give up the appointment of registrations that get another one."""
    booking = lead.booking
    if booking is None or booking.state != "confirmed":
        raise ActionRefused(_("This booking cannot be changed any more."))
    if not second_doses.give_up_kept_place(by=by, booking=booking):
        appointments.give_up_place(by=by, booking=booking)
    for each in members:
        each.state, each.booking, each.added_dose, each.vaccine = "waiting", None, None, ""
        each.save(update_fields=["state", "booking", "added_dose", "vaccine"])


def _allowed(lead: Registration, taken: Collection[Registration], session: Session) -> dict[int, Eligibility]:
    """Return what the rules say about each dose on the day of a session, all of them given together.

    Raises:
        ActionRefused: one of them may not be given then, with the reasons.
    """
    on = city_time(session.slot.starts_at).date()
    campaign = campaign_of(lead.campaign)
    possible = {
        each.series: each
        for each in queries.together_on(lead.person, campaign, on, queries.statements_of(lead), lead.series)
    }
    for each in taken:
        known = possible.get(each.series)
        if known is None or known.number != each.number:
            why = queries.eligibility_of_registration(each, on)
            sentences = " ".join(reason.sentence for reason in why.reasons)
            words = _("%(dose)s is not possible on %(day)s. %(reasons)s")
            raise ActionRefused(words % {"dose": each.dose_name, "day": day(on), "reasons": sentences})
    return {each.pk: possible[each.series] for each in taken}


def _vaccine(allowed: Eligibility, vaccine: str) -> bool:
    return any(option.vaccine == vaccine for option in allowed.options)


def _lead(first: Registration, members: Collection[Registration], taken: Collection[Registration]) -> None:
    """Make one registration lead those that are taken; the others wait alone."""
    for each in sorted(members, key=lambda each: each != first):
        each.together_with = first if each in taken and each != first else None
        each.save(update_fields=["together_with"])


@dataclass(frozen=True, slots=True)
class NotGiven:
    """Outcome of the screening for a dose that was not given.

    Attributes:
        until: first day on which to come again; None: not said.
        lasting: never, by a contraindication.
    """

    until: date | None = None
    lasting: bool = False


@action
def end_appointment(*, by: Actor, booking: Booking, given: Collection[str], refused: Mapping[str, NotGiven]) -> int:
    """End what belongs to an appointment whose person was at the site, except the doses that were given.

    Added doses that were not given are free at once. Their registrations wait again, until the day that the screening
    named, or end with a contraindication. Return their number; a dose that was given ends its registration by itself.

    Args:
        given, refused: series.
    """
    members = lock_registrations(booking=booking, state="booked")
    members += lock_registrations(together_with__in=members, state="booked")
    ended = 0
    for each in members:
        if each.series in given:
            continue
        ended += 1
        why = refused.get(each.series, NotGiven())
        if why.lasting:
            actions.cancel(by=BY, registration=each)
            continue
        actions.let_wait(by=BY, registration=each)
        # Who was told a day is called then; the others were told at the site.
        told = None if why.until else current_time.now()
        waiting = Registration.objects.filter(pk=each.pk)
        waiting.update(called_at=told, possible_from=why.until or each.possible_from)
    return ended
