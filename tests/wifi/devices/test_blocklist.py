"""Officers keep a device, a person, or whoever has a code out of the Wi-Fi, and let them in again."""

import pytest
from django.db import IntegrityError, transaction

from kini.core import current_time, references
from kini.core.actors import ActionRefused, NotAllowed
from kini.core.crypto import keyed_hash
from kini.core.grants import Scope
from kini.core.models import AuditEntry
from kini.wifi import actions, config
from kini.wifi.devices import blocklist_desk
from kini.wifi.devices.blocklist import BlockTarget
from kini.wifi.inventory import list_parser
from kini.wifi.models import AccessPoint, Block, Device, Pass
from kini.wifi.permissions import WifiPermission
from kini.wifi.radius import authorization
from tests.cases.conftest import town as town
from tests.cases.town import PACK, PERMIT, acting, employed, offer, opened
from tests.snapshots import replay
from tests.wifi.conftest import BY
from tests.wifi.devices.test_my_devices import told
from tests.wifi.radius.test_authorization import NOON, PHONE, decided, refused

TABLET = "AC-DE-48-00-11-23"
WIFI = """
name: Pier Net
kinds: {pier: {name: Pier}}
groups: {free: {name: Everybody, sheets: true}}
portal: {group: free, terms: [Be kind.]}
"""
POINT = "p1,Pier,pier,-6.11,106.8,1.1.1,00:10:a4:23:19:c0,ap-p1,127.0.0.1"
WHY = "Sends mail that nobody wants"


@pytest.fixture(autouse=True)
def city(running_pack, var):
    running_pack(PACK, {"wifi.yaml": WIFI})
    config._once.cache_clear()
    with current_time.freeze(NOON):
        yield


@pytest.fixture
def head(town, tmp_path, client, settings):
    """The chief of the registry, at the desk; the pier has Wi-Fi."""
    chief = replay("head", lambda: _make_head(town, tmp_path))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    client.force_login(chief.user)
    return chief


def _make_head(town, tmp_path):
    path = tmp_path / "points.csv"
    columns = "site,name,kind,latitude,longitude,area,mac,nas_identifier,nas_address"
    path.write_text(f"{columns}\n{POINT}", "utf-8")
    actions.load_policies(by=BY)
    assert actions.import_points(by=BY, listed=list_parser.read_list(path)).faults == []
    return employed("+6281200000097", "Chief", town.registry, "boss")


@pytest.fixture
def case(town, head):
    """A case of a resident who has a phone and a tablet."""
    for mac in (PHONE, TABLET):
        actions.register_device(by=BY, mac=mac, group="free", days=9)
    Device.objects.update(owner=town.resident.user)
    return opened(town.named("resident"), offer("permit", PERMIT), town.resident)


def block(client, whom, why=WHY):
    return client.post("/desk/wifi/blocked/", {"whom": whom, "reason": why}, follow=True)


def lift(client, number):
    return client.post("/desk/wifi/blocked/lift/", {"block": number}, follow=True).content.decode()


def entered(mac):
    return "in" if decided(calling=mac)["Auth-Type"] == "Accept" else decided(calling=mac)["Reply-Message"]


def test_the_person_of_a_case_is_kept_out_with_all_devices_until_the_block_is_lifted(
    client, town, case, head, run_jobs
):
    told.clear()
    page = block(client, case.reference.lower()).content.decode()
    assert "Blocked: 2 devices can no longer connect." in page
    assert (WHY in page, case.reference in page, head.name in page) == (True, True, True)
    assert (entered(PHONE), entered(TABLET)) == ("blocked", "blocked")
    run_jobs()
    (event,) = told
    assert (len(event.devices), event.reason) == (2, "blocked")
    by = acting(town.resident)
    with pytest.raises(ActionRefused, match="may not use the Wi-Fi"):
        actions.sign_in(by=by, device=b"x" * 32, point=AccessPoint.objects.get())
    entry = AuditEntry.objects.get(action="wifi.blocked")
    assert (entry.actor_id, entry.detail["reason"]) == (head.user_id, WHY)
    assert "The block was lifted." in lift(client, Block.objects.get().pk)
    assert (entered(PHONE), entered(TABLET)) == ("in", "in")
    assert actions.sign_in(by=by, device=b"x" * 32, point=AccessPoint.objects.get()).password
    for number in (Block.objects.get().pk, "", "9" * 5_000):
        assert "already lifted" in lift(client, number)


def test_a_one_time_password_that_a_blocked_person_has_lets_in_no_more(town, case, client):
    actions.sign_in(by=acting(town.resident), device=b"x" * 32, point=AccessPoint.objects.get())
    block(client, case.reference)
    assert not Pass.objects.exists()


