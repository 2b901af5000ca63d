"""A day at one site of a demo: appointments, visits, a missed dose, and what waits for somebody's decision.

All of it is made by the ordinary actions, with residents of the demo who have no doses yet.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4, uuid5

from django.utils import translation
from django.utils.translation import gettext as _

from kini.booking.models import EVERYBODY
from kini.booking.queries import day_range
from kini.city.public import pack
from kini.core import current_time
from kini.core.actors import Actor, ActorKind
from kini.people.models import Resident
from kini.vaccination.campaigns.campaign_files import campaign_of
from kini.vaccination.campaigns.schema import Campaign
from kini.vaccination.campaigns.screening import questions_for
from kini.vaccination.doses import actions as dose_actions
from kini.vaccination.doses.actions import NewDose
from kini.vaccination.registrations import actions as registration_actions
from kini.vaccination.registrations.actions import Wish
from kini.vaccination.registrations.models import Registration
from kini.vaccination.registrations.place_search import wish_of
from kini.vaccination.registrations.queries import Statements, eligibility_of_registration
from kini.vaccination.simulate.actions import CAMPAIGN
from kini.vaccination.simulate.queries import SOURCE
from kini.vaccination.sites import appointments, session_plan, standby, stock
from kini.vaccination.sites.models import Lot, Site
from kini.vaccination.sites.session_plan import NewSession, PlannedSession
from kini.vaccination.sites.stock import vials_at
from kini.vaccination.visits import actions as visit_actions
from kini.vaccination.visits import safety_checks
from kini.vaccination.visits.entries import EventEntry, VisitEntry, WalkIn
from kini.vaccination.visits.models import Visit
from kini.web.formats import today

#: Residents who came without an appointment, and days since the first dose of those who missed their second one.
VISITORS, DAYS_LATE = 6, (120, 105, 90)
#: Days of appointments, and appointments in a session.
DAYS, IN_SESSION = 3, 4
#: Minutes between two visitors, minutes until they go, and vials that another site sends.
APART, STAYED, SENT = 25, 20, 5
#: Since when the session of today goes on, how long it still does, and its places.
BEGAN, GOES_ON, PLACES_TODAY = timedelta(minutes=40), timedelta(hours=5), 6
#: People who wait today for a dose that is left over.
WAITING = 3
_KEYS = UUID("0d2a3f0e-5f0b-4c1e-9a44-6b8f4f1f2b57")


def fill_day(by: Actor, site: Site) -> dict[str, int]:
    """Give a site a day as vaccinators and managers meet it, once; returns numbers of rows."""
    with translation.override(pack.current().languages[0]):
        return _fill(by, site)


def _fill(by: Actor, site: Site) -> dict[str, int]:
    lots = [lot for lot, _opened in vials_at(site)]
    # Of the largest vials first: something is left in them for the waiting list.
    usable = sorted((lot for lot in lots if lot.vaccine in _vaccines()), key=lambda lot: (-lot.vial_ul, lot.vaccine))
    if Visit.objects.filter(site=site).exists() or not usable:
        return {}
    residents = list(_residents())
    own = [each for each in residents if each.user_id]
    counter = [each for each in residents if not each.user_id]
    late, visitors, others = counter[:3], counter[3 : 3 + VISITORS], counter[3 + VISITORS :]
    counts = {"missed doses": _missed(by, site, late), "visits": _visits(by, site, visitors, usable[0])}
    counts["sessions of today"] = _open_today(by, site, usable[0])
    booked, waiting = others[:-WAITING], others[-WAITING:]
    counts["appointments"] = len(_appointments(by, site, [*booked, *own[:-1]]))
    counts["waiting list"] = _wait(by, site, waiting, own)
    for resident in booked[:1]:
        _keep_entry(by, site, resident, usable[0])
    for resident in own[-1:]:
        _dispute_dose(by, site, resident, usable[0])
    _move_vials(by, site, lots, usable[0])
    return counts


def _open_today(by: Actor, site: Site, lot: Lot) -> int:
    """Open a session that goes on for hours, so that what is left in its opened vials has people who wait for it."""
    now, (midnight, end) = current_time.now(), day_range(today(), today())
    hours = site.hours.select_related("place").first()
    if hours is None:
        return 0
    dose_ul = campaign_of(CAMPAIGN).vaccines[lot.vaccine].dose_ul
    stock.receive(by=by, site=site, lot=lot, vials=1, key=uuid5(_KEYS, f"today {site.pk}"))
    plan = PlannedSession(hours, max(midnight, now - BEGAN), PLACES_TODAY)
    new = NewSession(CAMPAIGN, lot.vaccine, dose_ul, plan, now, min(now + GOES_ON, end - timedelta(minutes=1)))
    session_plan.open_session(by=by, site=site, new=new, places={EVERYBODY: PLACES_TODAY})
    return 1


def _residents() -> Iterator[Resident]:
    """Residents with a birth date and without a complete series."""
    rows = Resident.objects.filter(user__officer=None, birth_date__isnull=False).exclude(name="")
    rows = rows.exclude(person__doses__number__gte=2)
    return rows.select_related("person").order_by("pk").iterator()


def _appointments(by: Actor, site: Site, residents: Sequence[Resident]) -> list[Registration]:
    """Register residents, and give them the next free times of the site."""
    booked = []
    for number, resident in enumerate(residents):
        wish = Wish(CAMPAIGN, Statements(proofs=_proofs(campaign_of(CAMPAIGN))), channel="demo")
        registration = registration_actions.register(by=by, person=resident.person, wish=wish)
        place = wish_of(registration, eligibility_of_registration(registration, today()))
        slots = [each for each in appointments.open_slots(place, site.pk) if each.free]
        if slots:
            slot = slots[min(number // IN_SESSION, len(slots) - 1)].slot
            booked.append(registration_actions.book(by=by, registration=registration, slot=slot))
    return booked


def _wait(by: Actor, site: Site, residents: Sequence[Resident], own: Sequence[Resident]) -> int:
    """Put residents without an account on the waiting list of today; the account that registered them is called."""
    callers = [each.user for each in own if each.user]
    for resident in residents if callers else ():
        wish = Wish(CAMPAIGN, Statements(proofs=_proofs(campaign_of(CAMPAIGN))), channel="demo")
        registration = registration_actions.register(by=by, person=resident.person, wish=wish)
        eligibility = eligibility_of_registration(registration, today())
        standby.join(
            by=by,
            person=resident.person,
            user=callers[0],
            site=site,
            campaign=CAMPAIGN,
            vaccines=[each.vaccine for each in eligibility.options],
        )
    return len(residents) if callers else 0


def _proofs(campaign: Campaign) -> list[str]:
    """Groups that are shown by a proof: one of them, so that it is everybody's turn."""
    return [name for name, group in campaign.groups.items() if group.proof and not group.by_age][-1:]


