"""Officers and roles on pages: who sees them, who gives what, and what stays written."""

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from kini.core.actors import ActionRefused
from kini.core.models import AuditEntry, OutboxMessage
from kini.people import actions as people_actions
from kini.people.models import DirectoryLink, Officer, RoleGrant, User
from tests.cases.desk.conftest import Browse
from tests.cases.town import BY, Town, acting, employed
from tests.environment import replace
from tests.pagechecks import CheckedClient

MOST_QUERIES = 16


@pytest.fixture
def boss(town: Town) -> Officer:
    return employed("+6281200000061", "Kepala Dinas", town.registry, "boss")


@pytest.fixture
def manager(boss: Officer, browse: Browse) -> CheckedClient:
    return browse(boss)


def test_the_list_holds_the_officers_of_ones_agencies(town: Town, manager: CheckedClient):
    employed("+6281200000062", "Petugas Jalan", town.roads, "clerk")
    page = manager.get("/desk/officers/").content.decode()
    for text in ("Petugas Berkas", "Clerk", "Kepala Dinas", "+62 •••• 001"):
        assert text in page
    assert "Petugas Jalan" not in page
    assert "Petugas Berkas" in manager.get("/desk/officers/?q=berkas").content.decode()
    assert "Nobody has that name" in manager.get("/desk/officers/?q=%01x").content.decode()


def test_only_those_who_manage_officers(town: Town, boss: Officer, clerk: CheckedClient, browse: Browse):
    for client in (clerk, browse(town.resident), browse(town.head)):
        for address in ("", "add/", f"{boss.pk}/"):
            assert client.get(f"/desk/officers/{address}").status_code == 403
            assert client.post(f"/desk/officers/{address}").status_code in (403, 405)
        assert client.post(f"/desk/officers/{boss.pk}/active/", {"active": "no"}).status_code == 403
    assert "Officers and roles" not in clerk.get("/desk/").content.decode()


def test_officers_of_other_agencies_are_not_found(town: Town, manager: CheckedClient):
    stranger = employed("+6281200000063", "Petugas Jalan", town.roads, "clerk")
    grant = stranger.role_grants.get()
    assert manager.get(f"/desk/officers/{stranger.pk}/").status_code == 404
    for address in ("", "active/", f"roles/{grant.pk}/take/"):
        assert manager.post(f"/desk/officers/{stranger.pk}/{address}", {"role": "clerk"}).status_code == 404
    assert manager.post(f"/desk/officers/{town.clerk.pk}/roles/{grant.pk}/take/").status_code == 303
    assert RoleGrant.objects.filter(pk=grant.pk).exists()


def test_somebody_new_is_invited_and_gets_a_role(town: Town, manager: CheckedClient, boss: Officer):
    sent = {"contact": "0812 0000 0064", "name": "Petugas Baru", "agency": "registry"}
    response = manager.post("/desk/officers/add/", sent)
    officer = Officer.objects.get(name="Petugas Baru")
    assert (response.status_code, response["Location"]) == (303, f"/desk/officers/{officer.pk}/")
    assert officer.user.phone == "+6281200000064"
    message = OutboxMessage.objects.get(recipient="+6281200000064")
    assert "Dinas Catatan" in message.text
    page = manager.get(f"/desk/officers/{officer.pk}/").content.decode()
    assert "No role yet" in page
    assert "Checks papers" in page, "each role is told in plain words"
    role_fields = {"role": "clerk", "area": "1.1.1"}
    assert manager.post(f"/desk/officers/{officer.pk}/", role_fields).status_code == 303
    page = manager.get(f"/desk/officers/{officer.pk}/").content.decode()
    assert "“Clerk” given for Kampung Dermaga" in page
    assert "Kepala Dinas" in page
    assert AuditEntry.objects.filter(subject=f"officer:{officer.pk}", actor_id=boss.user_id).count() == 2


def test_an_existing_account_becomes_an_officer_once(town: Town, manager: CheckedClient):
    sent = {"contact": "+6281234567890", "name": "Warga Contoh", "agency": "registry"}
    assert manager.post("/desk/officers/add/", sent).status_code == 303
    assert User.objects.filter(phone="+6281234567890").count() == 1
    response = manager.post("/desk/officers/add/", sent)
    assert response.status_code == 422
    assert "is already an officer" in response.content.decode()


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(manager: CheckedClient):
    for contact, name, agency, where in (
        ("12", "A", "registry", "#contact"),
        ("a@b.example", "", "registry", "#name"),
        ("a@b.example", "A", "roads", "#agency"),
    ):
        response = manager.post("/desk/officers/add/", {"contact": contact, "name": name, "agency": agency})
        assert response.status_code == 422
        page = response.content.decode()
        assert f'href="{where}"' in page
        assert f'value="{contact}"' in page
    assert not User.objects.filter(email="a@b.example").exists()


