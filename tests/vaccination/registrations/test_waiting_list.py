"""Waiting list of the end of the day, over HTTP: join, wait, leave, be called by a message, answer."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from django.urls import reverse

from kini.booking.models import Slot
from kini.core import current_time
from kini.messages.models import InboundMessage, Message
from kini.vaccination.registrations.message_replies import receive_registration
from kini.vaccination.registrations.models import Registration
from kini.vaccination.registrations.queries import expected_at
from kini.vaccination.sites import standby, stock
from kini.vaccination.sites.models import StandbyRequest
from kini.web.formats import today
from tests.cases import town
from tests.pagechecks import CheckedClient
from tests.vaccination.registrations.conftest import BY, Campaign
from tests.vaccination.sites.conftest import DOSE


def last_session_of_today(campaign: Campaign) -> None:
    """Let the only session run now, with a vial that was opened, so that no place can be booked."""
    now = current_time.now()
    ends = now + timedelta(minutes=40)
    Slot.objects.filter(pk=campaign.session.pk).update(
        starts_at=now - timedelta(minutes=20), ends_at=ends, opens_at=now
    )
    stock.give(by=BY, site=campaign.district.one, lot=campaign.district.lot, volume_ul=DOSE, key=uuid4())


def test_a_resident_joins_leaves_and_is_called(campaign: Campaign, run_jobs: Callable[[], int]) -> None:
    registration = campaign.register()
    page = reverse("vaccination:registration", args=[registration.reference])
    form = reverse("vaccination:waiting-list", args=[registration.reference])
    client = CheckedClient()
    client.force_login(campaign.user)
    assert form not in client.get(page).content.decode(), "there are places"
    with current_time.freeze(current_time.now().replace(hour=5, minute=0)):
        last_session_of_today(campaign)
        assert form in client.get(page).content.decode()
        assert client.post(form, {"site": "sawah"}).status_code == 303
        assert not StandbyRequest.objects.exists(), "nothing is given there today"
        for _ in range(2):
            assert client.post(form, {"site": "gambir"}).status_code == 303
        assert StandbyRequest.objects.get().vaccines
        assert 'name="leave"' in client.get(page).content.decode()
        client.post(form, {"leave": "1"})
        assert not StandbyRequest.objects.exists()
        client.post(form, {"site": "gambir"})
        assert standby.call_next(by=BY, site=campaign.district.one) == 1
        request = StandbyRequest.objects.get()
        answer = reverse("vaccination:standby", args=[request.pk])
        assert answer in client.get(page).content.decode()
        run_jobs()
        message = Message.objects.get(user=campaign.user, sort="vaccine-left-over")
        assert all(words in message.text for words in ("gambir", answer))
        client.post(form, {"leave": "1"})
        assert StandbyRequest.objects.get().state == "called", "a call is answered, not left"
        assert client.post(answer, {"answer": "coming"}).status_code == 303
        assert StandbyRequest.objects.get().booking


def test_nobody_joins_for_a_stranger(campaign: Campaign) -> None:
    registration = campaign.register()
    client = CheckedClient()
    client.force_login(town.person("+6281200000002", "Orang Lain").user)
    form = reverse("vaccination:waiting-list", args=[registration.reference])
    assert client.post(form, {"site": "gambir"}).status_code == 404


def test_somebody_without_a_profile_waits_and_comes_through_who_registered_them(campaign: Campaign) -> None:
    elder = campaign.other()
    page = reverse("vaccination:registration", args=[elder.reference])
    client = CheckedClient()
    client.force_login(campaign.user)
    with current_time.freeze(current_time.now().replace(hour=5, minute=0)):
        last_session_of_today(campaign)
        client.post(reverse("vaccination:waiting-list", args=[elder.reference]), {"site": "gambir"})
        request = StandbyRequest.objects.get()
        assert (request.person, request.user) == (elder.person, campaign.user)
        assert 'name="leave"' in client.get(page).content.decode()
        standby.call_next(by=BY, site=campaign.district.one)
        answer = reverse("vaccination:standby", args=[request.pk])
        assert "Siti Aminah" in client.get(answer).content.decode()
        client.post(answer, {"answer": "coming"})
        elder.refresh_from_db()
        assert (elder.state, elder.vaccine) == ("booked", "sinovac")
        [expected] = expected_at(campaign.district.one, today())
        assert expected.person == elder.person
        assert expected.booking
        assert expected.booking.group == "standby"


class Phone:
    """A phone that sends SMS."""

    def __init__(self, number: str = "+6281200000077") -> None:
        self.number, self.sent = number, 0

    def sms(self, text: str) -> str:
        self.sent += 1
        inbound = InboundMessage.objects.create(
            provider="tests", external_id=f"{self.number}-{self.sent}", channel="sms", sender=self.number, text=text,
            at=current_time.now(),
        )  # fmt: skip
        return receive_registration(inbound) or ""


def test_a_waiting_list_by_sms_without_an_account(campaign: Campaign, run_jobs: Callable[[], int]) -> None:
    phone = Phone()
    with current_time.freeze(current_time.now().replace(hour=5, minute=0)):
        last_session_of_today(campaign)
        told = phone.sms("VAKSIN Siti Aminah#3-5-1955#Gambir")
        registration = Registration.objects.get()
        assert registration.state == "waiting"
        assert f"VAKSIN TUNGGU {registration.reference}" in told
        assert phone.sms("VAKSIN DATANG") == "Saat ini tidak ada panggilan untuk nomor ponsel Anda."
        assert "Siti" not in Phone("+6281200000078").sms(f"VAKSIN TUNGGU {registration.reference}")
        assert not StandbyRequest.objects.exists()
        joined = phone.sms("VAKSIN TUNGGU")
        assert all(words in joined for words in ("Siti Aminah", "gambir", "VAKSIN DATANG", "VAKSIN TIDAK"))
        assert "sudah" in phone.sms("VAKSIN TUNGGU"), "once a day"
        standby.call_next(by=BY, site=campaign.district.one)
        run_jobs()
        assert "VAKSIN DATANG" in Message.objects.get(sort="vaccine-left-over").text
        answer = phone.sms("VAKSIN DATANG")
        assert answer == phone.sms("vaksin datang"), "sent twice"
        registration.refresh_from_db()
        assert registration.state == "booked"
        assert registration.booking
        assert registration.booking.reference in answer


def test_a_call_that_is_declined_by_sms_goes_to_the_next_person(campaign: Campaign) -> None:
    phone, site = Phone(), campaign.district.one
    with current_time.freeze(current_time.now().replace(hour=5, minute=0)):
        last_session_of_today(campaign)
        phone.sms("VAKSIN Siti Aminah#3-5-1955#Gambir")
        phone.sms("VAKSIN Budi Contoh#3-5-1950#Gambir")
        first, second = Registration.objects.order_by("pk")
        assert first.reference in phone.sms("VAKSIN TUNGGU") or second.reference in phone.sms("VAKSIN TUNGGU")
        assert not StandbyRequest.objects.exists(), "two people: which one?"
        phone.sms(f"VAKSIN TUNGGU {first.reference}")
        phone.sms(f"VAKSIN TUNGGU {second.reference}")
        standby.call_next(by=BY, site=site)
        StandbyRequest.objects.filter(person=second.person).update(state="waiting")
        assert phone.sms("VAKSIN TIDAK") == "Dosis diberikan kepada orang berikutnya. Pendaftaran tetap berlaku."
        assert StandbyRequest.objects.get(person=first.person).state == "declined"
        first.refresh_from_db()
        assert first.state == "waiting"
        assert standby.call_next(by=BY, site=site) == 1
        assert StandbyRequest.objects.get(person=second.person).state == "called"
