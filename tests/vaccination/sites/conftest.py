"""A made-up district with two vaccination sites and a lot of ten doses a vial."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from pytest_django import Settings

from kini.booking.models import Quota, Slot
from kini.booking.queries.bookable_services import day_range
from kini.city.city_cache import AUDIT_SUBJECT
from kini.city.models import Agency, Area, Unit
from kini.core import audit, current_time
from kini.core.actors import system
from kini.core.environment import ROOT
from kini.ledger.public import balance, balances, verification
from kini.services.models import Service
from kini.vaccination.sites import stock
from kini.vaccination.sites.models import Lot, Session, Site
from kini.vaccination.sites.stock import accounts
from kini.web.formats import city_time, today

BY = system("tests")
#: Microlitres of a dose and a vial.
DOSE, VIAL = 500, 5_000


@dataclass
class District:
    """Two sites and a lot; `one` and `other` are health centres of two kecamatan."""

    service: Service
    one: Site
    other: Site
    lot: Lot
    numbers: list[int] = field(default_factory=list)

    def receive(self, vials: int, site: Site | None = None, lot: Lot | None = None) -> None:
        stock.receive(by=BY, site=site or self.one, lot=lot or self.lot, vials=vials, key=uuid4())

    def session(self, capacity: int, site: Site | None = None, **groups: int) -> Session:
        """A session of tomorrow, or later for further ones, with places for everybody and for these groups."""
        self.numbers.append(1)
        site = site or self.one
        morning = city_time(current_time.now()).replace(hour=7, minute=0, second=0, microsecond=0)
        starts = morning + timedelta(days=1, hours=len(self.numbers))
        slot = Slot.objects.create(
            service=self.service, unit=site.facility, area=site.area, resource=f"{site.pk}:sinovac",
            starts_at=starts, ends_at=starts + timedelta(hours=1), opens_at=current_time.now(),
        )  # fmt: skip
        session = Session.objects.create(
            slot=slot, site=site, campaign="covid-19", vaccine=self.lot.vaccine, dose_ul=DOSE
        )
        for group, places in {"": capacity, **groups}.items():
            Quota.objects.create(slot=slot, group=group, capacity=places)
        return session

    def sealed(self, site: Site | None = None, lot: Lot | None = None) -> int:
        return balance(accounts.sealed(site or self.one), accounts.lot_unit(lot or self.lot))

    def doses(self, *parts: object, site: Site | None = None) -> int:
        return balance(accounts.doses(site or self.one, *parts), accounts.dose_unit(self.lot.vaccine))

    def short(self, site: Site | None = None) -> int:
        return balance(accounts.tally(site or self.one, "short"), accounts.dose_unit(self.lot.vaccine))


def make_district() -> District:
    areas: dict[str, Area] = {}
    for code, level, name in (
        ("31", "provinsi", "Jakarta"),
        ("31.71", "kota", "Jakarta Pusat"),
        ("31.71.01", "kecamatan", "Gambir"),
        ("31.71.02", "kecamatan", "Sawah Besar"),
        ("31.71.01.1001", "kelurahan", "Gambir"),
    ):
        parent = areas.get(code.rpartition(".")[0])
        areas[code] = Area.objects.create(
            code=code, level=level, name=name, parent=parent, path=f"{parent.path}/{code}" if parent else code,
            depth=parent.depth + 1 if parent else 0, latitude=-6.1 - len(areas) / 100, longitude=106.8,
        )  # fmt: skip
    agency = Agency.objects.create(id="dinkes", name={"": "Dinas Kesehatan"}, short_name="Dinkes")

    def site(key: str, code: str) -> Site:
        unit = Unit.objects.create(id=f"dinkes-{code}", agency=agency, area=areas[code], name={"": key})
        return Site.objects.create(id=key, kind="fixed", name=key, facility=unit, agency=agency, area=areas[code])

    service = Service.objects.create(id="vaccination-booking", kind="booking", agency=agency)
    lot = Lot.objects.create(
        vaccine="sinovac", number="A1", expires_on=today() + timedelta(days=90), vial_ul=VIAL, open_minutes=360
    )
    audit.record(by=BY, action="city.tables_loaded", subject=AUDIT_SUBJECT)
    return District(service, site("gambir", "31.71.01"), site("sawah", "31.71.02"), lot)


@pytest.fixture
def district(db: None, settings: Settings) -> District:
    settings.CITY_PATH = ROOT / "cities" / "jakarta"
    return make_district()


@pytest.fixture
def sound() -> Callable[[], None]:
    """Check what must hold after any movement."""

    def check() -> None:
        assert list(verification.differences()) == []
        assert unsound_sites() == []

    return check


def unsound_sites() -> list[str]:
    """Sites whose promised doses differ from their usable vaccine, by a computation of its own."""
    usable: dict[tuple[str, str], int] = {}
    promised: dict[tuple[str, str], int] = {}
    for (account, unit), amount in balances().items():
        parts = account.split(":")
        vaccine = unit.split("/")[0]
        if parts[:2] == ["stock", "vaccine"] and parts[3] in ("sealed", "vial"):
            usable[parts[2], vaccine] = usable.get((parts[2], vaccine), 0) + amount
        elif parts[:2] == ["stock", "doses"]:
            promised[parts[2], vaccine] = promised.get((parts[2], vaccine), 0) + amount
        elif parts[0] == "doses" and parts[2] == "short":
            promised[parts[1], vaccine] = promised.get((parts[1], vaccine), 0) + amount
    keys = usable.keys() | promised.keys()
    return [f"{key}: {usable.get(key, 0)} <> {promised.get(key, 0)}" for key in keys
            if usable.get(key, 0) != promised.get(key, 0)]  # fmt: skip


def run(statement: str) -> list[tuple[object, ...]]:
    """Run SQL past Django's models."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def begin(session: Session) -> None:
    """Let a session of today have begun twenty minutes ago, or with the day, and end in forty minutes."""
    now, (midnight, _end) = current_time.now(), day_range(today(), today())
    Slot.objects.filter(pk=session.pk).update(
        starts_at=max(midnight, now - timedelta(minutes=20)), ends_at=now + timedelta(minutes=40)
    )
