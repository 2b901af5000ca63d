"""A made-up kecamatan with two RWs, an orphanage, officers of two kelurahan, a firm and a resident who give."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from pytest_django import Settings

from kini.city.city_cache import AUDIT_SUBJECT
from kini.city.models import Agency, Area
from kini.core import audit
from kini.core.actors import Actor, system
from kini.core.environment import ROOT
from kini.ledger.public import balances, verification
from kini.people.models import Officer, Resident
from kini.together import actions
from kini.together import verification as help_verification
from kini.together.models import Beneficiary, Giver, Need, NeedLine, Pledge
from kini.web.formats import today
from tests.cases.town import acting, employed, person
from tests.snapshots import replay

BY = system("tests")
STAPLES = "package:food/staples"


@dataclass
class HelpTown:
    """People and places; `rw` and `other` are RWs of two kelurahan of one kecamatan."""

    areas: dict[str, Area]
    officer: Officer
    colleague: Officer
    coordinator: Officer
    head: Resident
    donor: Resident
    boss: Resident
    rw: Beneficiary = field(init=False)
    other: Beneficiary = field(init=False)
    firm: Giver = field(init=False)
    donor_giver: Giver = field(init=False)

    def need(self, place: Beneficiary | None = None, days: int = 30, programme: str = "food", **lines: int) -> Need:
        """An open need, reported by one officer and verified by another."""
        need = self.reported(place, days, programme, **lines)
        return actions.verify_need(by=acting(self.colleague), need=need)

    def reported(self, place: Beneficiary | None = None, days: int = 30, programme: str = "food", **lines: int) -> Need:
        return actions.report_need(
            by=acting(self.officer),
            beneficiary=place or self.rw,
            programme=programme,
            lines={name.replace("_", "-"): count for name, count in (lines or {"staples": 40}).items()},
            needed_by=today() + timedelta(days=days),
        )

    def line(self, need: Need, package: str = "staples") -> NeedLine:
        return NeedLine.objects.select_related("need__beneficiary__area").get(need=need, package=package)

    def pledge(self, line: NeedLine, quantity: int, giver: Giver | None = None) -> Pledge:
        giver = giver or self.firm
        return actions.hold_pledge(by=self.side(giver), giver=giver, line=line, quantity=quantity, key=uuid4())

    def confirmed(self, line: NeedLine, quantity: int, giver: Giver | None = None, on: date | None = None) -> Pledge:
        pledge = self.pledge(line, quantity, giver)
        by = self.side(pledge.giver)
        return actions.confirm_pledge(by=by, pledge=pledge, deliver_on=on or today(), stated=True)

    def sent(self, line: NeedLine, quantity: int, giver: Giver | None = None) -> Pledge:
        pledge = self.confirmed(line, quantity, giver)
        return actions.set_out(by=self.side(pledge.giver), pledge=pledge)

    def delivered(self, pledge: Pledge, quantity: int | None = None) -> Pledge:
        actions.record_delivery(
            by=self.side(pledge.giver), pledge=pledge, code=pledge.code,
            quantity=pledge.quantity if quantity is None else quantity, key=uuid4(),
        )  # fmt: skip
        return pledge

    def received(self, line: NeedLine, quantity: int, giver: Giver | None = None) -> Pledge:
        pledge = self.delivered(self.sent(line, quantity, giver))
        receiver = self.head if line.need.beneficiary.contact_id else self.officer
        actions.record_receipt(by=acting(receiver), pledge=pledge, quantity=quantity)
        pledge.refresh_from_db()
        return pledge

    def side(self, giver: Giver) -> Actor:
        return acting(self.boss if giver.owner_id == self.boss.user_id else self.donor)

    def balance(self, account: str, unit: str = STAPLES) -> int:
        return balances(unit=unit).get((account, unit), 0)


def build() -> HelpTown:
    """Store the town. The caller has made Jakarta's pack the running one."""
    areas: dict[str, Area] = {}
    for code, level, name in (
        ("31", "provinsi", "Jakarta"),
        ("31.71", "kota", "Jakarta Pusat"),
        ("31.71.01", "kecamatan", "Gambir"),
        ("31.71.01.1001", "kelurahan", "Gambir"),
        ("31.71.01.1002", "kelurahan", "Cideng"),
    ):
        parent = areas.get(code.rpartition(".")[0])
        areas[code] = Area.objects.create(
            code=code, level=level, name=name, parent=parent, path=f"{parent.path}/{code}" if parent else code,
            depth=parent.depth + 1 if parent else 0, latitude=-6.1 - len(areas) / 100, longitude=106.8,
        )  # fmt: skip
    audit.record(by=BY, action="city.tables_loaded", subject=AUDIT_SUBJECT)
    agency = Agency.objects.create(id="dinsos", name={"": "Dinas Sosial"}, short_name="Dinsos")
    inside = areas["31.71.01"]
    town = HelpTown(
        areas,
        employed("+6281200000001", "Petugas", agency, "help-officer", area=inside),
        employed("+6281200000002", "Rekan", agency, "help-officer", area=inside),
        employed("+6281200000003", "Koordinator", agency, "help-coordinator"),
        person("+6281200000004", "Ketua RW"),
        person("+6281200000005", "Dewi Contoh"),
        person("+6281200000006", "Pengusaha"),
    )
    town.rw = place(town, "rw", "RW 03", "31.71.01.1001", families=60, contact=town.head.user)
    town.other = place(town, "rw", "RW 05", "31.71.01.1002", families=120)
    assert town.boss.user
    assert town.donor.user
    town.firm = actions.record_giver(by=acting(town.boss), kind="firm", name="PT Contoh", owner=town.boss.user)
    town.donor_giver = actions.ensure_person(by=acting(town.donor), user=town.donor.user)
    return town


def place(town: HelpTown, kind: str, name: str, area: str, **values: object) -> Beneficiary:
    new = actions.NewBeneficiary(kind, name, town.areas[area], **values)  # type: ignore[arg-type]
    return actions.record_beneficiary(by=acting(town.officer), beneficiary=new)


@pytest.fixture
def town(db: None, settings: Settings) -> HelpTown:
    settings.CITY_PATH = ROOT / "cities" / "jakarta"
    return replay("together town", build)


def differences() -> Iterator[str]:
    """Sentences of both checks: the ledger's, and that of pledges against it."""
    yield from verification.differences()
    yield from help_verification.differences()


def run(statement: str, *values: str | int | None) -> list[tuple[object, ...]]:
    """Run SQL past Django's models."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []
