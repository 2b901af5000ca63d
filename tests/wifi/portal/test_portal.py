"""The portal: handed over by access points of each kind, signed in, and back with a one-time password."""

import re
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from lxml import html as parser

from kini.core import current_time, retention
from kini.core.crypto import decrypt, keyed_hash
from kini.core.environment import ROOT
from kini.core.models import AuditEntry, LimitCounter, OutboxMessage
from kini.people.models import User
from kini.wifi import actions, config
from kini.wifi.inventory.radius_secrets import secret_context
from kini.wifi.models import AccessPoint, Device, Group, Pass, Site, Voucher
from kini.wifi.radius import authorization
from tests.environment import replace
from tests.wifi import nas
from tests.wifi.conftest import BY, WIFI
from tests.wifi.radius.test_authorization import AT_CORNER, GROUPS, NOON, PHONE, decided, refused

LOGIN = "http://10.1.0.1:3990"
HEADER = "site,name,kind,latitude,longitude,mac,nas_identifier,nas_address,login_address"
POINTS = (
    f"p1,Park,park,38.7302,-9.4751,00:10:a4:23:19:c0,ap-p1,127.0.0.1,{LOGIN}",
    f"q1,Corner,square,38.7451,-9.4301,00:10:a4:23:19:c2,,127.0.0.2,{LOGIN}",
)
CORNER = "00-10-A4-23-19-C2"
PORTAL = """
portal:
  group: resident
  days: 20
  terms: [Be kind to each other.]
  links: [{name: School of the town, address: "https://school.example/"}]
"""
NUMBER = "+351912345678"


@pytest.fixture
def network(town, bring):
    """The park keeps hours, the corner is always open; whoever signs in is a resident for twenty days."""
    (town / "wifi.yaml").write_text(WIFI + GROUPS + PORTAL, "utf-8")
    config._once.cache_clear()
    actions.load_policies(by=BY)
    assert bring(*POINTS, header=HEADER).faults == []


@pytest.fixture(autouse=True)
def outbox(settings):
    """Codes are read where a first look shows them."""
    settings.ENV = replace(settings.ENV, outbox=True)


@pytest.fixture(autouse=True)
def noon():
    with current_time.freeze(NOON):
        yield


def secret() -> str:
    point = AccessPoint.objects.get(mac=CORNER)
    return decrypt(point.secret, secret_context(point.mac)).decode()


def coovachilli() -> nas.Nas:
    return nas.coovachilli(LOGIN, secret(), CORNER)


KINDS = {
    "coovachilli": coovachilli,
    "mikrotik": lambda: nas.mikrotik(LOGIN, CORNER),
    "aruba": lambda: nas.aruba(LOGIN, CORNER),
    "ruckus": lambda: nas.ruckus(LOGIN, CORNER),
}


def form(page: str, way: str) -> dict[str, str]:
    """The fields of the form for one way to sign in."""
    document = parser.document_fromstring(page).xpath("//form[.//input[@name='way'][@value=$way]]", way=way)
    assert document, f"no way {way}"
    return dict(document[0].fields)


def arrive(client, point: nas.Nas) -> str:
    response = client.get(point.redirect)
    assert response.status_code == 200
    assert len(response.content) < 20_000
    return response.content.decode()


def brought(point: nas.Nas, response) -> dict[str, str]:
    """Return the Access-Request that follows from the portal's response."""
    if response.status_code == 302:
        return point.take(response["Location"])
    (document,) = parser.document_fromstring(response.content.decode()).xpath("//main//form[not(@id)]")
    assert document.method == "POST"
    return point.take(document.action, dict(document.fields))


def asked(said: dict[str, str], calling: str = PHONE, **where) -> dict[str, str]:
    """The decision about what an access point asks."""
    shown = {"chap": said.get("CHAP-Password", ""), "challenge": said.get("CHAP-Challenge", "")}
    return decided(calling=calling, password=said.get("User-Password", ""), **shown, **{**AT_CORNER, **where})


@pytest.fixture
def resident(db, client):
    user = User.objects.create_user(phone=NUMBER, phone_verified=True)
    client.force_login(user)
    return user


