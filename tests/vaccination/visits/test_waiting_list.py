"""Vaccinator's page of the waiting list: what is left, who is called in which order, who came, and who may see it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection

from kini.booking.models import Booking, Slot
from kini.city.public import pack
from kini.core import current_time
from kini.core.actors import ActionRefused, NotAllowed
from kini.messages.models import Message
from kini.people.models import AccessLog, Resident
from kini.people.public import PersonDetails, details_of
from kini.vaccination.models import Dose, Registration, Session, Visit
from kini.vaccination.registrations import actions as registration_actions
from kini.vaccination.registrations.actions import Wish
from kini.vaccination.registrations.queries import Statements, eligibility_of_registration
from kini.vaccination.registrations.standby_actions import answer_standby
from kini.vaccination.sites import jobs, standby, stock, verification
from kini.vaccination.sites.models import StandbyRequest
from kini.vaccination.visits import actions
from kini.web.formats import today
from tests.cases import town
from tests.pagechecks import CheckedClient
from tests.vaccination.doses.dose_town import BY, Station
from tests.vaccination.visits.test_check_in import ELDER, new_session
from tests.vaccination.visits.test_pages import at, form
from tests.vaccination.visits.test_visits import CARD, entry

pytestmark = pytest.mark.django_db
NAMES = ("Siti Aminah", "Budi Raharjo", "Tuti Wibowo", "Agus Salim")


class Evening:
    """The last session of a day in Gambir; two doses are left in an opened vial, and four people wait."""

    def __init__(self, station: Station, session: Session, registrar: Resident) -> None:
        self.station, self.session, self.registrar = station, session, registrar

    def wait(self, name: str) -> Registration:
        """Register somebody without an account, and put them on the list."""
        assert self.registrar.user
        details = PersonDetails(name, ELDER.birth_date, "day", "female", area=ELDER.area)
        registration = registration_actions.register_other(
            by=BY, registrar=self.registrar.user, details=details, wish=Wish("covid-19", Statements())
        )
        standby.join(
            by=BY, person=registration.person, user=self.registrar.user, site=self.station.sites["gambir"],
            campaign="covid-19",
            vaccines=[each.vaccine for each in eligibility_of_registration(registration, today()).options],
        )  # fmt: skip
        return registration

    def states(self) -> dict[str, str]:
        return {details_of(row.person).name.split()[0]: row.state for row in StandbyRequest.objects.order_by("pk")}

    def request(self, name: str) -> StandbyRequest:
        return next(row for row in StandbyRequest.objects.all() if details_of(row.person).name.startswith(name))


@pytest.fixture
def evening(station: Station, client: CheckedClient) -> Iterator[Evening]:
    # Tomorrow, as the officers of the station were hired now, which may be after noon.
    noon = datetime.combine(today() + timedelta(days=1), time(14), pack.current().timezone)
    registrar = town.person("+6281200000321", "Rina Contoh")
    site, lot = station.sites["gambir"], station.lots["sinovac"]
    stock.receive(by=BY, site=site, lot=lot, vials=2, key=uuid4())
    with current_time.freeze(noon):
        session = new_session(station, noon - timedelta(minutes=20))
        for _ in range(8):
            stock.give(by=BY, site=site, lot=lot, volume_ul=500, key=uuid4())
        evening = Evening(station, session, registrar)
        for minute, name in enumerate(NAMES):
            with current_time.freeze(noon - timedelta(minutes=30 - minute)):
                evening.wait(name)
        client.force_login(station.officers["vaccinator"].user)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        yield evening


def page(client: CheckedClient) -> str:
    answer = client.get(at("desk-waiting-list"))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def deed(client: CheckedClient, deed: str, request: StandbyRequest | None = None) -> str:
    """Tap a button; return the page that follows."""
    answer = client.post(at("desk-waiting-list"), {"deed": deed, "request": request.pk if request else ""}, follow=True)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def sound() -> bool:
    return list(verification.differences()) == []


def test_the_page_says_what_is_left_and_calls_in_order(
    evening: Evening, client: CheckedClient, run_jobs: Callable[[], int]
) -> None:
    seen = page(client)
    assert '<strong class="num">2</strong> <span>left to offer' in seen
    assert [seen.index(name) for name in NAMES] == sorted(seen.index(name) for name in NAMES)
    assert AccessLog.objects.filter(officer=evening.station.officers["vaccinator"]).count() >= len(NAMES)
    assert "2 people are called" in deed(client, "call")
    assert list(evening.states().values()) == ["called", "called", "waiting", "waiting"]
    assert "Nobody was called" in deed(client, "call"), "a second tap"
    run_jobs()
    message = Message.objects.filter(sort="vaccine-left-over").order_by("pk")[0].text
    until, closes = current_time.now() + timedelta(minutes=15), evening.session.slot.ends_at
    for words in ("Sinovac", "Sentra gambir", "Gambir", f"{until.astimezone():%M}", f"{closes.astimezone():%M}"):
        assert words in message, message
    assert sound()


def test_who_comes_is_vaccinated_in_the_ordinary_flow(evening: Evening, client: CheckedClient) -> None:
    deed(client, "call")
    assert "<h1>Siti Aminah" in deed(client, "here", evening.request("Siti")), "without an answer before"
    assert "<h1>Siti Aminah" in deed(client, "here", evening.request("Siti")), "a second tap"
    visit = Visit.objects.get()
    assert visit.booking
    assert visit.booking.group == "standby"
    assert client.post(at("desk-visit", visit.uuid), form(evening.station)).status_code == 303
    assert Dose.objects.get(state="given").person == visit.person
    assert Booking.objects.get(pk=visit.booking.pk).state == "served"
    assert "Siti" not in page(client)
    assert "Nobody was called" in deed(client, "call"), "one dose, and one call for it"
    assert sound()


def test_a_dose_passes_on_to_the_next_person(evening: Evening, client: CheckedClient) -> None:
    deed(client, "call")
    assert "1 person is called" in deed(client, "pass-on", evening.request("Siti"))
    assert evening.states() == {"Siti": "declined", "Budi": "called", "Tuti": "called", "Agus": "waiting"}
    later = current_time.now() + timedelta(minutes=16)
    with current_time.freeze(later):
        assert "did not answer in time" in page(client)
        assert "This call is over" in deed(client, "here", evening.request("Budi"))
        assert not Visit.objects.exists()
        deed(client, "call")
        assert evening.states() == {"Siti": "declined", "Budi": "lapsed", "Tuti": "lapsed", "Agus": "called"}
    assert sound()


def test_the_job_calls_the_next_person_when_a_call_lapses(evening: Evening) -> None:
    jobs.call_standby()
    with current_time.freeze(current_time.now() + timedelta(minutes=16)):
        jobs.call_standby()
    assert list(evening.states().values()) == ["lapsed", "lapsed", "called", "called"]


def test_who_is_on_the_way_may_take_it_back_until_they_are_there(evening: Evening, client: CheckedClient) -> None:
    deed(client, "call")
    request = evening.request("Siti")
    answer_standby(by=town.acting(evening.registrar), request=request, coming=True)
    registration = Registration.objects.get(person=request.person)
    assert registration.state == "booked"
    answer_standby(by=town.acting(evening.registrar), request=request, coming=False)
    registration.refresh_from_db()
    assert (registration.state, registration.booking) == ("waiting", None)
    jobs.call_standby()
    assert evening.states() == {"Siti": "declined", "Budi": "called", "Tuti": "called", "Agus": "waiting"}
    deed(client, "here", evening.request("Budi"))
    with pytest.raises(ActionRefused):
        answer_standby(by=town.acting(evening.registrar), request=evening.request("Budi"), coming=False)
    assert sound()


def test_a_cancelled_place_goes_to_the_next_person(evening: Evening, client: CheckedClient) -> None:
    deed(client, "call")
    request = answer_standby(by=BY, request=evening.request("Siti"), coming=True)
    registration_actions.cancel(by=BY, registration=Registration.objects.get(person=request.person))
    assert "Siti" not in page(client)
    assert "1 person is called" in deed(client, "call")
    assert evening.states()["Tuti"] == "called"
    assert sound()


def test_who_waits_at_the_site_has_the_dose_before_the_list(evening: Evening, client: CheckedClient) -> None:
    walk_in = entry(evening.station, walk_in=CARD, outcome="", at=current_time.now())
    visit = actions.record_visit(by=BY, site=evening.station.sites["gambir"], entry=walk_in)
    assert '<strong class="num">1</strong> <span>left to offer' in page(client)
    deed(client, "call")
    assert list(evening.states().values()) == ["called", "waiting", "waiting", "waiting"]
    actions.end_visit(by=BY, visit=visit)
    deed(client, "call")
    assert list(evening.states().values()) == ["called", "called", "waiting", "waiting"]


def test_nobody_is_called_before_the_end_of_the_day_or_after_it(evening: Evening, client: CheckedClient) -> None:
    slots = Slot.objects.filter(pk=evening.session.pk)
    slots.update(ends_at=current_time.now() + timedelta(hours=3))
    assert 'value="call"' not in page(client)
    assert "Nobody was called" in deed(client, "call")
    slots.update(ends_at=current_time.now() - timedelta(minutes=1))
    assert "The last session is over" in page(client)
    assert "Nobody was called" in deed(client, "call")


def test_only_vaccinators_of_the_site(evening: Evening, client: CheckedClient) -> None:
    station = evening.station
    jobs.call_standby()
    request = evening.request("Siti")
    for name in ("other", "manager"):
        by = station.acting(name)
        for refused in (
            lambda by=by: actions.call_waiting(by=by, site=station.sites["gambir"]),
            lambda by=by: actions.check_in_called(by=by, request=request),
            lambda by=by: actions.pass_on(by=by, request=request),
        ):
            with pytest.raises(NotAllowed):
                refused()
    client.force_login(station.officers["other"].user)
    for answer in (client.get(at("desk-waiting-list")), client.post(at("desk-waiting-list"), {"deed": "call"})):
        assert answer.status_code == 404
    client.force_login(station.officers["manager"].user)
    assert client.get(at("desk-waiting-list")).status_code == 403
    request.refresh_from_db()
    assert request.state == "called"


def test_a_request_of_another_site_or_of_nobody_is_refused(evening: Evening, client: CheckedClient) -> None:
    jobs.call_standby()
    request = evening.request("Siti")
    StandbyRequest.objects.filter(pk=request.pk).update(site=evening.station.sites["sawah"])
    for number in (request.pk, 0, "x", 2**70):
        answer = client.post(at("desk-waiting-list"), {"deed": "here", "request": number}, follow=True)
        assert b"not on the list of today any more" in answer.content
    assert not Visit.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_officers_call_for_the_last_dose_and_take_the_same_person(evening: Evening) -> None:
    site, by = evening.station.sites["gambir"], evening.station.acting("vaccinator")
    stock.give(by=BY, site=site, lot=evening.station.lots["sinovac"], volume_ul=500, key=uuid4())

    def at_once[T](act: Callable[[], T]) -> list[T]:
        start, now = Barrier(4), current_time.now()

        def one(_number: int) -> T:
            start.wait(60)
            try:
                with current_time.freeze(now):
                    return act()
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as officers:
            return list(officers.map(one, range(4)))

    assert sorted(at_once(lambda: actions.call_waiting(by=by, site=site))) == [0, 0, 0, 1]
    assert list(evening.states().values()) == ["called", "waiting", "waiting", "waiting"]
    request = evening.request("Siti")
    assert len({each.pk for each in at_once(lambda: actions.check_in_called(by=by, request=request))}) == 1
    assert Visit.objects.count() == 1
    assert sound()
