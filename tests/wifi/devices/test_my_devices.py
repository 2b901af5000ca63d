"""My Wi-Fi, and what a device asks before it shows anything (RFC 8908)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html as parser

from kini.core import current_time, events
from kini.core.crypto import keyed_hash
from kini.people.models import User
from kini.wifi import actions
from kini.wifi.events import DevicesSignedOut
from kini.wifi.models import AccessPoint, Device, Group, Site
from kini.wifi.radius import authorization
from tests.environment import replace
from tests.wifi.conftest import BY
from tests.wifi.portal.test_portal import (  # noqa: F401 -- fixtures
    CORNER,
    KINDS,
    arrive,
    asked,
    brought,
    coovachilli,
    form,
    network,
    noon,
    outbox,
    resident,
)
from tests.wifi.radius.test_authorization import AT_CORNER, NOON, PHONE, decided, refused

told: list[DevicesSignedOut] = []


@events.subscribe(DevicesSignedOut, name="test.signed_out")
def listener(event: DevicesSignedOut) -> None:
    told.append(event)


TABLET = "AE-DE-48-00-99-99"
BROWSER = "Mozilla/5.0 (Linux; Android 10) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"


def sign_in(client, mac=PHONE):
    point = coovachilli()
    point.more = {"mac": mac}
    fields = form(arrive(client, point), "tap")
    submitted = brought(point, client.post("/wifi/portal/enter/", fields, HTTP_USER_AGENT=BROWSER))
    assert asked(submitted, calling=mac)["Auth-Type"] == "Accept"


def used(mac=PHONE, *, began=NOON, seconds=600, octets=5_000_000, number=1):
    with connection.cursor() as cursor:
        cursor.execute("SELECT wifi_session_partition(%s)", [began.date()])
        cursor.execute(
            "INSERT INTO wifi_session VALUES (%s, %s, 'n', %s, %s, %s, %s, %s, %s, %s, 0, '')",
            [
                *[
                    bytes([number]) * 32,
                    began.date(),
                    CORNER,
                    keyed_hash(mac, authorization.DEVICE),
                    began,
                    began,
                    began,
                ],
                *[seconds, octets],
            ],
        )


def test_one_sees_devices_sessions_and_what_is_used_of_todays_share(network, client, resident):  # noqa: F811
    Group.objects.filter(pk="resident").update(daily_octets=20_000_000)
    sign_in(client)
    sign_in(client, TABLET)
    used()
    used(TABLET, number=2, octets=3_000_000)
    used(number=3, began=NOON - timedelta(days=2))
    page = client.get("/wifi/mine/").content.decode()
    assert page.count("Forget this device") == 2
    assert "Chrome, Android" in page
    assert "8 MB of 20 MB" in page
    assert page.count(">Corner</a>") == 2, "a session before the device was this person's is not shown"
    assert PHONE not in page


def test_a_session_that_begins_in_the_second_of_signing_in_is_ones_own(network, client, resident):  # noqa: F811
    point = coovachilli()
    submitted = brought(point, client.post("/wifi/portal/enter/", form(arrive(client, point), "tap")))
    assert asked(submitted, at=NOON + timedelta(milliseconds=700))["Auth-Type"] == "Accept"
    used(began=NOON)
    assert client.get("/wifi/mine/").content.decode().count(">Corner</a>") == 1


def test_a_device_is_forgotten_alone_or_with_all_others(network, client, resident, run_jobs):  # noqa: F811
    sign_in(client)
    sign_in(client, TABLET)
    page = parser.document_fromstring(client.get("/wifi/mine/").content.decode())
    keys = page.xpath("//button[@name='device']/@value")
    response = client.post("/wifi/mine/forget/", {"device": keys[0]}, follow=True)
    assert "1 device is signed out" in response.content.decode()
    states = {mac: decided(calling=mac, **AT_CORNER)["Auth-Type"] for mac in (PHONE, TABLET)}
    assert sorted(states.values()) == ["Accept", "Reject"]
    assert client.post("/wifi/mine/forget/", {"device": keys[0]}).status_code == 404
    client.post("/wifi/mine/forget/")
    assert decided(**AT_CORNER) == refused("sign-in")
    assert decided(calling=TABLET, **AT_CORNER) == refused("sign-in")
    told.clear()
    assert run_jobs() >= 2
    assert {mark for event in told for mark in event.devices} == {
        keyed_hash(mac, authorization.DEVICE).hex() for mac in (PHONE, TABLET)
    }


def test_nobody_sees_or_forgets_what_is_anothers(network, client, resident):  # noqa: F811
    sign_in(client)
    used()
    key = Device.objects.get().mark.hex()[:20]
    client.force_login(User.objects.create_user(phone="+351912345679", phone_verified=True))
    assert "None of your devices" in client.get("/wifi/mine/").content.decode()
    assert client.post("/wifi/mine/forget/", {"device": key}).status_code == 404
    assert decided(**AT_CORNER)["Auth-Type"] == "Accept"
    # A device that changes hands: the new owner sees nothing of the old one's sessions.
    with current_time.freeze(NOON + timedelta(minutes=5)):
        point = coovachilli()
        submitted = brought(point, client.post("/wifi/portal/enter/", form(arrive(client, point), "tap")))
        assert asked(submitted, at=NOON + timedelta(minutes=5))["Auth-Type"] == "Accept"
        assert "Corner" not in client.get("/wifi/mine/").content.decode()
    client.logout()
    assert client.get("/wifi/mine/").status_code == 302


def test_the_page_asks_the_database_little(network, client, resident):  # noqa: F811
    for number in range(4):
        sign_in(client, f"AE-DE-48-00-99-0{number}")
    client.get("/wifi/mine/")
    with CaptureQueriesContext(connection) as captured:
        client.get("/wifi/mine/")
    assert len(captured) <= 12


def ask(client, site="q1", **query):
    response = client.get(f"/wifi/captive/{site}/", query)
    if response.status_code == 200:
        assert response["Content-Type"] == "application/captive+json"
        assert "no-store" in response["Cache-Control"]
    return response.json() if response.status_code == 200 else response.status_code


def test_a_device_that_is_held_back_is_told_where_to_sign_in(network, client, resident):  # noqa: F811
    AccessPoint.objects.filter(mac=CORNER).update(vendor="CoovaChilli")
    said = ask(client, mac=PHONE)
    assert said["captive"] is True
    assert said["venue-info-url"] == "http://testserver/wifi/q1/"
    assert PHONE not in str(said)
    page = client.get(said["user-portal-url"].removeprefix("http://testserver")).content.decode()
    assert 'href="http://10.1.0.1:3990/prelogin"' in page
    AccessPoint.objects.filter(mac=CORNER).update(vendor="Aruba")
    page = client.get(ask(client, mac=PHONE)["user-portal-url"]).content.decode()
    said = brought(KINDS["aruba"](), client.post("/wifi/portal/enter/", form(page, "tap")))
    assert asked(said)["Auth-Type"] == "Accept"


def test_a_device_that_is_in_is_told_what_it_has_left(network, client):  # noqa: F811
    actions.register_device(by=BY, mac=PHONE, group="resident", days=10)
    Group.objects.filter(pk="resident").update(daily_octets=20_000_000)
    used()
    said = ask(client, mac=PHONE.lower().replace("-", ":"))
    assert (said["captive"], said["seconds-remaining"], said["bytes-remaining"]) == (False, 3600, 15_000_000)
    assert said["can-extend-session"] is False
    with current_time.freeze(NOON + timedelta(days=10, seconds=-60)):
        said = ask(client, mac=PHONE)
        assert (said["seconds-remaining"], said["can-extend-session"]) == (60, True)


@pytest.mark.parametrize("query", [{}, {"mac": "x"}, {"mac": "01:00:5e:00:00:01"}])
def test_without_a_device_nothing_is_said(network, client, query):  # noqa: F811
    assert ask(client, **query) == 404
    assert ask(client, "nowhere", mac=PHONE) == 404
    Site.objects.update(active=False)
    assert ask(client, mac=PHONE) == 404


def test_from_elsewhere_nothing_is_said_of_a_device(network, client):  # noqa: F811
    actions.register_device(by=BY, mac=PHONE, group="resident", days=10)
    AccessPoint.objects.filter(mac=CORNER).update(nas_address="8.8.4.4")
    addresses = {"8.8.8.8": False, "8.8.4.4": True, "10.1.0.2": True}
    for address, here in addresses.items():
        response = client.get("/wifi/captive/q1/", {"mac": PHONE}, REMOTE_ADDR=address)
        assert (response.status_code == 200) is here
        page = client.get(coovachilli().redirect, REMOTE_ADDR=address).content.decode()
        assert ("We know this device already" in page) is here
        fields = form(page, "voucher") | {"way": "tap"}
        response = client.post("/wifi/portal/enter/", fields, REMOTE_ADDR=address)
        assert response.status_code == (302 if here else 200)
    actions.block_device(by=BY, mac=PHONE, blocked=True)
    page = client.get(coovachilli().redirect, REMOTE_ADDR="8.8.8.8").content.decode()
    assert "This device may not use" not in page


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "answered"),
    [
        (0, "127.0.0.1", None, 404),  # behind a proxy of which Kini knows nothing
        (0, "10.0.0.5", None, 404),
        (0, "10.0.0.5", "10.20.0.9", 404),
        (1, "127.0.0.1", None, 404),  # past the proxy
        (1, "127.0.0.1", "127.0.0.1", 404),
        (2, "10.0.0.5", "10.20.0.9", 404),
        (1, "127.0.0.1", "8.8.8.8", 404),
        (1, "127.0.0.1", "10.20.0.9", 200),
        (0, "8.8.4.4", None, 200),
    ],
)
def test_in_production_only_what_trusted_proxies_passed_on_is_a_private_address(
    network,  # noqa: F811
    client,
    settings,
    proxies,
    peer,
    forwarded,
    answered,
):
    AccessPoint.objects.filter(mac=CORNER).update(nas_address="8.8.4.4")
    settings.ENV = replace(settings.ENV, name="production", proxies=proxies)
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    response = client.get("/wifi/captive/q1/", {"mac": PHONE}, REMOTE_ADDR=peer, headers=headers)
    assert response.status_code == answered