@pytest.mark.parametrize("kind", KINDS)
def test_one_tap_of_somebody_signed_in_is_enough_at_every_kind_of_access_point(network, client, resident, kind):
    point = KINDS[kind]()
    response = client.post("/wifi/portal/enter/", form(arrive(client, point), "tap"))
    submitted = brought(point, response)
    assert asked(submitted)["Auth-Type"] == "Accept"
    device = Device.objects.get()
    assert device.owner == resident
    assert device.expires_at == NOON + timedelta(days=20)
    # From now on it comes in by itself, anywhere.
    assert decided()["Auth-Type"] == "Accept"


def test_a_one_time_password_holds_once_for_one_device_at_one_access_point_and_not_for_long(network, client, resident):
    def ticket() -> dict[str, str]:
        point = KINDS["aruba"]()
        return brought(point, client.post("/wifi/portal/enter/", form(arrive(client, point), "tap")))

    said = ticket()
    password = said["User-Password"]
    assert asked(said, calling="AC-DE-48-00-11-23") == refused("sign-in")
    assert decided(password=password) == refused("sign-in"), "at another access point"
    assert decided(password=password, at=NOON + timedelta(minutes=6), **AT_CORNER) == refused("sign-in")
    assert asked({"User-Password": password[:-1]}) == refused("sign-in")
    assert asked(said)["Auth-Type"] == "Accept"
    Device.objects.all().delete()
    assert asked(said) == refused("sign-in"), "a second time"
    first, second = ticket(), ticket()
    assert asked(first) == refused("sign-in"), "only the newest holds"
    assert asked(second)["Auth-Type"] == "Accept"


def test_an_answer_to_another_challenge_is_none(network, client, resident):
    point = coovachilli()
    submitted = brought(point, client.post("/wifi/portal/enter/", form(arrive(client, point), "tap")))
    for challenge in ("", "0x", "0x00", "nonsense", "0x" + "00" * 16):
        assert asked(submitted | {"CHAP-Challenge": challenge}) == refused("sign-in")
    for shown in ("0x", "0x00", "0x00" + "ab" * 16, "0x01" + submitted["CHAP-Password"][4:], "0xzz" + "ab" * 16):
        assert asked(submitted | {"CHAP-Password": shown}) == refused("sign-in")
    assert asked(submitted)["Auth-Type"] == "Accept"


def test_a_phone_number_and_its_code_let_somebody_new_in(network, client):
    point = coovachilli()
    page = arrive(client, point)
    response = client.post("/wifi/portal/enter/", form(page, "phone") | {"phone": "912 345 678"}, follow=True)
    assert "We sent a code" in response.content.decode()
    assert len(response.content) < 20_000
    token = re.search(r'name="a" value="([^"]+)"', response.content.decode())[1]
    wrong = client.post("/wifi/portal/code/", {"a": token, "code": "000000"})
    assert wrong.status_code == 422
    code = re.search(r"#(\d{6})", OutboxMessage.objects.get().text)[1]
    again = client.get(point.redirect).content.decode()
    assert "I have a code already" in again
    response = client.post("/wifi/portal/code/", {"a": token, "code": code})
    assert asked(brought(point, response))["Auth-Type"] == "Accept"
    assert Device.objects.get().owner.phone == NUMBER


def test_a_number_that_is_none_and_too_many_codes_are_told(network, client):
    page = arrive(client, coovachilli())
    response = client.post("/wifi/portal/enter/", form(page, "phone") | {"phone": "12"})
    assert response.status_code == 422
    assert 'value="12"' in response.content.decode()
    answers = [
        client.post("/wifi/portal/enter/", form(page, "phone") | {"phone": NUMBER}).status_code for _n in range(6)
    ]
    assert answers == [302] * 5 + [429]


