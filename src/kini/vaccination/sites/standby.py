"""Waiting list at the end of the day: people near a site are called for doses that are left in opened vials.

Each request is called once at most, in the order in which they came. A call adds a place of the group `standby` to the
last session of the day, with its dose; a call that is declined, taken back or lapses frees it for the next person.
A job calls, and a vaccinator of the site may have the same done at once.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from kini.booking.models import EXPECTED_STATES, WALK_IN, Booking, Quota
from kini.booking.queries import day_range
from kini.core import audit, current_time, events
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed, require_system
from kini.ledger.public import balance
from kini.people import queries as people_queries
from kini.people.models import Person, User
from kini.people.public import has_profile
from kini.vaccination.events import StandbyCalled
from kini.vaccination.sites import appointments, session_plan
from kini.vaccination.sites.models import AddedDose, Session, Site, StandbyRequest
from kini.vaccination.sites.stock import accounts
from kini.vaccination.sites.stock.entries import lock
from kini.web.formats import today

#: How long before the end of the last session people are called, and how long a call holds.
CALLED_BEFORE, CALL_HOLDS = timedelta(minutes=75), timedelta(minutes=15)


@action
def join(
    *, by: Actor, person: Person, user: User, site: Site, campaign: str, vaccines: Collection[str]
) -> StandbyRequest:
    """Put somebody on today's waiting list of a site. The caller has checked that they may have the vaccines.

    Args:
        user: to whom the call is sent.

    Raises:
        ActionRefused: they are on a list of this campaign today.
    """
    try:
        with transaction.atomic():
            request = StandbyRequest.objects.create(
                person=person,
                user=user,
                site=site,
                campaign=campaign,
                vaccines=sorted(vaccines),
                day=today(),
                made_at=current_time.now(),
            )
    except IntegrityError:
        raise ActionRefused(_("You are on a waiting list of today already.")) from None
    audit.record(by=by, action="vaccination.standby-joined", subject=f"vaccination-standby:{request.pk}")
    return request


@action
def leave(*, by: Actor, request: StandbyRequest) -> None:
    """Take a request off today's waiting list. It may be made again.

    Raises:
        NotAllowed: it is somebody else's.
        ActionRefused: the call has come already.
    """
    if by.kind is not ActorKind.SYSTEM and by.user_id != request.user_id:
        raise NotAllowed(_("This belongs to somebody else. Sign in as the person who started it."))
    removed, _rows = StandbyRequest.objects.filter(pk=request.pk, state="waiting").delete()
    if not removed:
        raise ActionRefused(_("You are not waiting any more: you were called, or the day is over."))
    audit.record(by=by, action="vaccination.standby-left", subject=f"vaccination-standby:{request.pk}")


def request_of_today(person: Person, campaign: str) -> StandbyRequest | None:
    """Return the request of today for somebody, in any state, or None."""
    tree = people_queries.person_tree(person.pk)
    rows = StandbyRequest.objects.filter(person__in=tree, campaign=campaign, day=today())
    return rows.select_related("site").first()


def sites_of_today(campaign: str, vaccines: Collection[str]) -> QuerySet[Site]:
    """Sites where one of these vaccines is given today still."""
    start, end = day_range(today(), today())
    sessions = Session.objects.filter(
        campaign=campaign,
        vaccine__in=vaccines,
        settled_at=None,
        slot__starts_at__gte=start,
        slot__starts_at__lt=end,
        slot__ends_at__gt=current_time.now(),
    )
    return Site.objects.filter(active=True, pk__in=sessions.values("site")).select_related("area", "facility", "place")


@action
def call_next(*, by: Actor, site: Site) -> int:
    """Call as many people as there are doses left, near the end of the day. Return their number.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    site, called = lock(site), 0
    for session in last_sessions(site):
        if not _calls(session):
            continue
        _close_started(session)
        waiting = StandbyRequest.objects.select_for_update(of=("self",), skip_locked=True).filter(
            site=site, day=today(), state="waiting", campaign=session.campaign, vaccines__contains=[session.vaccine]
        )
        for request in waiting.order_by("made_at", "pk")[: left_over(site, session).left]:
            session_plan.add_place(session, accounts.STANDBY)
            request.state, request.called_at, request.session = "called", current_time.now(), session
            request.answer_by = min(current_time.now() + CALL_HOLDS, session.slot.ends_at)
            request.save(update_fields=["state", "called_at", "answer_by", "session"])
            events.publish(StandbyCalled(request.pk))
            called += 1
    if called:
        detail = {"count": called}
        audit.record(by=by, action="vaccination.standby-called", subject=f"vaccination-site:{site.pk}", detail=detail)
    return called


