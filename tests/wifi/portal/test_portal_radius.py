"""The portal's logins of each vendor, checked by FreeRADIUS itself."""

import pytest

from kini.people.models import User
from kini.wifi import actions, config
from kini.wifi.inventory import list_parser
from kini.wifi.models import Device
from tests.wifi.conftest import BY, WIFI
from tests.wifi.portal.test_portal import CORNER, HEADER, KINDS, NUMBER, POINTS, PORTAL, arrive, brought, form
from tests.wifi.radius.test_authorization import GROUPS
from tests.wifi.radius.test_freeradius import ask, ask_of, pytestmark, server  # noqa: F401 -- fixtures


@pytest.fixture
def network(town, tmp_path):
    """The corner is always open, and asked for from a loopback address."""
    (town / "wifi.yaml").write_text(WIFI + GROUPS + PORTAL, "utf-8")
    config._once.cache_clear()
    actions.load_policies(by=BY)
    path = tmp_path / "points.csv"
    path.write_text("\n".join((HEADER, *POINTS)), "utf-8")
    assert actions.import_points(by=BY, listed=list_parser.read_list(path)).faults == []


def test_freeradius_takes_what_the_portal_gave_once_from_each_kind(network, ask, client):  # noqa: F811
    client.force_login(User.objects.create_user(phone=NUMBER, phone_verified=True))
    for make in KINDS.values():
        point = make()
        submitted = brought(point, client.post("/wifi/portal/enter/", form(arrive(client, point), "tap")))
        at = {name.replace("-", "_"): value for name, value in submitted.items()} | {"Called_Station_Id": CORNER}
        answer = ask("127.0.0.2", **at)
        assert answer.get("Session-Timeout") == "3600", answer
        Device.objects.all().delete()
        assert ask("127.0.0.2", **at)["code"] == "Access-Reject"
