"""Officers, their roles, and what roles allow."""

from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.test import RequestFactory

from kini.cases.permissions import CasePermission
from kini.core.actors import ActionRefused, ActorKind, NotAllowed
from kini.core.grants import Scope
from kini.core.models import AuditEntry, OutboxMessage
from kini.people import actions, queries, rules
from kini.people.contacts import Contact
from kini.people.models import RoleGrant
from kini.people.permissions import PeoplePermission
from kini.people.roles import check_roles, role_permissions
from kini.people.sessions import SessionStore
from tests.people.conftest import BY, PACK, acting, make_officer

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(agency, person, areas):
    officer = make_officer(person("+6281200000002", "Pengelola").user, agency, "Pengelola")
    actions.grant_role(by=BY, officer=officer, role="manager")
    return officer


def asking(user, method: str = "get", session: SessionStore | None = None):
    request = getattr(RequestFactory(), method)("/")
    request.user, request.session = user or AnonymousUser(), session if session is not None else SessionStore()
    return request


def test_an_officer_is_known_with_their_grants_in_one_query(officer, django_assert_num_queries):
    request = asking(officer.user)
    with django_assert_num_queries(1):
        actor = queries.actor_for(request)
        assert queries.actor_for(request) is actor
    assert actor.kind is ActorKind.OFFICER
    assert rules.may(actor, PeoplePermission.APPLY_FOR_OTHERS, Scope("registry", "1/1.1/1.1.1", "any"))
    assert not rules.may(actor, PeoplePermission.MANAGE_OFFICERS, Scope("registry"))
    assert not rules.may(actor, CasePermission.SEE_CASES, Scope("roads"))
    assert rules.roles_for_scope(actor, Scope("registry")) == {"counter"}


def test_a_resident_and_a_guest_are_known(resident):
    assert queries.actor_for(asking(resident.user)).kind is ActorKind.RESIDENT
    guest = queries.actor_for(asking(None))
    assert (guest.kind, guest.user_id, guest.session) == (ActorKind.GUEST, None, "")


def test_a_guest_gets_a_key_with_the_first_deed():
    session = SessionStore()
    first = queries.actor_for(asking(None, "post", session))
    assert len(first.session) == 40
    assert queries.actor_for(asking(None, "get", session)) == first
    assert queries.actor_for(asking(None, "post")).session != first.session


def test_signing_in_within_a_request_changes_who_asks(resident):
    request = asking(None, "post")
    assert queries.actor_for(request).kind is ActorKind.GUEST
    request.user = resident.user
    assert queries.actor_for(request).user_id == resident.user_id


def test_a_manager_grants_and_withdraws_roles(manager, officer, areas):
    grant = actions.grant_role(
        by=acting(manager), officer=officer, role="field", area=areas["quarter"], services=["b", "a"]
    )
    assert grant.services == ["a", "b"]
    actor = acting(officer)
    assert rules.roles_for_scope(actor, Scope("registry", areas["pier"].path, "a")) == {"counter", "field"}
    assert rules.roles_for_scope(actor, Scope("registry", areas["pier"].path, "c")) == {"counter"}
    actions.withdraw_role(by=acting(manager), grant=grant)
    assert rules.roles_for_scope(acting(officer), Scope("registry", areas["pier"].path, "a")) == {"counter"}
    assert set(AuditEntry.objects.filter(actor_id=manager.user_id).values_list("action", flat=True)) == {
        "people.role-granted",
        "people.role-withdrawn",
    }


def test_a_role_is_granted_once_per_area(officer, areas):
    actions.grant_role(by=BY, officer=officer, role="field")
    with pytest.raises(ActionRefused):
        actions.grant_role(by=BY, officer=officer, role="field")
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(officer=officer, role="field")
    actions.grant_role(by=BY, officer=officer, role="field", area=areas["pier"])


def test_only_roles_of_the_pack_can_be_granted(officer):
    with pytest.raises(ActionRefused, match="no such role"):
        actions.grant_role(by=BY, officer=officer, role="emperor")
    assert role_permissions("emperor") == frozenset()


def test_a_role_that_left_the_pack_allows_nothing(officer):
    RoleGrant.objects.create(officer=officer, role="gone")
    assert {grant.permissions for grant in acting(officer).grants if grant.role == "gone"} == {frozenset()}


def test_nobody_manages_beyond_their_own_bounds(manager, officer, other_agency, areas, person):
    with pytest.raises(NotAllowed):
        actions.grant_role(by=acting(officer), officer=manager, role="counter")
    with pytest.raises(NotAllowed, match="own roles"):
        actions.grant_role(by=acting(manager), officer=manager, role="counter")
    stranger = make_officer(person("+6281200000003", "Petugas Jalan").user, other_agency, "Petugas Jalan")
    with pytest.raises(NotAllowed):
        actions.grant_role(by=acting(manager), officer=stranger, role="field")
    with pytest.raises(NotAllowed):
        actions.deactivate_officer(by=acting(manager), officer=stranger)
    with pytest.raises(NotAllowed):
        actions.create_officer(by=acting(manager), user=person("+6281200000004").user, agency=other_agency, name="X")


def test_a_manager_of_one_ward_grants_for_that_ward_only(agency, officer, areas, person):
    local = make_officer(person("+6281200000005", "Pengelola Kampung").user, agency, "Pengelola Kampung")
    actions.grant_role(by=BY, officer=local, role="manager", area=areas["pier"])
    actions.grant_role(by=acting(local), officer=officer, role="field", area=areas["pier"])
    for area in (None, areas["quarter"], areas["hill"]):
        with pytest.raises(NotAllowed):
            actions.grant_role(by=acting(local), officer=officer, role="field", area=area)
    with pytest.raises(NotAllowed):
        actions.deactivate_officer(by=acting(local), officer=officer)


