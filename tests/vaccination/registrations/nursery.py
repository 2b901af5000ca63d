"""A child of three months at a site with the vaccines of its age: several doses are due on one day."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from kini.booking.models import Quota, Slot
from kini.core import current_time
from kini.core.actors import system
from kini.ledger.public import balance
from kini.people.models import Person, Resident
from kini.vaccination.campaigns.campaign_files import vaccine_of
from kini.vaccination.doses import actions as dose_actions
from kini.vaccination.doses.actions import NewDose
from kini.vaccination.registrations import together_actions
from kini.vaccination.registrations.actions import Wish
from kini.vaccination.registrations.models import Registration
from kini.vaccination.sites import stock
from kini.vaccination.sites.models import Lot, Session, Site
from kini.vaccination.sites.stock import accounts
from kini.web.formats import city_time, today
from tests.vaccination.sites.conftest import District

BY = system("tests")
#: Series, vaccine and earlier doses of a child of three months.
EARLIER = {"dpt-hb-hib": 1, "polio-oral": 2, "rotavirus": 1}
VACCINES = {"dpt-hb-hib": "dpt-hb-hib", "polio-oral": "opv", "rotavirus": "rotavirus"}
TOGETHER = {"polio-oral", "rotavirus"}


@dataclass
class Nursery:
    """Two sites with one vial of each vaccine, and the child."""

    district: District
    child: Person
    lots: dict[str, Lot]

    @property
    def site(self) -> Site:
        return self.district.one

    def receive(self, vaccine: str, site: Site | None = None) -> None:
        stock.receive(by=BY, site=site or self.site, lot=self.lots[vaccine], vials=1, key=uuid4())

    def session(
        self, vaccine: str = "dpt-hb-hib", capacity: int = 2, days: int = 1, site: Site | None = None
    ) -> Session:
        """A session of a day from now at 9, 10, 11 o'clock ..."""
        site = site or self.site
        starts = city_time(current_time.now()).replace(hour=9, minute=0, second=0, microsecond=0)
        starts += timedelta(days=days, hours=Session.objects.count())
        slot = Slot.objects.create(
            service=self.district.service, unit=site.facility, area=site.area, resource=f"{site.pk}:{vaccine}",
            starts_at=starts, ends_at=starts + timedelta(hours=1), opens_at=current_time.now(),
        )  # fmt: skip
        dose_ul = vaccine_of(vaccine).dose_ul
        session = Session.objects.create(slot=slot, site=site, campaign="childhood", vaccine=vaccine, dose_ul=dose_ul)
        Quota.objects.create(slot=slot, group="", capacity=capacity)
        return session

    def free(self, vaccine: str, kind: str = "free", site: Site | None = None) -> int:
        """Doses at a site that are free, or `added`."""
        amount = balance(accounts.doses(site or self.site, kind), accounts.dose_unit(vaccine))
        return amount // vaccine_of(vaccine).dose_ul

    def register(self, *series: str) -> Registration:
        wish = Wish("childhood", series="dpt-hb-hib", channel="desk")
        return together_actions.register_together(by=BY, person=self.child, wish=wish, series=series or TOGETHER)

    def book(self, lead: Registration, session: Session, *series: str) -> Registration:
        names = series or {"dpt-hb-hib", *TOGETHER}
        return together_actions.book_together(by=BY, lead=lead, slot=session.pk, series=names)

    def states(self) -> dict[str, str]:
        return {each.series: each.state for each in Registration.objects.filter(ended_at=None)}


def make_nursery(district: District) -> Nursery:
    born = today() - timedelta(days=95)
    child = Resident.objects.create(
        name="Bayu Contoh", birth_date=born, sex="male", area_id="31.71.01.1001"
    ).person  # fmt: skip
    for series, number in EARLIER.items():
        for each in range(1, number + 1):
            dose_actions.record_dose(
                by=BY,
                dose=NewDose(
                    uuid=uuid4(), person=child, campaign="childhood", vaccine=VACCINES[series], number=each,
                    volume_ul=500, given_on=born + timedelta(days=61 - 30 * (number - each)), source="demo",
                    site=district.one, agency=district.one.agency, lot_number="A1",
                ),
            )  # fmt: skip
    lots = {
        vaccine: Lot.objects.create(
            vaccine=vaccine, number=f"L{index}", expires_on=today() + timedelta(days=90),
            vial_ul=vaccine_of(vaccine).vial_ul, open_minutes=360,
        )
        for index, vaccine in enumerate([*VACCINES.values(), "bcg", "ipv"])
    }  # fmt: skip
    nursery = Nursery(district, child, lots)
    for vaccine in VACCINES.values():
        for _number in range(4):
            nursery.receive(vaccine)
    return nursery
