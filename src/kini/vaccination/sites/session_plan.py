"""Sessions: open them as far as there is stock, change their places, settle them afterwards."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from django.db.models import F, QuerySet

from kini.booking.models import EVERYBODY, WALK_IN, Quota, Slot
from kini.city.public import pack
from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import Actor, require_system
from kini.core.dated_rules import rule_in_force
from kini.ledger.models import Balance
from kini.ledger.public import balance, record_entry
from kini.vaccination.campaigns.campaign_files import campaign_of
from kini.vaccination.sites.models import AddedDose, SecondDose, Session, Site, SiteHours
from kini.vaccination.sites.stock import accounts
from kini.vaccination.sites.stock.accounts import Postings
from kini.vaccination.sites.stock.entries import lock, require_manager
from kini.web.formats import city_time, today

#: Quota group of people who live outside of the city.
NON_RESIDENT = "non-resident"
#: Length of a session, and time after its end until it is settled.
LENGTH, SETTLED_AFTER = timedelta(hours=1), timedelta(hours=3)
#: Sessions become bookable in so many batches, so far apart; by lot, so that no second is better than another.
BATCHES, BETWEEN = 6, timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """A session that a site could hold: its hour of the timetable and the doses that the team can give."""

    hours: SiteHours
    starts_at: datetime
    doses: int


def planned_sessions(site: Site, first: date, days: int) -> Iterator[PlannedSession]:
    """Sessions of a site's timetable from a day on, without past ones, public holidays and days of leave."""
    city = pack.current()
    timetable = list(site.hours.select_related("place"))
    for day in (first + timedelta(days=number) for number in range(days)):
        if city.calendar.days_off(day):
            continue
        for hours in timetable:
            if hours.weekday != day.weekday():
                continue
            start, end = (datetime.combine(day, each, city.timezone) for each in (hours.starts, hours.ends))
            while start + LENGTH <= end:
                if start > current_time.now():
                    yield PlannedSession(hours, start, hours.an_hour)
                start += LENGTH


@action
def open_sessions(*, by: Actor, site: Site, campaign: str, days: int = 14) -> int:
    """Open sessions of the timetable as far as free stock of the campaign's vaccines reaches. Return their number.

    Each hour gets the vaccine of which there is most; the team's time that the second doses of its week need is left to
    them, and walk-ins have their share of the rest. A session becomes bookable with its batch. Existing ones stay.

    Raises:
        NotAllowed: the actor does not look after the stock of the site.
    """
    require_manager(by, site)
    site, now = lock(site), current_time.now()
    upcoming = Session.objects.filter(site=site, slot__starts_at__gt=now)
    known = set(upcoming.values_list("slot__starts_at", flat=True))
    plans = list(planned_sessions(site, today(), days))
    second = _second_doses(site, plans)
    lottery, opened = Random(), 0  # noqa: S311 -- for fairness, not a secret
    for plan in plans:
        if plan.starts_at in known:
            continue
        vaccine, dose_ul, places = _most(site, campaign)
        if places < 1:
            break
        places = min(plan.doses - second.get(_week(plan.starts_at), 0), places)
        if places < 1:
            continue
        opens_at = now + lottery.randrange(BATCHES) * BETWEEN
        session = NewSession(campaign, vaccine, dose_ul, plan, opens_at, plan.starts_at + LENGTH)
        open_session(by=by, site=site, new=session, places=_shares(session, places))
        opened += 1
    if opened:
        detail = {"campaign": campaign, "count": opened}
        audit.record(by=by, action="vaccination.sessions-opened", subject=f"vaccination-site:{site.pk}", detail=detail)
    return opened


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session to open: campaign, vaccine, volume of its doses, time and place, when one can book it, and its end."""

    campaign: str
    vaccine: str
    dose_ul: int
    plan: PlannedSession
    opens_at: datetime
    ends_at: datetime


@action
def open_session(*, by: Actor, site: Site, new: NewSession, places: Mapping[str, int]) -> Session:
    """Open one session with these places by quota group; their doses come out of the free stock.

    Raises:
        NotAllowed: the actor does not look after the stock of the site.
        ledger.InsufficientBalance: there are not so many free doses.
    """
    require_manager(by, site)
    at = new.plan.hours.place or site.place
    slot = Slot.objects.create(
        service_id=campaign_of(new.campaign).service,
        unit=None if at else site.facility,
        place=at,
        area=at.area if at else site.area,
        resource=f"{site.pk}:{new.vaccine}",
        starts_at=new.plan.starts_at,
        ends_at=new.ends_at,
        opens_at=new.opens_at,
    )
    session = Session.objects.create(
        slot=slot, site=site, campaign=new.campaign, vaccine=new.vaccine, dose_ul=new.dose_ul
    )
    for group, number in places.items():
        Quota.objects.create(slot=slot, group=group, capacity=number)
    return session


def _shares(new: NewSession, places: int) -> dict[str, int]:
    """Places by quota group: walk-ins by the timetable, people from outside of the city by the campaign's rule."""
    rule = rule_in_force(campaign_of(new.campaign).non_residents, city_time(new.plan.starts_at).date())
    walk_in = places * new.plan.hours.walk_in_percent // 100
    outside = (places - walk_in) * rule.share // 100 if rule and rule.may else 0
    return {EVERYBODY: places - walk_in - outside, WALK_IN: walk_in, NON_RESIDENT: outside}