def last_sessions(site: Site) -> list[Session]:
    """Last session of each vaccine today, also one that is over. The one that ends first comes first."""
    start, end = day_range(today(), today())
    rows = Session.objects.filter(site=site, settled_at=None, slot__starts_at__gte=start, slot__starts_at__lt=end)
    last = {row.vaccine: row for row in rows.select_related("slot").order_by("slot__starts_at")}
    return sorted(last.values(), key=lambda each: (each.slot.ends_at, each.vaccine))


def _calls(session: Session) -> bool:
    """Tell if a last session ends soon enough for calls, and is not over."""
    return current_time.now() < session.slot.ends_at <= current_time.now() + CALLED_BEFORE


def _unused_places(session: Session) -> Iterator[tuple[Quota, int]]:
    """Open places of begun sessions of a site and vaccine that nobody can book now. Walk-ins keep theirs, calls too."""
    started = Quota.objects.filter(
        slot__vaccination_session__site=session.site_id,
        slot__vaccination_session__vaccine=session.vaccine,
        slot__vaccination_session__settled_at=None,
        slot__starts_at__lte=current_time.now(),
        capacity__gt=F("taken"),
    )
    for quota in started.exclude(group=WALK_IN).order_by("pk"):
        kept = 0
        if quota.group == accounts.STANDBY:
            kept = StandbyRequest.objects.filter(session=quota.slot_id, state="called").count()
        if quota.capacity > quota.taken + kept:
            yield quota, kept


def _close_started(session: Session) -> None:
    """Free the doses of places that nobody can book now."""
    for quota, kept in _unused_places(session):
        Quota.objects.filter(pk=quota.pk).update(capacity=F("taken") + kept)


@dataclass(frozen=True, slots=True)
class LeftOver:
    """Doses in opened vials of a session's vaccine: how many there are, for whom, and how many are for others.

    Attributes:
        expected: people who have an appointment still or wait at the site.
        called: people whose answer is awaited.
        left: doses for whom else is called.
        use_by: of the vial that is used first.
    """

    session: Session
    in_vials: int
    expected: int
    called: int
    left: int
    use_by: datetime | None

    @property
    def calls_begin(self) -> datetime:
        return self.session.slot.ends_at - CALLED_BEFORE

    @property
    def is_over(self) -> bool:
        return self.session.slot.ends_at <= current_time.now()