def test_a_manager_of_one_service_grants_for_that_service_only(agency, officer, person):
    local = make_officer(person("+6281200000005", "Pengelola Akta").user, agency, "Pengelola Akta")
    actions.grant_role(by=BY, officer=local, role="manager", services=["birth"])
    actions.grant_role(by=acting(local), officer=officer, role="field", services=["birth"])
    for services in ([], ["birth", "death"], ["death"]):
        with pytest.raises(NotAllowed):
            actions.grant_role(by=acting(local), officer=officer, role="manager", services=services)


def test_an_officer_who_left_may_nothing_more(manager, officer):
    actions.deactivate_officer(by=acting(manager), officer=officer)
    assert queries.actor_for(asking(officer.user)).kind is ActorKind.RESIDENT
    assert acting(officer).grants == ()


def test_one_person_is_one_officer(manager, officer, agency):
    with pytest.raises(ActionRefused):
        actions.create_officer(by=acting(manager), user=officer.user, agency=agency, name="Lagi")
    with pytest.raises(ActionRefused):
        actions.create_officer(by=BY, user=officer.user, agency=agency, name="  ")


def test_nobody_gives_or_takes_more_than_they_hold(agency, areas, person, officer, manager):
    local = make_officer(person("+6281200000008", "Kepala Lapangan").user, agency, "Kepala Lapangan")
    actions.grant_role(by=BY, officer=local, role="local")
    with pytest.raises(NotAllowed, match="permissions that you do not have"):
        actions.grant_role(by=acting(local), officer=officer, role="manager")
    with pytest.raises(NotAllowed, match="permissions that you do not have"):
        actions.withdraw_role(by=acting(local), grant=manager.role_grants.get())
    with pytest.raises(NotAllowed, match="permissions that you do not have"):
        actions.deactivate_officer(by=acting(local), officer=manager)
    assert actions.grant_role(by=acting(local), officer=officer, role="field").role == "field"


def test_an_officer_is_invited_by_a_message_in_their_language(agency, manager, officer):
    contact = Contact("phone", "+6281200000009")
    invited = actions.invite_officer(by=acting(manager), contact=contact, agency=agency, name=" Baru ")
    assert (invited.name, invited.user.phone, invited.agency) == ("Baru", contact.value, agency)
    message = OutboxMessage.objects.get(recipient=contact.value)
    assert "Dinas Catatan" in message.text
    with pytest.raises(ActionRefused, match="already"):
        actions.invite_officer(by=acting(manager), contact=contact, agency=agency, name="Baru")
    with pytest.raises(NotAllowed):
        actions.invite_officer(by=acting(officer), contact=contact, agency=agency, name="Baru")
    assert OutboxMessage.objects.count() == 1


def test_somebody_whose_work_ended_may_work_again(manager, officer):
    by = acting(manager)
    actions.deactivate_officer(by=by, officer=officer)
    assert acting(officer).grants == ()
    actions.reactivate_officer(by=by, officer=officer)
    actions.reactivate_officer(by=by, officer=officer)
    assert acting(officer).grants
    deeds = AuditEntry.objects.filter(subject=f"officer:{officer.pk}", actor_id=manager.user_id)
    assert list(deeds.order_by("pk").values_list("action", flat=True)) == [
        "people.officer-deactivated",
        "people.officer-reactivated",
    ]


def test_residents_manage_nobody(resident, officer, agency):
    with pytest.raises(NotAllowed):
        actions.create_officer(by=acting(resident), user=resident.user, agency=agency, name="Saya")
    with pytest.raises(NotAllowed):
        actions.grant_role(by=acting(resident), officer=officer, role="manager")


def roles_file(folder: Path, text: str) -> list[str]:
    for name in ("city.toml", "calendar.toml"):
        (folder / name).write_text((PACK / name).read_text("utf-8"), "utf-8")
    (folder / "roles.yaml").write_text(text, "utf-8")
    return [str(fault) for fault in check_roles(folder)]


def test_faults_of_roles_are_told_with_their_line(tmp_path):
    faults = roles_file(
        tmp_path,
        "clerk:\n  name: {id: Juru tulis, en: Clerk}\n  about: {id: Menulis.}\n  may: [see-cases]\n"
        "boss:\n  name: Bos\n  about: Bos\n  may: [see-cases, rule-the-world]\n",
    )
    assert any(fault.startswith("roles.yaml:8") and 'no permission "rule-the-world"' in fault for fault in faults)
    faults = roles_file(
        tmp_path, "clerk:\n  name: {id: Juru tulis, en: Clerk}\n  about: {id: Menulis.}\n  may: [see-cases]\n"
    )
    assert any(fault.startswith("roles.yaml:3") and "en" in fault for fault in faults)


def test_a_pack_without_roles_is_told(tmp_path):
    (tmp_path / "city.toml").write_text((PACK / "city.toml").read_text("utf-8"), "utf-8")
    assert [fault.file for fault in check_roles(tmp_path)] == ["roles.yaml"]
    assert list(check_roles(PACK)) == []


@pytest.mark.parametrize("name", ["Petugas\u202e", "\u3164", "Pe\u200btugas"])
def test_an_officer_s_name_can_be_read(person, agency, name):
    with pytest.raises(ActionRefused, match="invisible characters"):
        actions.create_officer(by=BY, user=person("+6281200000009").user, agency=agency, name=name)
