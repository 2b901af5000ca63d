"""Sessions: user, device, timeouts, sign-out."""

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from kini.core import retention
from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.people import actions
from kini.people.actions import end_session
from kini.people.known_devices import device_name
from kini.people.models import Session
from kini.people.sessions import OFFICER_LIFETIME, RESIDENT_LIFETIME, SessionStore, hash_session_key
from tests.pagechecks import CheckedClient
from tests.people.conftest import BY, PHONE, PHONE_TYPED, newest_code

pytestmark = pytest.mark.django_db

PHONE_BROWSER = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36"
)
NEWER = PHONE_BROWSER.replace("140.0", "141.0")
DESK_BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def browser(user_agent: str = PHONE_BROWSER) -> Client:
    client = CheckedClient(headers={"User-Agent": user_agent})
    client.cookies["kini_language"] = "en"
    return client


def sign_in(client: Client) -> None:
    client.post("/sign-in/", {"contact": PHONE_TYPED})
    client.post("/account/code/", {"code": newest_code(PHONE)})
    assert client.get("/me/").status_code == 200


def key_of(client: Client) -> str:
    return client.cookies[django_settings.SESSION_COOKIE_NAME].value


def row_of(client: Client) -> Session:
    return Session.objects.get(pk=hash_session_key(key_of(client)))


def is_in(client: Client) -> bool:
    return client.get("/me/").status_code == 200