def left_over(site: Site, session: Session) -> LeftOver:
    """Count the doses in opened vials that nobody who is expected needs, and that are not set aside."""
    at = current_time.now()
    start, end = day_range(today(), today())
    vials = [
        (vial, content // session.dose_ul)
        for vial, content in accounts.vial_contents(site)
        if vial.lot.vaccine == session.vaccine and vial.use_by > at and content >= session.dose_ul
    ]
    in_vials = sum(doses for _vial, doses in vials)
    booked = Booking.objects.filter(
        slot__vaccination_session__site=site,
        slot__vaccination_session__vaccine=session.vaccine,
        slot__starts_at__gte=start,
        slot__starts_at__lt=end,
        slot__ends_at__gt=at,
        state__in=EXPECTED_STATES,
        visit=None,
    )
    # Who is at the site and waits needs a dose: with an appointment of this vaccine, or without one.
    present = site.visits.filter(campaign=session.campaign, came_at__gte=start, outcome="", ended_at=None).filter(
        Q(booking=None) | Q(booking__slot__vaccination_session__vaccine=session.vaccine)
    )
    # Also who comes for another vaccine, and gets this one at the same visit.
    added = AddedDose.objects.filter(
        site=site, vaccine=session.vaccine, ended_at=None, booking__slot__starts_at__gte=start
    ).filter(
        Q(booking__in=site.visits.filter(outcome="", ended_at=None).values("booking"))
        | Q(booking__visit=None, booking__slot__starts_at__lt=end, booking__slot__ends_at__gt=at)
    )
    expected = booked.count() + present.count() + added.count()
    called = StandbyRequest.objects.filter(
        site=site, day=today(), state="called", session__vaccine=session.vaccine
    ).count()
    free = balance(accounts.doses(site, "free"), accounts.dose_unit(session.vaccine)) // session.dose_ul
    free += sum(quota.capacity - quota.taken - kept for quota, kept in _unused_places(session))
    left = max(0, min(in_vials - expected - called, free))
    return LeftOver(
        session, in_vials, expected, called, left, min((vial.use_by for vial, _doses in vials), default=None)
    )


def requests_of_today(site: Site) -> QuerySet[StandbyRequest]:
    """Requests of today at a site in the order of the list."""
    rows = StandbyRequest.objects.filter(site=site, day=today()).order_by("made_at", "pk")
    return rows.select_related("person__resident", "session__slot", "booking")


@action
def answer_call(*, by: Actor, request: StandbyRequest, coming: bool) -> StandbyRequest:
    """Answer a call: a place at once, or the next person is called. Idempotent.

    Who said that they are coming may take it back until they are at the site.

    Raises:
        NotAllowed: the call was for somebody else.
        ActionRefused: it has lapsed, or there was none.
    """
    if by.kind is not ActorKind.SYSTEM and by.user_id != request.user_id:
        raise NotAllowed(_("This belongs to somebody else. Sign in as the person who started it."))
    lock(request.site)
    request = (
        StandbyRequest.objects.select_for_update(of=("self",))
        .select_related("session", "site", "person__resident", "booking")
        .get(pk=request.pk)
    )
    wanted = "coming" if coming else "declined"
    if request.state == wanted:
        return request
    if request.state == "coming" and request.booking:
        _give_up(by, request.booking)
    elif request.state != "called" or request.session is None or not _holds(request, coming=coming):
        raise ActionRefused(_("This call is over. The dose went to the next person."))
    if coming:
        reference = appointments.take_place(
            by=by,
            slot=request.session_id or 0,
            groups=[accounts.STANDBY],
            period=f"vaccination standby {request.pk}",
            resident=request.person.resident if has_profile(request.person) else None,
        )
        request.booking = Booking.objects.get(reference=reference)
    else:
        session_plan.remove_place(request.session_id or 0, accounts.STANDBY)
    request.state = wanted
    request.save(update_fields=["state", "booking"])
    audit.record(by=by, action=f"vaccination.standby-{wanted}", subject=f"vaccination-standby:{request.pk}")
    return request


def _holds(request: StandbyRequest, *, coming: bool) -> bool:
    """Tell if a call may be answered still: accepted in time, or declined at any time before it lapses."""
    return not coming or bool(request.answer_by and request.answer_by > current_time.now())


def _give_up(by: Actor, booking: Booking) -> None:
    """Give up the place of somebody who said that they are coming. Its dose stays with the call until that ends too."""
    if booking.state != "confirmed":
        raise ActionRefused(_("This booking cannot be changed any more."))
    appointments.give_up_place(by=by, booking=booking)


@action
def lapse_calls(*, by: Actor, site: Site) -> int:
    """End calls of a site that were not answered in time, and requests of past days. Return their number.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    lock(site)
    late = StandbyRequest.objects.select_for_update(of=("self",)).filter(
        site=site, state="called", answer_by__lte=current_time.now()
    )
    lapsed = 0
    for request in late.order_by("pk"):
        session_plan.remove_place(request.session_id or 0, accounts.STANDBY)
        request.state = "lapsed"
        request.save(update_fields=["state"])
        lapsed += 1
    StandbyRequest.objects.filter(site=site, state="waiting", day__lt=today()).update(state="ended")
    return lapsed