def test_a_code_from_a_sheet_lets_so_many_devices_in(network, client):
    (code,) = actions.create_vouchers(by=BY, group="free", count=1, days=2, label="School", devices=1)
    point = coovachilli()
    page = arrive(client, point)
    typed = {"voucher": code.lower().replace("0", "o").replace("1", "l")}
    submitted = brought(point, client.post("/wifi/portal/enter/", form(page, "voucher") | typed))
    assert Voucher.objects.get().uses == 0
    assert asked(submitted)["Auth-Type"] == "Accept"
    assert Voucher.objects.get().uses == 1
    device = Device.objects.get()
    assert (device.group_id, device.owner, device.expires_at) == ("free", None, NOON + timedelta(days=2))
    again = brought(point, client.post("/wifi/portal/enter/", form(page, "voucher") | typed))
    assert asked(again)["Auth-Type"] == "Accept"
    other = coovachilli()
    other.more = {"mac": "AC-DE-48-00-11-23"}
    response = client.post("/wifi/portal/enter/", form(arrive(client, other), "voucher") | typed)
    assert response.status_code == 422
    assert "its maximum number of devices" in response.content.decode()


def test_a_password_and_a_sheet_are_decided_over_one_connection_in_any_order(network, client, resident):
    (code,) = actions.create_vouchers(by=BY, group="free", count=1, days=2, label="School")
    for _again in range(2):
        point = KINDS["aruba"]()
        submitted = brought(point, client.post("/wifi/portal/enter/", form(arrive(client, point), "tap")))
        assert asked(submitted)["Auth-Type"] == "Accept"
        assert asked({"User-Password": code}, calling="AC-DE-48-00-11-23")["Auth-Type"] == "Accept"
        Device.objects.all().delete()


def test_two_devices_at_the_last_place_of_a_voucher(network, client):
    (code,) = actions.create_vouchers(by=BY, group="free", count=1, days=2, label="School", devices=1)
    said = {}
    for phone in (PHONE, "AC-DE-48-00-11-23"):
        point = coovachilli()
        point.more = {"mac": phone}
        page = arrive(client, point)
        said[phone] = brought(point, client.post("/wifi/portal/enter/", form(page, "voucher") | {"voucher": code}))
    answers = [asked(shown, calling=phone) for phone, shown in said.items()]
    assert [answer["Auth-Type"] for answer in answers] == ["Accept", "Reject"]
    assert answers[1] == refused("voucher-used")
    back = coovachilli()
    back.more = {"mac": "AC-DE-48-00-11-23", "res": "failed", "reply": "voucher-used https://serena.example/wifi/"}
    assert "This code is used up" in arrive(client, back)


def test_codes_are_not_tried_without_end(network, client):
    page = arrive(client, coovachilli())
    answers = [
        client.post("/wifi/portal/enter/", form(page, "voucher") | {"voucher": f"AAAAA-0000{n}"}).status_code
        for n in range(10)
    ]
    assert answers == [422] * 10
    (code,) = actions.create_vouchers(by=BY, group="free", count=1, days=2, label="School")
    response = client.post("/wifi/portal/enter/", form(page, "voucher") | {"voucher": code})
    assert response.status_code == 429
    assert not any(PHONE in row.key for row in LimitCounter.objects.all())


def test_a_code_that_ended_or_was_taken_back_is_told(network, client):
    (code,) = actions.create_vouchers(by=BY, group="free", count=1, days=1, label="School")
    page = arrive(client, coovachilli())
    with current_time.freeze(NOON + timedelta(days=1)):
        page = arrive(client, coovachilli())
        response = client.post("/wifi/portal/enter/", form(page, "voucher") | {"voucher": code})
        assert "This code has expired" in response.content.decode()
    actions.withdraw_vouchers(by=BY, label="School")
    page = arrive(client, coovachilli())
    response = client.post("/wifi/portal/enter/", form(page, "voucher") | {"voucher": code})
    assert "This code is not valid" in response.content.decode()
    assert client.post("/wifi/portal/enter/", form(page, "voucher") | {"voucher": ""}).status_code == 422


