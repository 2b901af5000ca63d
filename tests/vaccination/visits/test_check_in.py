"""Check-in of people with an appointment: by ticket, number, or name and birth date; also without a profile."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.urls import reverse

from kini.booking.models import Booking, Quota, Slot
from kini.city.public import pack
from kini.core import current_time
from kini.ledger.public import balance
from kini.people import queries as people_queries
from kini.people.actions import NewIdentifier
from kini.people.models import Person
from kini.people.public import NATIONAL_ID, PersonDetails
from kini.services.models import Service
from kini.vaccination.models import Dose, PhoneConflict, Registration, Session, Visit
from kini.vaccination.registrations import actions as registration_actions
from kini.vaccination.registrations.actions import Wish
from kini.vaccination.registrations.queries import Statements
from kini.vaccination.sites import stock
from kini.vaccination.sites.session_plan import NON_RESIDENT
from kini.vaccination.sites.stock import accounts
from kini.vaccination.sites.verification import differences
from kini.vaccination.visits import actions
from kini.vaccination.visits.day_file import day_file
from kini.vaccination.visits.queries import appointments
from kini.web.formats import today
from tests.cases import town
from tests.pagechecks import CheckedClient
from tests.vaccination.doses.dose_town import BY, WHY, Station
from tests.vaccination.visits.test_pages import at, form
from tests.vaccination.visits.test_visits import CARD, NIK, entry

pytestmark = pytest.mark.django_db

ELDER = PersonDetails("Siti Aminah", date(1950, 5, 3), "day", "female", area="31.71.01.1001")


@dataclass
class Day:
    """A day at the site in Gambir with sessions of four places, and a resident who registers people."""

    station: Station
    session: Session
    registrar: object

    def book(self, person: Person | None = None, session: Session | None = None, **statements: object) -> Registration:
        """A registration with an appointment; default: of an elder without a profile."""
        wish = Wish("covid-19", Statements(**statements))  # type: ignore[arg-type]
        if person is None:
            registration = registration_actions.register_other(
                by=BY, registrar=self.registrar, details=ELDER, wish=wish  # type: ignore[arg-type]
            )  # fmt: skip
        else:
            registration = registration_actions.register(by=BY, person=person, wish=wish)
        slot = (session or self.session).pk
        return registration_actions.book(by=BY, registration=registration, slot=slot)

    def booked_doses(self) -> int:
        quotas = Quota.objects.filter(slot=self.session.pk)
        unit = accounts.dose_unit("sinovac")
        return sum(balance(accounts.doses(self.station.sites["gambir"], "booked", each.pk), unit) for each in quotas)


def new_session(station: Station, starts: datetime, site: str = "gambir") -> Session:
    where = station.sites[site]
    service, _made = Service.objects.get_or_create(id="vaccination-booking", kind="information", agency=where.agency)
    slot = Slot.objects.create(
        service=service, unit=where.facility, area=where.area, resource=f"{where.pk}:sinovac:{starts:%d%H}",
        starts_at=starts, ends_at=starts + timedelta(hours=1), opens_at=starts - timedelta(days=9),
    )  # fmt: skip
    session = Session.objects.create(slot=slot, site=where, campaign="covid-19", vaccine="sinovac", dose_ul=500)
    for group in ("", NON_RESIDENT):
        Quota.objects.create(slot=slot, group=group, capacity=2)
    return session


@pytest.fixture
def day(station: Station, client: CheckedClient) -> Iterator[Day]:
    # Tomorrow, as the officers of the station were hired now, which may be after noon.
    noon = datetime.combine(today() + timedelta(days=1), time(12), pack.current().timezone)
    registrar = town.person("+6281200000321", "Rina Contoh").user
    for name in ("gambir", "sawah"):
        stock.receive(by=BY, site=station.sites[name], lot=station.lots["sinovac"], vials=2, key=uuid4())
    with current_time.freeze(noon):
        client.force_login(station.officers["vaccinator"].user)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        yield Day(station, new_session(station, noon + timedelta(hours=1)), registrar)


def check_in(client: CheckedClient, code: str) -> tuple[str, str]:
    """Type a code; return the name on the next page and the message on it."""
    answer = client.post(at("desk-check-in"), {"code": code}, follow=True)
    page = answer.content.decode()
    assert "<h1>" in page, (code, answer.status_code, page[:300])
    return page.split("<h1>")[1].split("</h1>")[0].strip(), page


def test_somebody_registered_by_another_is_checked_in_by_every_code(day: Day, client):
    registration = day.book()
    assert registration.booking
    assert registration.booking.resident is None
    reference = registration.booking.reference
    assert b"Siti Aminah" in client.get(at("desk-day")).content
    for code in (
        reference,
        f" {reference.lower().replace('-', ' ')} ",
        f"https://kota.example/desk/booking/check-in/?code={reference}",
        registration.reference,
    ):
        assert check_in(client, code)[0] == "Siti Aminah"
    visit = Visit.objects.get()
    assert (visit.person, visit.booking) == (registration.person, registration.booking)
    assert day.booked_doses() == 500
    done = client.post(at("desk-visit", visit.uuid), form(day.station))
    assert done.status_code == 303, done.context["wrong"]
    assert Booking.objects.get().state == "served"
    assert (Dose.objects.get().group, day.booked_doses()) == ("elderly", 0)
    assert "already" in check_in(client, reference)[1]


def test_codes_that_cannot_be_checked_in_say_why(day: Day, client, run_jobs):
    registration = day.book()
    assert registration.booking
    reference = registration.booking.reference
    tomorrow = new_session(day.station, current_time.now() + timedelta(days=1))
    other_site = new_session(day.station, current_time.now() + timedelta(hours=2), "sawah")
    elsewhere = day.book(day.station.person("Budi Contoh"), other_site)
    waiting = registration_actions.register(by=BY, person=day.station.person("Wati Contoh"), wish=Wish("covid-19"))
    assert elsewhere.booking
    for code, words in (
        ("KJ-0000-0000", "no appointment of this number"),
        (elsewhere.booking.reference, "at another site: Sentra sawah"),
        (waiting.reference, "no appointment yet"),
    ):
        assert words in check_in(client, code)[1]
    registration_actions.move(by=BY, registration=registration, slot=tomorrow.pk)
    assert "on another day" in check_in(client, reference)[1]
    registration_actions.cancel(by=BY, registration=registration)
    for code in (reference, registration.reference):
        assert "was cancelled" in check_in(client, code)[1]
    Booking.objects.filter(reference=reference).update(state="missed")
    assert "was missed" in check_in(client, reference)[1]
    assert not Visit.objects.exists()


def walk_in(client: CheckedClient, **typed: str):
    return client.post(at("desk-walk-in"), {"campaign": "covid-19"} | typed)


def test_who_has_an_appointment_is_found_by_number(day: Day, client):
    person = day.station.corner.person("Budi Contoh", NewIdentifier(NATIONAL_ID, NIK), birth_date=date(1990, 5, 17))
    registration = day.book(person)
    typed = {"name": "Budi Contoh", "born": "17/5/1990", "national_id": NIK}
    assert walk_in(client, **typed).status_code == walk_in(client, **typed).status_code == 303
    assert Visit.objects.get().booking == registration.booking
    refused = walk_in(client, **typed | {"name": "Orang Lain", "born": "1960"})
    assert (refused.status_code, b"another name or birth date" in refused.content) == (422, True)


def test_who_has_an_appointment_is_found_by_name_and_birth_date(day: Day, client):
    registration = day.book()
    typed = {"name": "Siti Aminah", "born": "3/5/1950", "national_id": "3171014305500002"}
    page = walk_in(client, **typed)
    assert b"appointment at 13" in page.content
    assert walk_in(client, **typed, person=str(registration.person.pk)).status_code == 303
    assert Visit.objects.get().booking == registration.booking
    number = people_queries.person_by_identifier(NATIONAL_ID, typed["national_id"])
    assert number == registration.person


def test_what_was_stated_with_the_registration_holds_at_the_site(day: Day, client):
    owner = town.person("+6281200000322", "Wati Contoh")
    registration = day.book(
        owner.person, birth_date=date(1990, 1, 1), birth_precision="year", lives_in_city=True,
        last_vaccine="sinovac", last_given_on=today() - timedelta(days=40),
    )  # fmt: skip
    assert registration.booking
    assert registration.number == 2
    page = check_in(client, registration.booking.reference)[1]
    assert "1990" in page
    assert "Dose 2 may be given" in page
    client.post(at("desk-visit", Visit.objects.get().uuid), form(day.station))
    assert Dose.objects.get().number == 2


def test_a_phone_has_everybody_who_is_expected_and_sends_the_day_later(day: Day):
    by, site = day.station.acting("vaccinator"), day.station.sites["gambir"]
    guest = day.book(day.station.person("Budi Contoh", area=""), lives_in_city=False)
    registrations = [day.book(), guest]
    [first, second] = appointments(site, today())
    people = day_file(by, site, today())["people"]
    assert {each["name"] for each in people} == {"Siti Aminah", "Budi Contoh"}
    sent = [entry(day.station, walk_in=None, booking=each.reference, at=current_time.now()) for each in (first, second)]
    with current_time.freeze(current_time.now() + timedelta(days=1)):
        assert (
            actions.receive_entry(by=by, site=site, uuid=str(sent[0].uuid), sent=sent[0].model_dump(mode="json"))
            is None
        )
        Booking.objects.filter(pk=second.pk).update(state="missed")
        conflict = actions.receive_entry(by=by, site=site, uuid=str(sent[1].uuid), sent=sent[1].model_dump(mode="json"))
        assert conflict
        actions.decide_conflict(by=by, conflict=conflict, decision="recorded", reason=WHY)
    assert {each.person for each in Dose.objects.all()} == {each.person for each in registrations}
    assert {each.given_on for each in Dose.objects.all()} == {today()}
    assert PhoneConflict.objects.get().decision == "recorded"


def test_a_cancelled_appointment_is_not_in_the_day(day: Day, client):
    registration_actions.cancel(by=BY, registration=day.book())
    assert b"Siti Aminah" not in client.get(at("desk-day")).content
    assert walk_in(client, name=CARD["name"], born="17/5/1990").status_code == 303
    assert Visit.objects.get().booking is None
    assert client.get(reverse("vaccination:desk-sites")).status_code == 302


def test_the_dose_of_who_is_turned_away_is_free_at_once(day: Day) -> None:
    """With one vaccine too: the place stays used, the registration waits until the day that the screening named."""
    station, site = day.station, day.station.sites["gambir"]
    registration = day.book()
    assert registration.booking
    unit, booked = accounts.dose_unit("sinovac"), day.booked_doses()
    free = balance(accounts.doses(site, "free"), unit)
    values = {"walk_in": None, "booking": registration.booking.reference, "outcome": "not-done", "lot": None}
    sent = entry(station, **values, answers={"temperature": 39.0})
    done = actions.record_visit(by=station.acting("vaccinator"), site=site, entry=sent)
    actions.record_visit(by=station.acting("vaccinator"), site=site, entry=sent)
    assert balance(accounts.doses(site, "free"), unit) == free + 500
    assert day.booked_doses() == booked - 500
    registration.refresh_from_db()
    assert (registration.state, registration.booking) == ("waiting", None)
    assert registration.possible_from == done.come_again_on
    assert Booking.objects.get(pk=done.booking_id).state == "served"
    assert list(differences()) == []
