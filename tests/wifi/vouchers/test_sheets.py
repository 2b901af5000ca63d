"""Sheets of codes that officers make, print and take back."""

import re

import pytest

from kini.city.models import Agency, Area
from kini.core.actors import NotAllowed
from kini.core.grants import Scope
from kini.people.queries import officer_actor
from kini.wifi import actions
from kini.wifi.models import Voucher
from tests.cases.town import employed
from tests.wifi.conftest import BY, says
from tests.wifi.portal.test_portal import AT_CORNER, HEADER, NOON, POINTS, PORTAL, noon  # noqa: F401 -- a fixture
from tests.wifi.radius.test_authorization import GROUPS, decided, refused

WANTED = {"label": "School on the hill", "group": "pupil", "count": "12", "days": "30", "devices": "2"}


@pytest.fixture
def network(town, bring):
    """Officers print codes for pupils; heads of division may."""
    groups = GROUPS + "  pupil: {name: Pupils, sheets: true, session_minutes: 300}\n"
    says(town, groups + PORTAL, "manage-vouchers")
    actions.load_policies(by=BY)
    assert bring(*POINTS, header=HEADER).faults == []


@pytest.fixture
def head(network, client):
    officer = employed("+351912000001", "Chefe", Agency.objects.get(pk="balcao"), "head")
    client.force_login(officer.user)
    return officer


def test_a_sheet_is_made_printed_once_used_and_taken_back(client, head):
    page = client.post("/desk/wifi/", WANTED).content.decode()
    codes = re.findall(r">([0-9A-Z]{5}-[0-9A-Z]{5})<", page)
    assert len(set(codes)) == 12
    assert re.search(r'<button class="button" type="button" data-print', page), "shown once, so it can be printed"
    decision = decided(password=codes[0], **AT_CORNER)
    assert (decision["Auth-Type"], decision["Session-Timeout"]) == ("Accept", "18000")
    listed = client.get("/desk/wifi/").content.decode()
    assert "School on the hill" in listed
    assert not any(code in listed for code in codes)
    assert client.post("/desk/wifi/withdraw/", {"label": WANTED["label"]}).status_code in (302, 303)
    assert decided(**AT_CORNER) == refused("sign-in"), "who came in with it signs in anew"
    assert decided(calling="AC-DE-48-00-11-23", password=codes[1], **AT_CORNER) == refused("sign-in")
    assert "12 codes were withdrawn" in client.get("/desk/wifi/").content.decode()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"label": " "}, "Enter who the sheet is for"),
        ({"group": "resident"}, "Choose who the codes are for"),
        ({"count": "many"}, "in digits"),
        ({"count": "501"}, "Create 1 to 500"),
        ({"days": "0"}, "Create 1 to 500"),
        ({"devices": "0"}, "Create 1 to 500"),
    ],
)
def test_what_is_asked_for_wrongly_is_told_and_kept(client, head, wrong, words):
    response = client.post("/desk/wifi/", WANTED | wrong)
    assert response.status_code == 422
    page = response.content.decode()
    assert words in page
    assert 'value="30"' in page or "days" in wrong
    assert not Voucher.objects.exists()


def test_an_officer_of_one_area_has_the_sheets_of_that_area(client, head):
    client.post("/desk/wifi/", WANTED)
    area = Area.objects.filter(level="freguesia")[0]
    local = employed("+351912000004", "Freguesia", Agency.objects.get(pk="balcao"), "head", area=area)
    client.force_login(local.user)
    assert client.post("/desk/wifi/", WANTED | {"label": "Our street"}).status_code == 200
    assert "School on the hill" not in client.get("/desk/wifi/").content.decode()
    client.force_login(head.user)
    page = client.get("/desk/wifi/").content.decode()
    assert "Our street" in page
    assert "School on the hill" in page


def test_others_neither_make_nor_see_nor_take_back_a_sheet(client, head):
    client.post("/desk/wifi/", WANTED)
    works = Agency.objects.get(pk="obras")
    other = employed("+351912000002", "Outro", works, "head")
    client.force_login(other.user)
    assert "School on the hill" not in client.get("/desk/wifi/").content.decode()
    client.post("/desk/wifi/withdraw/", {"label": WANTED["label"]})
    assert not Voucher.objects.exclude(withdrawn_at=None).exists()
    clerk = employed("+351912000003", "Balcão", Agency.objects.get(pk="balcao"), "clerk")
    client.force_login(clerk.user)
    assert client.get("/desk/wifi/").status_code == 403
    with pytest.raises(NotAllowed):
        actions.withdraw_vouchers(by=officer_actor(other), label=WANTED["label"], scope=Scope(head.agency_id))
    with pytest.raises(NotAllowed):
        actions.withdraw_vouchers(by=officer_actor(head), label=WANTED["label"])