def test_a_known_device_needs_one_tap_where_it_is_asked_at_all(network, client):
    actions.register_device(by=BY, mac=PHONE, group="free", days=10)
    point = coovachilli()
    page = arrive(client, point)
    assert "We know this device already" in page
    submitted = brought(point, client.post("/wifi/portal/enter/", form(page, "tap")))
    assert asked(submitted)["Auth-Type"] == "Accept"
    assert Device.objects.get().expires_at == NOON + timedelta(days=10)
    other = coovachilli()
    other.more = {"mac": "AE-DE-48-00-99-99"}
    assert "We know this device already" not in arrive(client, other)
    forged = form(page, "tap") | {"a": re.search(r'name="a" value="([^"]+)"', arrive(client, other))[1]}
    assert client.post("/wifi/portal/enter/", forged).status_code == 422


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda: Site.objects.filter(code="q1").update(hours={"tuesday": ["08:00-12:00"]}), "opens again on"),
        (lambda: actions.block_device(by=BY, mac=PHONE, blocked=True), "This device may not use the Wi-Fi"),
        (lambda: AccessPoint.objects.update(nas_address=None), "does not work here yet"),
        (lambda: AccessPoint.objects.update(active=False), "does not work here yet"),
    ],
)
def test_what_stands_in_the_way_is_said_before_anybody_signs_in(network, client, resident, spoil, words):
    spoil()
    page = client.get(coovachilli().redirect).content.decode()
    assert words in page
    assert "<form" not in parser.tostring(parser.document_fromstring(page).find(".//main"), encoding="unicode")


def test_without_an_address_for_the_password_nobody_is_sent_anywhere(network, client, resident):
    AccessPoint.objects.update(login_address="")
    response = client.post("/wifi/portal/enter/", form(arrive(client, coovachilli()), "tap"))
    assert response.status_code == 409
    assert "does not know this access point" in response.content.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_no_address_from_the_browser_is_followed(network, client, resident, kind):
    point = KINDS[kind]()
    point.more = dict.fromkeys(("uamip", "link-login-only", "switchip", "sip", "login"), "evil.example")
    response = client.post("/wifi/portal/enter/", form(arrive(client, point), "tap"))
    assert "evil.example" not in response.get("Location", "") + response.content.decode()
    assert f"form-action 'self' {LOGIN};" in response["Content-Security-Policy"] + ";"
    page = client.get("/wifi/portal/online/", {"a": form(arrive(client, point), "tap")["a"]}).content.decode()
    (link,) = parser.document_fromstring(page).xpath(f"//a[@href='{nas.WANTED}']")
    assert link.text == "news.example"


@pytest.mark.parametrize(
    "wanted", ["javascript:alert(1)", "//evil.example", "http://a b/", "data:text/html,x", "http://["]
)
def test_what_is_no_web_address_is_no_link(network, client, resident, wanted):
    point = coovachilli()
    point.more = {"userurl": wanted}
    token = form(arrive(client, point), "tap")["a"]
    page = client.get("/wifi/portal/online/", {"a": token}).content.decode()
    assert "You wanted to open" not in page
    assert "School of the town" in page


def test_the_access_point_says_how_it_went(network, client):
    point = coovachilli()
    point.more = {"res": "success"}
    assert "You are online" in client.get(point.redirect, follow=True).content.decode()
    point.more = {"res": "failed", "reply": "used-up https://serena.example/wifi/"}
    assert "You have used up today" in arrive(client, point)
    point.more = {"res": "failed", "reply": "too-many https://serena.example/wifi/"}
    assert "Too many of your devices are connected" in arrive(client, point)
    point.more = {"res": "failed", "reply": "<script>alert(1)</script>"}
    page = arrive(client, point)
    assert "That did not work" in page
    assert "<script" not in page


@pytest.mark.parametrize("address", ["", "?a=x", "online/?a=AAAA", "code/"])
def test_whoever_comes_without_an_access_point_is_told_how(network, client, address):
    response = client.get(f"/wifi/portal/{address}")
    assert "Join the Wi-Fi first" in response.content.decode()
    assert client.get("/wifi/portal/coovachilli/").status_code == 400
    assert client.get("/wifi/portal/another/").status_code == 404


def test_words_of_a_visit_are_old_after_two_hours(network, client, resident):
    token = form(arrive(client, coovachilli()), "tap")["a"]
    with current_time.freeze(NOON + timedelta(hours=3)):
        assert client.post("/wifi/portal/enter/", {"a": token, "way": "tap"}).status_code == 410


def test_a_city_without_a_portal_has_none(town, client, bring):
    bring(*POINTS, header=HEADER)
    assert client.get(coovachilli().redirect).status_code == 404


