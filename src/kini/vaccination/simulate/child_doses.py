"""Children of a demo for whom several doses are due on one day, and sessions of the site that give them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import cycle, islice, product
from uuid import uuid4

from kini.booking.models import EVERYBODY
from kini.city.public import pack
from kini.core import current_time
from kini.core.actors import Actor
from kini.people.models import FamilyTie, Resident
from kini.vaccination.campaigns.campaign_files import campaign_of, campaigns
from kini.vaccination.campaigns.eligibility import Eligibility
from kini.vaccination.doses import actions as dose_actions
from kini.vaccination.doses.actions import NewDose
from kini.vaccination.registrations import queries
from kini.vaccination.simulate.queries import SOURCE
from kini.vaccination.sites import session_plan
from kini.vaccination.sites.models import Site
from kini.vaccination.sites.session_plan import LENGTH, NewSession, PlannedSession
from kini.vaccination.sites.stock import vials_at
from kini.vaccination.visits import actions as visit_actions
from kini.vaccination.visits.entries import VisitEntry, WalkIn
from kini.web.formats import today

#: Age of the children in days, and ages at which they were at the site before.
AGE, VISITS = 100, (3, 35, 66)
#: Working days with sessions, first hours of them, and places of each.
SESSION_DAYS, HOURS, PLACES = 6, (8, 9, 10), 8


def fill_child(by: Actor, site: Site) -> dict[str, int]:
    """Give residents' children their earlier doses, once; one of them waits at the site. Return numbers of rows."""
    ties = FamilyTie.objects.filter(relation="child", member__user=None).select_related("member").order_by("pk")
    born, children = today() - timedelta(days=AGE), [each.member for each in ties if each.member.birth_date is None]
    campaign = next((name for name, each in campaigns().items() if len(each.series) > 1), None)
    if not children or campaign is None:
        return {}
    Resident.objects.filter(pk__in=[each.pk for each in children]).update(birth_date=born)
    children = list(
        Resident.objects.filter(pk__in=[each.pk for each in children]).select_related("person").order_by("pk")
    )
    doses = [
        _give(by, site, child, campaign, each, on)
        for child in children
        for on in _visit_days(born)
        for each in _due(child, campaign, on)
    ]
    sessions = sum(1 for _session in _open_sessions(by, site, campaign))
    card = WalkIn(name=children[0].name, birth_date=born, birth_precision="day")
    entry = VisitEntry(uuid=uuid4(), campaign=campaign, walk_in=card, at=current_time.now())
    visit_actions.record_visit(by=by, site=site, entry=entry, person=children[0].person)
    return {"doses of children": len(doses), "sessions for children": sessions}


def _visit_days(born: date) -> Iterator[date]:
    yield from (born + timedelta(days=age) for age in VISITS)


def _due(child: Resident, campaign: str, on: date) -> list[Eligibility]:
    """Doses whose recommended day had come."""
    possible = queries.together_on(child.person, campaign_of(campaign), on)
    return [each for each in possible if each.recommended and each.recommended <= on]


def _give(by: Actor, site: Site, child: Resident, campaign: str, due: Eligibility, on: date) -> object:
    option = due.options[0]
    dose = NewDose(
        uuid=uuid4(),
        person=child.person,
        campaign=campaign,
        vaccine=option.vaccine,
        number=due.number or 1,
        volume_ul=option.volume_ul,
        group=due.group,
        lot_number="DEMO",
        given_on=on,
        site=site,
        source=SOURCE,
        source_key=f"child-{child.pk}-{option.vaccine}-{due.number}",
    )
    return dose_actions.record_dose(by=by, dose=dose)


def _open_sessions(by: Actor, site: Site, campaign: str) -> Iterator[object]:
    """Open morning sessions of the next working days, each with a vaccine in turn of which the site has enough."""
    known, city = campaign_of(campaign), pack.current()
    vaccines = sorted({lot.vaccine for lot, _opened in vials_at(site) if known.series_of(lot.vaccine)})
    hours = site.hours.select_related("place").first()
    if hours is None or not vaccines:
        return
    days = (today() + timedelta(days=each) for each in range(1, 4 * SESSION_DAYS))
    working = islice(filter(city.calendar.is_working_day, days), SESSION_DAYS)
    for (day, hour), vaccine in zip(product(working, HOURS), cycle(vaccines), strict=False):
        dose_ul = known.vaccines[vaccine].dose_ul
        places = min(PLACES, session_plan.free_doses(site, vaccine, dose_ul) - 1)
        if places > 0:
            starts = datetime(day.year, day.month, day.day, hour, tzinfo=city.timezone)
            plan = PlannedSession(hours, starts, places)
            new = NewSession(campaign, vaccine, dose_ul, plan, current_time.now(), starts + LENGTH)
            yield session_plan.open_session(by=by, site=site, new=new, places={EVERYBODY: places})
