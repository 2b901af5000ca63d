"""Places of sessions and their doses: they never disagree, on any path, and not past Python either."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings

from kini.booking.models import EVERYBODY, WALK_IN, Booking, Quota
from kini.booking.public import SlotFull
from kini.core import current_time
from kini.core.environment import ROOT
from kini.vaccination.sites import appointments, session_plan, stock, verification
from kini.vaccination.sites.appointments import Wish
from kini.vaccination.sites.models import Session, SiteHours
from kini.web.formats import today
from tests.vaccination.sites.conftest import BY, DOSE, District, make_district, run

Sound = Callable[[], None]


def take(session: Session, group: str = EVERYBODY, period: str = "") -> Booking:
    reference = appointments.take_place(by=BY, slot=session.pk, groups=[group], period=period or f"test {uuid4()}")
    return Booking.objects.get(reference=reference)


def test_a_place_has_its_dose_on_every_path(district: District, sound: Sound) -> None:
    district.receive(1)
    one, other = district.session(4, **{WALK_IN: 2}), district.session(4)
    quota = Quota.objects.get(slot=one.pk, group=EVERYBODY)
    assert (district.doses("free"), district.doses("open", quota.pk)) == (0, 4 * DOSE)
    booking = take(one)
    take(one, WALK_IN)
    assert district.doses("booked", quota.pk) == DOSE
    sound()
    appointments.move_place(by=BY, booking=booking, slot=other.pk, groups=[EVERYBODY], period="test")
    assert district.doses("booked", quota.pk) == 0
    sound()
    booking.refresh_from_db()
    assert appointments.give_up_place(by=BY, booking=booking)
    assert not appointments.give_up_place(by=BY, booking=booking)
    assert Quota.objects.get(slot=other.pk).taken == 0
    sound()
    Booking.objects.all().update(state="expired", ended_at=current_time.now())
    sound()


def test_no_place_without_a_dose(district: District, sound: Sound) -> None:
    district.receive(1)
    with pytest.raises(IntegrityError, match="ledger_stock_not_negative"), transaction.atomic():
        district.session(11)
    session = district.session(10)
    with pytest.raises(IntegrityError, match="ledger_stock_not_negative"), transaction.atomic():
        run("UPDATE booking_quota SET capacity = capacity + 1")
    for _ in range(10):
        take(session)
    with pytest.raises(SlotFull):
        take(session)
    sound()


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("DELETE FROM vaccination_session", "still has 5000 microlitres set aside"),
        ("UPDATE vaccination_session SET settled_at = now()", "still has 5000 microlitres set aside"),
        ("UPDATE vaccination_session SET dose_ul = 250", "keeps its slot, site, vaccine and dose"),
        ("UPDATE vaccination_session SET vaccine = 'pfizer'", "keeps its slot, site, vaccine and dose"),
        ("UPDATE booking_quota SET capacity = 0", "booking_never_oversold"),
        ("UPDATE booking_quota SET taken = 11", "booking_never_oversold"),
    ],
)
def test_the_database_keeps_sessions_and_doses_in_step(district: District, statement: str, refusal: str) -> None:
    district.receive(1)
    take(district.session(10))
    with pytest.raises(IntegrityError, match=refusal), transaction.atomic():
        run(statement)


def test_the_check_names_what_disagrees(district: District) -> None:
    district.receive(1)
    session = district.session(10)
    take(session)
    assert list(verification.differences()) == []
    run("SET LOCAL session_replication_role = replica")
    run("UPDATE booking_quota SET taken = 3")
    findings = list(verification.differences())
    run("UPDATE booking_quota SET taken = 1")
    run("SET LOCAL session_replication_role = origin")
    assert "counts 3 taken places, but its bookings take 1" in findings[0]
    assert "4500 microlitres open and 500 booked or served; its places are 3500 and 1500" in findings[1]
    assert verification.places() == (1, 1, 10, 1)


def test_a_dose_of_an_appointment_is_the_booked_one(district: District, sound: Sound) -> None:
    district.receive(1)
    session = district.session(10)
    booking = take(session)
    stock.give(by=BY, site=district.one, lot=district.lot, volume_ul=DOSE // 2, key=uuid4(), booking=booking)
    assert district.doses("booked", booking.quota_id) == 0
    assert district.doses("free") == DOSE // 2, "a half dose leaves the other half"
    assert list(verification.differences()) == []
    sound()
    stock.give(by=BY, site=district.one, lot=district.lot, volume_ul=DOSE, key=uuid4(), booking=booking)
    sound()


def test_lost_vaccine_closes_open_places_and_then_is_short(district: District, sound: Sound) -> None:
    district.receive(2)
    early, late = district.session(10), district.session(10)
    for _ in range(10):
        take(early)
    take(late)
    stock.count(by=BY, site=district.one, lot=district.lot, vials=1, reason="Kulkas rusak", key=uuid4())
    assert Quota.objects.get(slot=late.pk).capacity == 1, "nobody can book what is not there"
    assert district.short() == -DOSE, "eleven are booked, ten doses are there"
    sound()
    assert list(verification.differences()) == []
    district.receive(1)
    assert (district.short(), district.doses("free")) == (0, 9 * DOSE)
    sound()


def test_a_session_is_settled_once(district: District, sound: Sound) -> None:
    district.receive(1)
    session = district.session(6)
    booking = take(session)
    take(session)
    stock.give(by=BY, site=district.one, lot=district.lot, volume_ul=DOSE, key=uuid4(), booking=booking)
    assert session_plan.settle(by=BY, session=session)
    assert not session_plan.settle(by=BY, session=session)
    assert district.doses("free") == 9 * DOSE
    Booking.objects.update(state="expired")
    assert list(verification.differences()) == []
    sound()
    with pytest.raises(IntegrityError, match="is settled"), transaction.atomic():
        run("UPDATE vaccination_session SET settled_at = NULL")


def test_sessions_open_as_far_as_stock_reaches(district: District, sound: Sound) -> None:
    for day in range(7):
        SiteHours.objects.create(
            site=district.one, weekday=day, starts="08:00", ends="10:00", an_hour=20, walk_in_percent=20
        )
    district.receive(5)
    assert session_plan.open_sessions(by=BY, site=district.one, campaign="covid-19") == 3
    assert session_plan.open_sessions(by=BY, site=district.one, campaign="covid-19") == 0
    places = Quota.objects.order_by("slot__starts_at", "group").values_list("group", "capacity")
    full = [("", 11), ("non-resident", 5), (WALK_IN, 4)]
    assert list(places) == [*full, *full, ("", 6), ("non-resident", 2), (WALK_IN, 2)]
    assert district.doses("free") == 0
    sound()
    run("UPDATE booking_slot SET opens_at = now()")
    wish = Wish("covid-19", ["sinovac"], today(), today() + timedelta(days=14))
    [offer] = appointments.sites_with(wish, near=(-6.1, 106.8))
    assert (offer.site, offer.vaccines, offer.free) == (district.one, ("sinovac",), 28)
    assert appointments.sites_with(Wish("covid-19", ["pfizer"], today(), today() + timedelta(days=14))) == []
    assert len(appointments.open_slots(wish, district.one.pk)) == 3


@pytest.fixture
def contested(transactional_db: None, settings: Settings) -> tuple[District, Session]:
    settings.CITY_PATH = ROOT / "cities" / "jakarta"
    district = make_district()
    district.receive(1)
    return district, district.session(10)


def test_ten_of_forty_get_the_last_doses_though_some_die(contested: tuple[District, Session], sound: Sound) -> None:
    _district, session = contested
    known = connection.settings_dict
    address = psycopg.conninfo.make_conninfo(
        host=known["HOST"], port=known["PORT"], user=known["USER"], password=known["PASSWORD"], dbname=known["NAME"]
    )
    start = Barrier(20)

    def client(number: int) -> str:
        start.wait(60)
        try:
            if number % 5 == 0:  # takes a place, and its connection dies before the commit
                own = psycopg.connect(address)
                own.execute(
                    "SELECT kini_book(now(), %s, ARRAY[''], 1, NULL, 'p', %s, 'confirmed', NULL, NULL, NULL, NULL)",
                    [session.pk, f"DEAD-{number}"],
                )
                with pytest.raises(psycopg.OperationalError):
                    own.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            return take(session).reference
        except SlotFull:
            return ""
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        references = [reference for reference in pool.map(client, range(20)) if reference]
    assert sorted(references) == sorted(Booking.objects.values_list("reference", flat=True))
    assert len(references) == 10
    assert list(verification.differences()) == []
    sound()


def test_a_killed_worker_leaves_place_and_dose(contested: tuple[District, Session], sound: Sound) -> None:
    _district, session = contested
    known = connection.settings_dict
    address = psycopg.conninfo.make_conninfo(
        host=known["HOST"], port=known["PORT"], user=known["USER"], password=known["PASSWORD"], dbname=known["NAME"]
    )
    program = (
        "import sys, psycopg\nconnection = psycopg.connect(sys.argv[1])\n"
        "print(connection.execute(sys.argv[2]).fetchone()[0], flush=True)\nsys.stdin.read()"
    )
    words = (
        f"SELECT kini_book(now(), {session.pk}, ARRAY[''], 1, NULL, 'p', 'DEAD', 'confirmed', NULL, NULL, NULL, NULL)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, address, words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout
        assert worker.stdout.readline() == "booked\n"
        worker.kill()
    for _ in range(10):
        take(session)
    with pytest.raises(SlotFull):
        take(session)
    assert list(verification.differences()) == []
    sound()