def test_the_page_is_small_with_all_that_it_loads_needs_no_script_and_asks_the_database_little(
    network, client, resident
):
    point = coovachilli()
    arrive(client, point)
    with CaptureQueriesContext(connection) as captured:
        page = arrive(client, point)
    assert len(captured) <= 4
    with CaptureQueriesContext(connection) as captured:
        client.post("/wifi/portal/enter/", form(page, "tap"))
    assert len(captured) <= 9
    document = parser.document_fromstring(page)
    assert not document.xpath("//script|//img|//iframe")
    sheets = [document.get("href") for document in document.xpath("//link[@rel='stylesheet']")]
    assert all(address.startswith("/") for address in sheets)
    css = (ROOT / "src/kini/web/static/kini/portal.css").stat().st_size + len(client.get("/theme.css").content)
    assert len(page.encode()) + css < 20_000


def test_while_the_database_is_away_the_page_says_so(network, client):
    def gone(*_words):
        raise OperationalError("the connection is lost")

    point = coovachilli()
    with connection.execute_wrapper(gone):
        response = client.get(point.redirect)
    assert response.status_code == 503
    assert "Signing in is not possible at the moment" in response.content.decode()
    assert len(response.content) < 20_000
    filled = dict(form(arrive(client, point), "phone")) | {"phone": NUMBER}
    client.post("/wifi/portal/enter/", filled)
    token = filled["a"]
    with connection.execute_wrapper(gone):
        response = client.get("/wifi/portal/code/", {"a": token})
    assert response.status_code == 503
    assert "Signing in is not possible at the moment" in response.content.decode()


def test_neither_page_nor_trail_tells_the_device(network, client, resident, caplog):
    point = coovachilli()
    page = arrive(client, point)
    client.post("/wifi/portal/enter/", form(page, "tap"))
    written = page + str(list(AuditEntry.objects.values_list("subject", "detail"))) + caplog.text
    for mac in (PHONE, PHONE.lower(), PHONE.replace("-", ""), PHONE.replace("-", ":")):
        assert mac not in written
    stored = Pass.objects.get()
    assert authorization.one_time_password(stored.nonce) not in str(vars(stored))
    assert bytes(stored.device) == keyed_hash(PHONE, authorization.DEVICE)


def test_signed_out_devices_sign_in_again_and_their_use_still_counts(network, resident, client):
    point = coovachilli()
    asked(brought(point, client.post("/wifi/portal/enter/", form(arrive(client, point), "tap"))))
    assert actions.sign_out(by=BY, owner=resident) == 1
    assert decided(**AT_CORNER) == refused("sign-in")
    devices = retention.rules.get("wifi.devices")
    assert retention.apply(devices) == 0
    with current_time.freeze(NOON + timedelta(days=1, seconds=1)):
        assert retention.apply(devices) == 1
    assert not Device.objects.exists()


def test_one_quota_for_all_devices_of_a_person(network, resident, client):
    Group.objects.filter(pk="resident").update(daily_octets=1_000)
    for phone in (PHONE, "AE-DE-48-00-99-99"):
        point = coovachilli()
        point.more = {"mac": phone}
        submitted = brought(point, client.post("/wifi/portal/enter/", form(arrive(client, point), "tap")))
        assert asked(submitted, calling=phone)["Auth-Type"] == "Accept"
    with connection.cursor() as cursor:
        cursor.execute("SELECT wifi_session_partition(%s)", [NOON.date()])
        cursor.execute(
            "INSERT INTO wifi_session VALUES (%s, %s, 'n', 'a', %s, %s, %s, NULL, 60, 600, 400, '')",
            [b"k" * 32, NOON.date(), keyed_hash(PHONE, authorization.DEVICE), NOON, NOON],
        )
    assert decided(calling="AE-DE-48-00-99-99", **AT_CORNER) == refused("used-up")
    page = client.get(coovachilli().redirect).content.decode()
    assert "You have used up today" in page


def test_a_login_address_that_is_none_is_told(network, bring):
    (fault,) = bring("m1,Mill,square,38.7451,-9.4302,00:10:a4:23:19:c4,,,javascript:x", header=HEADER).faults
    assert "login_address" in str(fault)
