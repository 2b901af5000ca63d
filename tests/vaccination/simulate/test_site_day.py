"""The day of a demo's site, on the pages of those who work with it."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from kini.city import actions as city_actions
from kini.core import current_time
from kini.core.actors import system
from kini.messages.models import Message
from kini.people.models import FamilyTie, Officer, Resident
from kini.records import actions as record_actions
from kini.records.public import MemberRole
from kini.services.models import Service
from kini.vaccination.campaigns.campaign_files import campaign_of
from kini.vaccination.models import (
    AdverseEvent,
    Dose,
    DoseDispute,
    NextDose,
    PhoneConflict,
    Registration,
    Shipment,
    Site,
    Visit,
)
from kini.vaccination.registrations import jobs, queries
from kini.vaccination.simulate.actions import stock_site
from kini.vaccination.simulate.child_doses import fill_child
from kini.vaccination.simulate.queries import example_site
from kini.vaccination.simulate.site_day import VISITORS, WAITING, fill_day
from kini.vaccination.sites import jobs as jobs_of_sites
from kini.vaccination.sites import standby, stock
from kini.vaccination.sites.site_file import load_sites
from kini.web.formats import city_time, today
from tests.cases import town
from tests.pagechecks import CheckedClient

BY = system("tests")
pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    """A site of the pack with vaccine, and a day of made-up residents."""
    city_actions.load_pack_tables(by=BY)
    load_sites(BY)
    site = example_site()
    assert site
    Service.objects.create(id="vaccination-booking", category="health", kind="booking", agency=site.agency)
    for other in Site.objects.filter(active=True).order_by("pk")[:1]:
        stock_site(by=BY, site=other)
    stock_site(by=BY, site=site)
    for number in range(16):
        resident = town.person(f"+62812000001{number:02}", f"Warga {number}")
        values = {"birth_date": date(1980, 1, 1 + number), "sex": "female", "area_id": "31.71.01.1001"}
        Resident.objects.filter(pk=resident.pk).update(**values, user=resident.user_id if number > 13 else None)
    return site


def officer(site: Site, name: str, role: str) -> Officer:
    employed = town.employed(f"+6281200000{len(name)}", name, site.agency, role)
    record_actions.add_to_facility(by=BY, officer=employed, facility=site.facility, role=MemberRole.CARE)
    return employed


def text_of(client: CheckedClient, who: Officer, address: str, *args: object) -> str:
    client.force_login(who.user)
    answer = client.get(reverse(f"vaccination:{address}", args=args))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.fixture
def noon() -> Iterator[None]:
    """Noon of today in the city: the made-up visitors came within the last hours."""
    with current_time.freeze(city_time(current_time.now()).replace(hour=12)):
        yield


@pytest.mark.parametrize("hour", [0, 5, 11, 15, 20, 23])
def test_the_waiting_list_is_alive_at_every_hour(site: Site, client: CheckedClient, hour: int) -> None:
    with current_time.freeze(city_time(current_time.now()).replace(hour=hour, minute=37)):
        fill_day(BY, site)
        jobs_of_sites.call_standby()
        offered = [standby.left_over(site, each) for each in standby.last_sessions(site)]
        alive = [each for each in offered if not each.is_over and each.in_vials]
        page = text_of(client, officer(site, "Vaksinator", "vaccinator"), "desk-waiting-list", site.pk)
    assert any(each.left or each.called for each in alive)
    assert all(f"Warga {number}" in page for number in (11, 12, 13))
    assert "Tidak ada sesi" not in page


def test_a_child_of_the_demo_has_several_doses_due(site: Site, client: CheckedClient) -> None:
    parent = Resident.objects.filter(user__isnull=False).first()
    assert parent
    child = Resident.objects.create(name="Bayu Contoh")
    FamilyTie.objects.create(resident=parent, member=child, relation="child")
    for name, vaccine in campaign_of("childhood").vaccines.items():
        lot = stock.record_lot(
            by=BY, site=site, vaccine=name, number="B1", expires_on=today() + timedelta(days=90),
            vial_ul=vaccine.vial_ul, open_minutes=360,
        )  # fmt: skip
        stock.receive(by=BY, site=site, lot=lot, vials=20, key=uuid4())
    counts = fill_child(BY, site)
    assert counts["doses of children"] >= 5
    assert counts["sessions for children"] > 10
    assert fill_child(BY, site) == {}
    visit = Visit.objects.get(outcome="")
    page = text_of(client, officer(site, "Vaksinator", "vaccinator"), "desk-visit", site.pk, visit.uuid)
    assert all(each in page for each in ("DPT-HB-Hib 2", "Polio 3", "Rotavirus 2"))
    assert parent.user
    client.force_login(parent.user)
    asked = client.get(reverse("vaccination:person", args=["childhood", child.person_id])).content.decode()
    assert asked.count('name="beside"') >= 2  # noqa: PLR2004 -- besides the first dose


@pytest.mark.usefixtures("noon")
def test_each_desk_page_has_something_to_work_with(site: Site, client: CheckedClient) -> None:
    counts = fill_day(BY, site)
    assert counts == {
        "missed doses": 3,
        "visits": VISITORS,
        "sessions of today": 1,
        "appointments": 3,
        "waiting list": WAITING,
    }
    assert fill_day(BY, site) == {}
    for dose in Dose.objects.filter(source="demo"):
        jobs.follow_recorded_dose(jobs.DoseRecorded(dose.pk, dose.person_id, dose.source))
    vaccinator, manager = officer(site, "Vaksinator", "vaccinator"), officer(site, "Pengelola", "vaccine-manager")

    day = text_of(client, vaccinator, "desk-day", site.pk)
    assert all(f"Warga {number}<" in day or f"Warga {number} " in day for number in (7, 8))
    booked = Registration.objects.filter(state="booked")
    assert booked.count() == 3
    assert booked.exclude(booking__slot__vaccination_session__site=site).count() == 0

    waiting = text_of(client, vaccinator, "desk-waiting-list", site.pk)
    assert all(f"Warga {number} " in waiting for number in (11, 12, 13))
    assert "Warga 10" not in waiting

    missed = text_of(client, vaccinator, "desk-missed")
    assert all(f"Warga {number}" in missed for number in (0, 1, 2))
    assert "Warga 3" not in missed
    assert NextDose.objects.filter(missed_after__lt=today()).count() == 3
    jobs.tell_due_doses()
    jobs.tell_due_doses()
    told = Message.objects.filter(sort="vaccination-dose-missed")
    late = queries.missed_doses().values_list("person__resident", flat=True)
    assert sorted(told.values_list("resident", flat=True)) == sorted(late)

    conflict = PhoneConflict.objects.get()
    conflicts = text_of(client, vaccinator, "desk-conflicts", site.pk)
    assert conflict.problem in conflicts
    assert "Warga 9" in conflicts

    event = AdverseEvent.objects.get()
    events = text_of(client, manager, "desk-events")
    assert event.reference in events
    assert event.signs in events

    dispute = DoseDispute.objects.get()
    disputes = text_of(client, manager, "desk-disputes")
    assert dispute.dose.reference in disputes
    page = text_of(client, manager, "desk-dose", dispute.dose.reference)
    assert dispute.words in page

    stock = text_of(client, manager, "desk-stock-site", site.pk)
    assert f"{Shipment.objects.get().vials}" in stock
    assert "DEMO-" in stock