def _missed(by: Actor, site: Site, residents: Sequence[Resident]) -> int:
    """First doses so long ago that the second one counts as missed."""
    vaccine = _vaccines()[0]
    for resident, days in zip(residents, DAYS_LATE, strict=False):
        dose = NewDose(
            uuid=uuid4(),
            person=resident.person,
            campaign=CAMPAIGN,
            vaccine=vaccine,
            number=1,
            volume_ul=campaign_of(CAMPAIGN).vaccines[vaccine].dose_ul,
            lot_number="DEMO",
            given_on=today() - timedelta(days=days),
            site=site,
            source=SOURCE,
            source_key=f"missed-{resident.pk}",
        )
        dose_actions.record_dose(by=by, dose=dose)
    return min(len(residents), len(DAYS_LATE))


def _visits(by: Actor, site: Site, residents: Sequence[Resident], lot: Lot) -> int:
    """Visits of today: some went, one has fever, one is observed after an event, the last one waits."""
    now, (midnight, _end) = current_time.now(), day_range(today(), today())
    for number, resident in enumerate(residents):
        left = len(residents) - 1 - number  # visitors who came later
        entry = _entry(resident, max(midnight, now - timedelta(minutes=APART * left)), lot)
        if left == 0:
            entry = VisitEntry(uuid=entry.uuid, campaign=CAMPAIGN, walk_in=entry.walk_in, at=entry.at)
        elif number == 1:
            entry = entry.model_copy(update={"outcome": "not-done", "reason": _("Fever"), "answers": None})
        visit = visit_actions.record_visit(by=by, site=site, entry=entry, person=resident.person)
        if number == 0:
            _record_event(by, visit, entry.at)
        if visit.outcome == "given" and left > 1:
            visit_actions.end_visit(by=by, visit=visit, at=entry.at + timedelta(minutes=STAYED))
    return len(residents)


def _entry(resident: Resident, at: datetime, lot: Lot) -> VisitEntry:
    campaign = campaign_of(CAMPAIGN)
    subject = safety_checks.subject_of(campaign, resident.person, None)
    answers = {
        name: each.at_most or 0 if each.kind == "number" else not each.yes
        for name, each in questions_for(campaign, subject, today()).items()
    }
    walk_in = WalkIn(name=resident.name, birth_date=resident.birth_date, birth_precision="day")
    return VisitEntry(
        uuid=uuid4(),
        campaign=CAMPAIGN,
        walk_in=walk_in,
        identity="same",
        answers=answers,
        outcome="given",
        vaccine=lot.vaccine,
        lot=lot.pk,
        despite=_("Letter of the treating doctor"),
        at=at,
    )


def _record_event(by: Actor, visit: Visit, at: datetime) -> None:
    event = EventEntry(
        kind="event",
        uuid=uuid4(),
        visit=visit.uuid,
        severity="serious",
        signs=_("Fainted ten minutes after the injection, pale, weak pulse"),
        measures=_("Laid down, blood pressure taken every five minutes"),
        referred_to=_("Nearest hospital"),
        at=at + timedelta(minutes=10),
    )
    visit_actions.record_event(by=by, site=visit.site, entry=event)


def _keep_entry(by: Actor, site: Site, resident: Resident, lot: Lot) -> None:
    """Send an entry as a phone does whose vaccinator chose no lot: it waits for a decision."""
    sent = _entry(resident, current_time.now(), lot).model_copy(update={"lot": None})
    visit_actions.receive_entry(by=by, site=site, uuid=str(sent.uuid), sent=sent.model_dump(mode="json"))


def _dispute_dose(by: Actor, site: Site, resident: Resident, lot: Lot) -> None:
    """Record a dose of yesterday that its resident did not get, and let them say so."""
    at = current_time.now() - timedelta(days=1)
    volume = campaign_of(CAMPAIGN).vaccines[lot.vaccine].dose_ul
    new = NewDose(
        uuid=uuid4(),
        person=resident.person,
        campaign=CAMPAIGN,
        vaccine=lot.vaccine,
        number=1,
        volume_ul=volume,
        lot=lot,
        given_at=at,
        site=site,
    )
    dose = dose_actions.record_dose(by=by, dose=new)
    stock.give(by=by, site=site, lot=lot, volume_ul=volume, key=dose.uuid, at=at, happened=True)
    words = _("I was not vaccinated on this day. The dose of somebody else may be under my number.")
    own = Actor(ActorKind.RESIDENT, resident.user_id)
    dose_actions.dispute(by=own, dose=dose, resident=resident, words=words)


def _move_vials(by: Actor, site: Site, lots: Sequence[Lot], lot: Lot) -> None:
    """Send vials that came to another site, and set aside those of a vaccine that no session has."""
    for other in Site.objects.filter(active=True).exclude(pk=site.pk).order_by("pk")[:1]:
        stock.receive(by=by, site=other, lot=lot, vials=SENT, key=uuid5(_KEYS, f"received {site.pk}"))
        stock.send(by=by, site=other, to=site, lot=lot, vials=SENT, key=uuid5(_KEYS, f"sent {site.pk}"))
    spare = [each for each in lots if each.vaccine not in _vaccines()][:1]
    if spare:
        stock.quarantine(by=by, site=site, lots=spare, reason=_("Refrigerator at 11 °C for four hours"))


def _vaccines() -> list[str]:
    """Vaccines of first doses of the campaign."""
    series = next(iter(campaign_of(CAMPAIGN).series.values()))
    return [choice.vaccine for choice in series.doses[0].choices]
