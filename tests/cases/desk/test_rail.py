"""The rail: as long as the officer's own work, computed once; and where a sign-in leads."""

import json
import re
from pathlib import Path
from unittest import mock

from pytest_django import Settings

from kini.cases.models import Case
from kini.services.models import ServiceVersion
from kini.web import navigation
from tests.cases.desk.conftest import Browse
from tests.cases.town import Town, employed
from tests.environment import replace
from tests.pagechecks import CheckedClient


def entries(client: CheckedClient, address: str = "/desk/") -> list[str]:
    page = client.get(address).content.decode()
    rail = page[page.index('<header class="rail">') : page.index("</header>")]
    return re.findall(r"</svg><span>([^<]+)</span>", rail)


def test_empty_views_and_queues_of_other_work_are_left_out(
    town: Town, case: Case, clerk: CheckedClient, head: CheckedClient
):
    shown = entries(clerk)
    assert shown[:3] == ["Due", "My tasks", "Without an officer"]
    assert not {"Late", "Soon late", "Waiting for the resident", "Mentions"} & set(shown)
    assert "Late" in entries(clerk, "/desk/?view=overdue"), "its own page keeps it"
    assert not [entry for entry in entries(head) if "Wi-Fi" in entry]


def test_the_rail_is_computed_once_a_page(town: Town, case: Case, head: CheckedClient):
    computed, links = [], navigation.links

    def counted(request, place):
        computed.append(place)
        return links(request, place)

    with mock.patch.object(navigation, "links", counted):
        for address in ("/desk/", f"/desk/cases/{case.reference}/"):
            computed.clear()
            head.get(address)
            assert sorted(computed) == ["account", "desk"]


def test_an_officer_lands_at_the_desk_and_everybody_else_at_home(
    town: Town, permit: ServiceVersion, settings: Settings, var: Path
):
    settings.ENV = replace(settings.ENV, demo=True)
    idle = "+6281200000051"
    employed(idle, "Petugas Baru", town.registry)
    landings = {"+6281200000001": "/desk/", idle: "/", "+6281234567890": "/"}
    people = [{"name": phone, "role": {"id": "Ada", "en": "Some"}, "phone": phone} for phone in landings]
    (var / "demo.json").write_text(json.dumps(people), "utf-8")
    for phone, address in landings.items():
        assert CheckedClient().post("/demo/sign-in/", {"person": phone})["Location"] == address
    asked_for = {"person": "+6281200000001", "next": "/desk/overdue/"}
    assert CheckedClient().post("/demo/sign-in/", asked_for)["Location"] == "/desk/overdue/"


def test_a_page_of_another_role_says_so_to_an_officer_with_roles(town: Town, clerk: CheckedClient, browse: Browse):
    refused = clerk.get("/desk/payments/")
    assert refused.status_code == 403
    assert "Your role does not include this." in refused.content.decode()
    idle = browse(employed("+6281200000052", "Petugas Baru", town.registry)).get("/desk/payments/")
    assert "The desk is for officers with a role." in idle.content.decode()


def test_an_officer_with_a_payments_role_opens_the_payments(town: Town, browse: Browse):
    cashier = employed("+6281200000053", "Petugas Kas", town.registry, "cashier")
    assert browse(cashier).get("/desk/payments/").status_code == 200


def test_a_long_rail_folds_what_nothing_waits_behind() -> None:
    def link(number: int, group: str, count: int | None = None, current: navigation.Current = "") -> navigation.NavLink:
        return navigation.NavLink(f"/{number}/", str(number), "", "clock", group, False, count, current)

    short = [link(1, ""), link(2, "Agency")]
    assert [group.folds for group in navigation.grouped(short)] == [False, False]
    views = [link(number, "", count=0) for number in range(8)]
    agency = [link(number, "Agency", current="true" if number == 25 else "") for number in range(20, 28)]
    groups = navigation.grouped([*views, link(9, "My filters", count=3), link(10, "Counter"), *agency])
    assert [(group.name, group.folds, group.is_open) for group in groups] == [
        ("", False, False),
        ("My filters", False, False),
        ("Counter", True, False),
        ("Agency", True, True),
    ]