def test_nobody_grants_more_than_they_hold_nor_to_themselves(town: Town, manager: CheckedClient, boss: Officer):
    at = f"/desk/officers/{town.clerk.pk}/"
    page = manager.get(at).content.decode()
    assert 'value="counter"' not in page
    response = manager.post(at, {"role": "counter", "area": ""})
    assert response.status_code == 422
    assert "permissions that you do not have" in response.content.decode()
    assert manager.post(at, {"role": "emperor"}).status_code == 422
    assert manager.post(at, {"role": "clerk", "services": "unknown"}).status_code == 422
    assert manager.post(f"/desk/officers/{boss.pk}/", {"role": "clerk"}).status_code == 422
    assert "Give a role" not in manager.get(f"/desk/officers/{boss.pk}/").content.decode()
    assert {grant.role for grant in acting(town.clerk).grants} == {"clerk"}


def test_who_may_do_more_is_out_of_reach(town: Town, manager: CheckedClient):
    counter = employed("+6281200000065", "Petugas Loket", town.registry, "counter")
    at = f"/desk/officers/{counter.pk}/"
    assert "Revoke" not in manager.get(at).content.decode().split("<tbody>")[1]
    assert manager.post(f"{at}roles/{counter.role_grants.get().pk}/take/").status_code == 422
    assert manager.post(f"{at}active/", {"active": "no"}).status_code == 422
    assert acting(counter).grants


def test_work_ends_and_begins_again(town: Town, manager: CheckedClient, clerk: CheckedClient):
    at = f"/desk/officers/{town.clerk.pk}/"
    assert clerk.get("/desk/").status_code == 200
    assert manager.post(f"{at}active/", {"active": "no"}).status_code == 303
    assert clerk.get("/desk/").status_code == 403
    assert "No longer works" in manager.get("/desk/officers/").content.decode()
    assert manager.post(f"{at}active/", {"active": "yes"}).status_code == 303
    assert clerk.get("/desk/").status_code == 200
    assert "Work ended" in manager.get(at).content.decode()


def test_a_role_is_taken_away(town: Town, manager: CheckedClient):
    grant = town.clerk.role_grants.get()
    at = f"/desk/officers/{town.clerk.pk}/roles/{grant.pk}/take/"
    assert manager.post(at).status_code == 303
    assert manager.post(at).status_code == 303
    assert not town.clerk.role_grants.exists()


def test_a_manager_of_one_ward_gives_roles_there_only(town: Town, browse: Browse):
    pier = town.areas["pier"]
    local = browse(employed("+6281200000066", "Kepala Dermaga", town.registry, "boss", area=pier))
    at = f"/desk/officers/{town.clerk.pk}/"
    page = local.get(at).content.decode()
    assert "Kampung Dermaga" in page
    assert "Kampung Bukit" not in page
    assert "Add an officer" not in local.get("/desk/officers/").content.decode()
    for area in ("", "1.1.2"):
        assert local.post(at, {"role": "field", "area": area}).status_code == 422
    assert local.post(at, {"role": "field", "area": pier.pk}).status_code == 303


def test_lists_take_a_bounded_number_of_queries(town: Town, manager: CheckedClient):
    numbers = []
    for number in range(2):
        officer = employed(f"+628120000007{number}", f"Petugas {number}", town.registry, "clerk")
        people_actions.grant_role(by=BY, officer=officer, role="field", area=town.areas["pier"])
        with CaptureQueriesContext(connection) as captured:
            manager.get("/desk/officers/")
        numbers.append(len(captured))
    assert numbers[0] == numbers[1] <= MOST_QUERIES


@pytest.mark.parametrize(
    "wrong", [{"area": "99.99"}, {"area": "none"}, {"services": "none"}, {"services": ""}, {"role": "none"}]
)
def test_what_is_unknown_is_refused_and_never_widened(town: Town, manager: CheckedClient, wrong: dict[str, str]):
    before = RoleGrant.objects.count()
    sent = manager.post(f"/desk/officers/{town.clerk.pk}/", {"role": "field", "area": "1.1"} | wrong)
    assert sent.status_code == 422
    assert RoleGrant.objects.count() == before


def test_a_role_for_services_without_a_name_is_refused(town: Town):
    with pytest.raises(ActionRefused, match="Choose services"):
        people_actions.grant_role(by=BY, officer=town.clerk, role="field", services=[""])


def test_an_officer_is_linked_to_the_directory(town: Town, manager: CheckedClient, settings: Settings, tmp_path: Path):
    path = f"/desk/officers/{town.clerk.pk}/"
    assert manager.post(f"{path}directory/", {"directory": "a@b.example"}).status_code == 404, "there is none"
    file = tmp_path / "directory.toml"
    words = {"name": "Direktori", "issuer": "https://directory.example", "client_id": "kini", "client_secret": "x"}
    file.write_text("\n".join(f'{name} = "{value}"' for name, value in words.items()), "utf-8")
    settings.ENV = replace(settings.ENV, directory=file)
    page = manager.post(f"{path}directory/", {"directory": "no address"})
    assert page.status_code == 422
    assert 'href="#directory"' in page.text
    assert 'value="no address"' in page.text
    page = manager.post(f"{path}directory/", {"directory": "petugas@directory.example"}, follow=True)
    assert 'value="petugas@directory.example"' in page.text
    assert "Linked to the directory" in page.text
    manager.post(f"{path}directory/", {"directory": ""})
    assert not DirectoryLink.objects.exists()
