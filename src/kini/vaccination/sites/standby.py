"""Waiting list at the end of the day: people near a site are called for doses that are left in opened vials.

Each request is called once at most, in the order in which they came. A call adds a place of the group `standby` to the
last session of the day, with its dose; a call that is declined or lapses frees it for the next person.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
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
from kini.vaccination.sites.models import Session, Site, StandbyRequest
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
    for session in _last_sessions(site):
        _close_started(site, session)
        waiting = StandbyRequest.objects.select_for_update(of=("self",), skip_locked=True).filter(
            site=site, day=today(), state="waiting", campaign=session.campaign, vaccines__contains=[session.vaccine]
        )
        for request in waiting.order_by("made_at", "pk")[: left_over(site, session)]:
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


def _last_sessions(site: Site) -> list[Session]:
    """Last session of each vaccine today, if it ends soon."""
    start, end = day_range(today(), today())
    now = current_time.now()
    rows = Session.objects.filter(site=site, settled_at=None, slot__starts_at__gte=start, slot__starts_at__lt=end)
    last = {row.vaccine: row for row in rows.select_related("slot").order_by("slot__starts_at")}
    return [row for row in last.values() if now < row.slot.ends_at <= now + CALLED_BEFORE]


def _close_started(site: Site, session: Session) -> None:
    """Close open places of sessions that have begun: nobody can book them now. Walk-ins keep theirs."""
    started = Quota.objects.filter(
        slot__vaccination_session__site=site,
        slot__vaccination_session__vaccine=session.vaccine,
        slot__vaccination_session__settled_at=None,
        slot__starts_at__lte=current_time.now(),
        capacity__gt=F("taken"),
    )
    for pk in started.exclude(group__in=[WALK_IN, accounts.STANDBY]).values_list("pk", flat=True):
        Quota.objects.filter(pk=pk).update(capacity=F("taken"))


def left_over(site: Site, session: Session, at: datetime | None = None) -> int:
    """Doses in opened vials that nobody who is expected needs, and that are not set aside."""
    at = at or current_time.now()
    start, end = day_range(today(), today())
    doses = sum(
        content // session.dose_ul
        for vial, content in accounts.vial_contents(site)
        if vial.lot.vaccine == session.vaccine and vial.use_by > at
    )
    expected = Booking.objects.filter(
        slot__vaccination_session__site=site,
        slot__vaccination_session__vaccine=session.vaccine,
        slot__starts_at__gte=start,
        slot__starts_at__lt=end,
        slot__ends_at__gt=at,
        state__in=EXPECTED_STATES,
    ).count()
    called = StandbyRequest.objects.filter(site=site, day=today(), state="called", session__vaccine=session.vaccine)
    free = balance(accounts.doses(site, "free"), accounts.dose_unit(session.vaccine)) // session.dose_ul
    return max(0, min(doses - expected - called.count(), free))


@action
def answer_call(*, by: Actor, request: StandbyRequest, coming: bool) -> StandbyRequest:
    """Answer a call: a place at once, or the next person is called. Idempotent.

    Raises:
        NotAllowed: the call was for somebody else.
        ActionRefused: it has lapsed, or there was none.
    """
    if by.kind is not ActorKind.SYSTEM and by.user_id != request.user_id:
        raise NotAllowed(_("This belongs to somebody else. Sign in as the person who started it."))
    lock(request.site)
    request = (
        StandbyRequest.objects.select_for_update(of=("self",))
        .select_related("session", "site", "person__resident")
        .get(pk=request.pk)
    )
    wanted = "coming" if coming else "declined"
    if request.state == wanted:
        return request
    if request.state != "called" or request.session is None or not request.answer_by:
        raise ActionRefused(_("This call is over. The dose went to the next person."))
    if coming and request.answer_by <= current_time.now():
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