def earlier(client: Client, by: timedelta) -> None:
    """Shift the stored times of the session into the past."""
    row, store = Session.objects.get(pk=hash_session_key(key_of(client))), SessionStore(key_of(client))
    data = store.decode(row.session_data)
    for name in ("began", "seen"):
        data[name] -= by.total_seconds()
    Session.objects.filter(pk=row.pk).update(session_data=store.encode(data), expire_date=row.expire_date - by)


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (PHONE_BROWSER, "Chrome, Android"),
        (DESK_BROWSER, "Firefox, Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
            " Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_devices_are_named_as_people_know_them(user_agent, words):
    assert device_name(user_agent) == words


def test_signing_in_changes_the_key_of_the_session(person):
    person()
    client = browser()
    client.post("/sign-in/", {"contact": PHONE_TYPED})
    before = key_of(client)
    client.post("/account/code/", {"code": newest_code(PHONE)})
    assert key_of(client) != before
    assert not Session.objects.filter(pk=before).exists()


def test_one_sees_where_one_is_signed_in_and_no_key_and_no_address(person):
    person()
    here, there = browser(), browser(DESK_BROWSER)
    sign_in(there)
    sign_in(here)
    page = here.get("/me/sessions/")
    assert page.text.index("Chrome, Android") < page.text.index("Firefox, Windows")
    assert page.text.count("This device") == 2, "the session and the remembered device"
    assert "127.0.0.1" not in page.text
    assert all(key not in page.text for key in Session.objects.values_list("pk", flat=True))


def test_one_browser_is_signed_out_from_another(person):
    person()
    here, there = browser(), browser(DESK_BROWSER)
    sign_in(there)
    sign_in(here)
    action = here.get("/me/sessions/").text.split('action="/me/sessions/')[1].split('"')[0]
    assert here.post(f"/me/sessions/{action}", follow=True).status_code == 200
    assert not is_in(there)
    assert is_in(here)
    assert here.post(f"/me/sessions/{action}").status_code == 404


def test_all_others_are_signed_out_at_once(person):
    person()
    clients = [browser(), browser(DESK_BROWSER), browser()]
    for client in clients:
        sign_in(client)
    page = clients[2].post("/me/sessions/others/end/", follow=True)
    assert "2 other devices" in page.text
    assert [is_in(client) for client in clients] == [False, False, True]


def test_nobody_ends_the_session_of_somebody_else(person):
    person()
    client = browser()
    sign_in(client)
    other = person("+6281234567891", "Tetangga Contoh")
    stranger = Actor(ActorKind.RESIDENT, other.user_id)
    session = row_of(client)
    with pytest.raises(NotAllowed):
        end_session(by=stranger, session=session)
    with pytest.raises(NotAllowed):
        actions.end_other_sessions(by=stranger, user=session.user)
    assert is_in(client)


def test_a_cookie_in_another_browser_is_nobodys_and_an_update_changes_nothing(person):
    person()
    client = browser()
    sign_in(client)
    thief = browser(DESK_BROWSER)
    thief.cookies[django_settings.SESSION_COOKIE_NAME] = key_of(client)
    assert not is_in(thief)
    newer = browser(NEWER)
    newer.cookies[django_settings.SESSION_COOKIE_NAME] = key_of(client)
    assert is_in(newer)
    assert is_in(client)


def test_officers_sessions_end_sooner():
    assert OFFICER_LIFETIME.idle < RESIDENT_LIFETIME.idle
    assert OFFICER_LIFETIME.longest < RESIDENT_LIFETIME.longest
    assert OFFICER_LIFETIME.idle <= timedelta(minutes=30)


@pytest.fixture
def lasting(request, officer, person):
    """The timeouts, and a browser signed in with a session of that type."""
    client = browser()
    client.force_login(officer.user if request.param == "officer" else person().user)
    client.get("/me/")
    return (OFFICER_LIFETIME if request.param == "officer" else RESIDENT_LIFETIME), client


@pytest.mark.parametrize("lasting", ["officer", "resident"], indirect=True)
def test_a_session_without_use_ends(lasting):
    limits, client = lasting
    earlier(client, limits.idle - timedelta(seconds=60))
    assert is_in(client)
    earlier(client, limits.idle + timedelta(seconds=1))
    assert not is_in(client)


@pytest.mark.parametrize("lasting", ["officer", "resident"], indirect=True)
def test_a_session_ends_however_much_it_is_used(lasting):
    limits, client = lasting
    step = limits.idle * 0.9
    for _ in range(int(limits.longest / step)):
        assert is_in(client)
        earlier(client, step)
    earlier(client, step)
    assert not is_in(client)


def test_reading_pages_writes_only_now_and_then(person):
    client = browser()
    client.force_login(person().user)
    client.get("/me/")
    row = row_of(client)
    client.get("/me/")
    again = row_of(client)
    assert (again.expire_date, again.seen_at) == (row.expire_date, row.seen_at)
    earlier(client, RESIDENT_LIFETIME.idle / 5)
    client.get("/me/")
    assert row_of(client).expire_date > row.expire_date - timedelta(minutes=1)


def test_a_use_that_cannot_be_written_down_tells_that_the_database_is_away(person):
    def lost(execute, sql, *rest):
        if sql.startswith("UPDATE") and Session._meta.db_table in sql:
            raise OperationalError("the connection is lost")
        return execute(sql, *rest)

    client = browser()
    client.raise_request_exception = False
    client.force_login(person().user)
    client.get("/me/")
    earlier(client, RESIDENT_LIFETIME.idle / 5)
    with connection.execute_wrapper(lost):
        assert client.get("/me/").status_code == 503
    assert is_in(client)


def test_whoever_becomes_an_officer_signs_in_anew(person, agency):
    resident = person()
    client = browser()
    sign_in(client)
    actions.create_officer(by=BY, user=resident.user, agency=agency, name="Petugas")
    assert not is_in(client)


def test_sessions_that_ended_do_not_stay(person):
    client, other = browser(), browser(DESK_BROWSER)
    client.force_login(person().user)
    other.get("/sign-in/")
    Session.objects.filter(pk=hash_session_key(key_of(client))).update(
        expire_date=timezone.now() - timedelta(seconds=1)
    )
    retention.apply(retention.rules.get("people.sessions"))
    assert not Session.objects.filter(pk=hash_session_key(key_of(client))).exists()


def test_the_session_of_a_removed_account_is_gone(person):
    client = browser()
    resident = person()
    client.force_login(resident.user)
    key = key_of(client)
    resident.user.delete()
    assert not Session.objects.filter(pk=key).exists()


def test_a_dump_holds_no_key_and_no_code(person):
    """M6: the content of the tables does not allow signing in."""
    client = browser()
    client.post("/sign-in/", {"contact": PHONE_TYPED})
    code = newest_code(PHONE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_key, session_data, session_key || ' ' || session_data FROM people_session")
        [(name, data, before)] = cursor.fetchall()
        cursor.execute("SELECT core_outboxmessage::text FROM core_outboxmessage")
        before += " ".join(row[0] for row in cursor.fetchall())
    assert code not in before
    assert code.encode().hex() not in before
    assert key_of(client) not in before
    thief = browser()
    for stolen in (name, data):
        thief.cookies[django_settings.SESSION_COOKIE_NAME] = stolen
        assert not is_in(thief)
    client.post("/account/code/", {"code": code})
    assert is_in(client)
    thief.cookies[django_settings.SESSION_COOKIE_NAME] = row_of(client).session_key
    assert not is_in(thief)


def test_session_data_cannot_be_moved_to_another_row(person):
    mine, other = browser(), browser()
    sign_in(mine)
    other.get("/sign-in/")
    other.post("/sign-in/", {"contact": "someone@town.example"})
    Session.objects.filter(pk=hash_session_key(key_of(other))).update(session_data=row_of(mine).session_data)
    assert not is_in(other)
