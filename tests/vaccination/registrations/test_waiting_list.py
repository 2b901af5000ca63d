"""Waiting list of the end of the day, over HTTP: join, wait, leave, be called by a message, answer."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from django.urls import reverse

from kini.booking.models import Slot
from kini.core import current_time
from kini.messages.models import Message
from kini.vaccination.sites import standby, stock
from kini.vaccination.sites.models import StandbyRequest
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
        assert client.post(answer, {"answer": "coming"}).status_code == 302
        assert StandbyRequest.objects.get().booking


def test_nobody_joins_for_a_stranger_or_somebody_without_a_profile(campaign: Campaign) -> None:
    registration, other = campaign.register(), campaign.other()
    client = CheckedClient()
    client.force_login(campaign.user)
    form = reverse("vaccination:waiting-list", args=[other.reference])
    assert client.post(form, {"site": "gambir"}).status_code == 404
    client.force_login(town.person("+6281200000002", "Orang Lain").user)
    form = reverse("vaccination:waiting-list", args=[registration.reference])
    assert client.post(form, {"site": "gambir"}).status_code == 404