def _most(site: Site, campaign: str) -> tuple[str, int, int]:
    """Vaccine of a campaign of which a site has most free doses, the volume of a dose, and their number."""
    known = campaign_of(campaign)
    rows = [
        (name, each.dose_ul, free_doses(site, name, each.dose_ul))
        for name, each in known.vaccines.items()
        if known.series_of(name)
    ]
    return max(rows, key=lambda row: row[2], default=("", 1, 0))


def free_doses(site: Site, vaccine: str, dose_ul: int) -> int:
    """Return the doses of a vaccine at a site that are not set aside."""
    return balance(accounts.doses(site, "free"), accounts.dose_unit(vaccine)) // dose_ul


def _week(at: datetime) -> tuple[int, int]:
    year, week, _weekday = city_time(at).date().isocalendar()
    return year, week


def _second_doses(site: Site, plans: Sequence[PlannedSession]) -> dict[tuple[int, int], int]:
    """Second doses that a session of each week must leave room for."""
    due = Counter(
        day.isocalendar()[:2]
        for day in SecondDose.objects.filter(site=site, kept=True, ended_at=None).values_list("due_on", flat=True)
    )
    sessions = Counter(_week(plan.starts_at) for plan in plans)
    return {week: -(-due[week] // number) for week, number in sessions.items() if due[week]}


def add_place(session: Session, group: str) -> None:
    """Add a place of a group to a session; its dose comes out of the free stock, or of that for second doses.

    Raises:
        ledger.InsufficientBalance: there is no such dose. The transaction is broken and must end.
    """
    quota, _created = Quota.objects.get_or_create(slot_id=session.pk, group=group, defaults={"capacity": 0})
    Quota.objects.filter(pk=quota.pk).update(capacity=F("capacity") + 1)


def remove_place(session_id: int, group: str) -> bool:
    """Take an open place of a group out of a session again; its dose goes back. Return whether there was one."""
    quotas = Quota.objects.filter(slot_id=session_id, group=group, capacity__gt=F("taken"))
    return bool(quotas.update(capacity=F("capacity") - 1))


@action
def settle(*, by: Actor, session: Session) -> bool:
    """Free the doses that a session set aside and did not give. Idempotent. Return whether it was open until now.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    site = lock(session.site)
    quotas = list(Quota.objects.select_for_update(no_key=True).filter(slot=session.pk).order_by("pk"))
    session = Session.objects.get(pk=session.pk)
    if session.settled_at:
        return False
    unit = accounts.dose_unit(session.vaccine)
    names = [accounts.doses(site, kind, quota.pk) for quota in quotas for kind in ("open", "booked")]
    left = dict(Balance.objects.filter(account__in=names, unit=unit).values_list("account", "balance"))
    postings: Postings = [(name, unit, -amount) for name, amount in left.items() if amount]
    if postings:
        postings += [(accounts.doses(site, "free"), unit, sum(left.values()))]
        key, subject = f"vaccination:settled:{session.pk}", f"vaccination-session:{session.pk}"
        record_entry(key=key, subject=subject, postings=postings)
    session.settled_at = current_time.now()
    added = AddedDose.objects.filter(booking__slot=session.pk, ended_at=None)
    added.update(ended_at=session.settled_at, ended_because="settled")
    session.save(update_fields=["settled_at"])
    return True


def to_settle() -> QuerySet[Session]:
    """Sessions that are over and were not settled."""
    over = current_time.now() - SETTLED_AFTER
    return Session.objects.filter(settled_at=None, slot__ends_at__lte=over).select_related("site").order_by("pk")