def test_a_device_is_named_by_its_mac_which_nobody_sees_again(client, head):
    page = block(client, PHONE.lower().replace("-", ":")).content.decode()
    assert entered(PHONE) == "blocked"
    assert PHONE.lower() not in page.lower().replace(":", "-")
    assert f"mark {keyed_hash(PHONE, authorization.DEVICE).hex()[:4].upper()}" in page
    assert PHONE not in str(list(AuditEntry.objects.values_list("subject", "detail")))
    assert "This is already blocked." in block(client, PHONE).content.decode()


def test_a_code_is_taken_back_and_whoever_came_in_with_it_is_kept_out(client, head):
    code, other = actions.create_vouchers(by=BY, group="free", count=2, days=9, label="The school")
    assert decided(password=code)["Auth-Type"] == "Accept"
    assert decided(calling=TABLET, password=other)["Auth-Type"] == "Accept"
    assert "A code of “The school”" in block(client, code.lower()).content.decode()
    assert (entered(PHONE), entered(TABLET)) == ("blocked", "in")
    lift(client, Block.objects.get().pk)
    assert decided(password=code) == refused("sign-in")


def test_a_device_stays_out_while_any_block_means_it(client, case):
    block(client, case.reference)
    block(client, PHONE)
    person, device = Block.objects.order_by("pk")
    lift(client, person.pk)
    assert (entered(PHONE), entered(TABLET)) == ("blocked", "in")
    lift(client, device.pk)
    assert entered(PHONE) == "in"
    block(client, case.reference)
    with pytest.raises(ActionRefused, match="lift that block at the desk"):
        actions.block_device(by=BY, mac=PHONE, blocked=False)


@pytest.mark.parametrize(
    ("whom", "why", "words"),
    [
        ("nothing", WHY, "Nothing found"),
        ("", WHY, "Nothing found"),
        ("01:00:5e:00:00:01", WHY, "Nothing found"),
        (references.from_number("TELUK", 5), WHY, "no case with this number"),
        (PHONE, " ", "Give a reason"),
        (PHONE, "x" * 241, "Give a reason"),
    ],
)
def test_what_is_wrong_is_told_and_kept(client, head, whom, why, words):
    response = block(client, whom, why)
    assert response.status_code == 422
    page = response.content.decode()
    assert words in page
    assert f'value="{whom}"' in page
    assert not Block.objects.exists()


def test_who_tries_out_too_much_waits(client, head, monkeypatch):
    monkeypatch.setattr(blocklist_desk, "LOOKUP_LIMIT", blocklist_desk.Limit("wifi.block", count=1, seconds=60))
    assert "Nothing found" in block(client, "nothing").content.decode()
    assert "Too many attempts" in block(client, PHONE).content.decode()


def test_only_who_may_sees_and_lifts_and_nobody_acts_on_their_own_case(client, town, case, head):
    block(client, case.reference)
    number = Block.objects.get().pk
    client.force_login(town.clerk.user)
    assert client.get("/desk/wifi/blocked/").status_code == 403
    other = employed("+6281200000099", "Other", town.roads, "boss")
    client.force_login(other.user)
    assert WHY not in client.get("/desk/wifi/blocked/").content.decode()
    assert "already lifted" in lift(client, number)
    assert "no case with this number" in block(client, case.reference).content.decode()
    with pytest.raises(NotAllowed):
        actions.block(by=acting(other), target=BlockTarget(device=b"x" * 32), reason=WHY, scope=Scope(head.agency_id))
    with pytest.raises(NotAllowed):
        actions.lift_block(by=acting(head), block=number)
    own = opened(acting(town.resident), offer("permit-2", PERMIT), town.resident)
    employed_too = employed("+6281200000098", "Own", town.registry, "boss")
    type(own.resident).objects.filter(pk=own.resident_id).update(user=employed_too.user)
    client.force_login(employed_too.user)
    assert client.post("/desk/wifi/blocked/", {"whom": own.reference, "reason": WHY}).status_code == 302
    assert Block.objects.count() == 1
    assert WifiPermission.BLOCK_WIFI in acting(head).grants[0].permissions


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"device": b"x"},
        {"device": b"x" * 32, "reason": ""},
        {"device": b"x" * 32, "voucher_id": 1},
    ],
)
def test_the_database_refuses_a_block_of_nothing_of_two_or_without_a_reason(head, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        Block.objects.create(**({"reason": WHY, "made_at": NOON} | values))
