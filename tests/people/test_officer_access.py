"""Officers need the required second factor, and clients an office day."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kini.core.actors import ActorKind, NotAllowed
from kini.core.models import AuditEntry
from kini.people import actions, demo_accounts, queries
from kini.people.contacts import contact_of
from kini.people.models import OfficeDay
from kini.web.formats import today
from tests.environment import replace
from tests.pagechecks import CheckedClient
from tests.people.conftest import PACK, acting, newest_code
from tests.people.softkey import SoftKey
from tests.people.test_security import app_code, js_data, key_on

pytestmark = pytest.mark.django_db
OFFICER_PHONE = "+6281200000001"
TODAY, TOMORROW = (f"{today() + timedelta(days=days)}" for days in (0, 1))


@pytest.fixture
def demanded(running_pack):
    def demand(step: str, since: str = "") -> None:
        city = (PACK / "city.toml").read_text("utf-8")
        from_day = f"second_step_from = {since}\n" if since else ""
        running_pack(PACK, {"city.toml": f'{city}\n[officers]\nsecond_step = "{step}"\n{from_day}'})

    return demand


@pytest.fixture
def desk(officer) -> Client:
    """The officer's browser, signed in without a second factor."""
    client = CheckedClient()
    sign_in(client)
    return client


def sign_in(client: Client) -> None:
    client.post("/sign-in/", {"contact": OFFICER_PHONE})
    client.post("/account/code/", {"code": newest_code(OFFICER_PHONE)})


def add_passkey(client: Client) -> SoftKey:
    key = SoftKey()
    options = js_data(client.get(reverse("mfa_add_webauthn")))["creation_options"]
    client.post(reverse("mfa_add_webauthn"), {"name": "Kunci", "passwordless": "on", "credential": key.create(options)})
    return key


def add_app(client: Client) -> str:
    secret = key_on(client.get(reverse("mfa_activate_totp")))
    client.post(reverse("mfa_activate_totp"), {"code": app_code(secret)})
    return secret


def test_where_the_city_demands_nothing_a_code_opens_the_desk(desk):
    assert desk.get("/desk/").status_code == 200


@pytest.mark.parametrize("step", ["any", "passkey"])
def test_without_the_second_step_the_desk_leads_to_setting_one_up(desk, demanded, step):
    demanded(step)
    for path in ("/desk/", "/desk/messages/", "/desk/officers/"):
        assert desk.get(path).url == reverse("mfa_index")
    assert desk.post("/desk/counter/", {}).url == reverse("mfa_index")
    assert "kunci sandi" in desk.get(reverse("mfa_index")).text


def test_without_the_second_step_an_officer_is_a_resident_on_every_page(desk, demanded, rf, officer):
    demanded("passkey")
    request = rf.get("/")
    request.session, request.user = desk.session, officer.user
    assert queries.actor_for(request).kind is ActorKind.RESIDENT


def test_a_passkey_that_was_just_added_opens_the_desk(desk, demanded):
    demanded("passkey")
    add_passkey(desk)
    assert desk.get("/desk/").status_code == 200


def test_an_app_is_enough_for_any_and_not_for_a_passkey(desk, demanded):
    demanded("any")
    add_app(desk)
    assert desk.get("/desk/").status_code == 200


def test_an_app_does_not_resist_phishing(desk, demanded):
    demanded("passkey")
    add_app(desk)
    assert desk.get("/desk/").url == reverse("mfa_index")


def test_a_session_in_which_it_was_not_used_is_led_to_the_passkey_and_back(desk, demanded, officer):
    demanded("passkey")
    key = add_passkey(desk)
    other = CheckedClient()
    other.force_login(officer.user)
    answer = other.get("/desk/")
    assert answer.url == f"{reverse('mfa_reauthenticate_webauthn')}?next=%2Fdesk%2F"
    options = js_data(other.get(answer.url))["request_options"]
    assert other.post(answer.url, {"credential": key.get(options)}).url == "/desk/"
    assert other.get("/desk/").status_code == 200


def test_the_demand_begins_on_its_day_and_is_announced_before(desk, demanded):
    demanded("passkey", TOMORROW)
    page = desk.get("/desk/")
    assert page.status_code == 200
    assert "kunci sandi" in page.text
    assert "kunci sandi" not in desk.get("/desk/").text, "once in a session"


def test_on_that_day_it_holds(desk, demanded):
    demanded("passkey", TODAY)
    assert desk.get("/desk/").status_code == 302


def test_in_a_first_look_one_click_is_enough(officer, demanded, settings, monkeypatch):
    demanded("passkey")
    settings.ENV = replace(settings.ENV, demo=True)
    person = demo_accounts.DemoPerson("Petugas", {"id": "loket", "en": "counter"}, contact_of(officer.user))
    monkeypatch.setattr(demo_accounts, "demo_people", lambda: [person])
    client = CheckedClient()
    client.post("/demo/sign-in/", {"person": OFFICER_PHONE})
    assert client.get("/desk/").status_code == 200
    settings.ENV = replace(settings.ENV, demo=False)
    assert client.get("/desk/").status_code == 302, "such a session counts nowhere else"


# Office days


def test_a_sign_in_begins_the_office_day_and_the_sign_out_ends_it(desk, officer):
    day = OfficeDay.objects.get(officer=officer)
    assert timedelta(hours=9, minutes=59) < day.until - timezone.now() <= timedelta(hours=10)
    desk.post("/sign-out/")
    assert not OfficeDay.objects.exists()
    begun = AuditEntry.objects.filter(subject=f"user:{officer.user_id}", action__startswith="people.office-day")
    assert [entry.action for entry in begun.order_by("pk")] == ["people.office-day-begun", "people.office-day-ended"]


def test_another_browser_keeps_the_office_day(desk, officer):
    other = CheckedClient()
    sign_in(other)
    desk.post("/sign-out/")
    assert OfficeDay.objects.filter(officer=officer).exists()


def test_without_the_second_step_there_is_no_office_day(officer, demanded):
    demanded("any")
    client = CheckedClient()
    sign_in(client)
    assert not OfficeDay.objects.exists()
    add_app(client)
    client.get("/desk/")
    assert OfficeDay.objects.exists()


def test_residents_have_no_office_day(client, resident):
    client.force_login(resident.user)
    assert not OfficeDay.objects.exists()


def test_only_the_program_begins_office_days(officer):
    with pytest.raises(NotAllowed):
        actions.open_office_day(by=acting(officer), user=officer.user, until=timezone.now())
