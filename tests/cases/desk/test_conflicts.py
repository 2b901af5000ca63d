"""Conflicts of interest: an officer neither reads nor decides what concerns themselves or their household."""

import pytest

from kini.cases import access, actions, queries
from kini.core.actors import ActionRefused, NotAllowed
from kini.people import actions as people_actions
from kini.people.actions import Details
from kini.people.contacts import Contact
from kini.people.models import FamilyTie, Officer, Resident
from kini.people.rules import NationalId
from kini.services.models import ServiceVersion
from tests.cases import town as towns
from tests.cases.desk.conftest import Browse
from tests.cases.town import BY, Town, employed, opened, person

pytestmark = pytest.mark.django_db


def own(officer: Officer, **fields: str) -> Resident:
    """The officer's profile, with what it says."""
    resident = people_actions.ensure_resident(by=BY, user=officer.user)
    Resident.objects.filter(pk=resident.pk).update(**fields)
    return Resident.objects.get(pk=resident.pk)


def same_phone(town: Town) -> Resident:
    own(town.clerk, phone="+6281234567891")
    return town.neighbour


def same_address(town: Town) -> Resident:
    own(town.clerk, email="petugas@contoh.id")
    Resident.objects.filter(pk=town.neighbour.pk).update(email="Petugas@Contoh.id")
    return town.neighbour


def contact_typed_at_a_counter(town: Town) -> Resident:
    details = Details("Nama Lain", NationalId("3171014407900011"))
    by = towns.acting(employed("+6281200000077", "Loket", town.registry, "counter"))
    return people_actions.find_or_create_resident(
        by=by, details=details, phone="+6281200000001", reason="Datang ke loket"
    )


def spouse(town: Town) -> Resident:
    FamilyTie.objects.create(resident=own(town.clerk), member=town.neighbour, relation="spouse")
    return town.neighbour


def whose_parent_names_them(town: Town) -> Resident:
    FamilyTie.objects.create(resident=town.neighbour, member=own(town.clerk), relation="child")
    return town.neighbour


def child_of_the_spouse(town: Town) -> Resident:
    FamilyTie.objects.create(resident=own(town.clerk), member=town.neighbour, relation="spouse")
    by = town.named("neighbour")
    return people_actions.add_family_member(
        by=by, resident=town.neighbour, relation="child", details=Details("Anak Contoh")
    ).member


def same_family_card(town: Town) -> Resident:
    for resident in (own(town.clerk), town.neighbour):
        people_actions.save_profile(by=BY, resident=resident, details=Details("Warga", family_card="3171012345678901"))
    return town.neighbour


RELATED = [
    same_phone,
    same_address,
    contact_typed_at_a_counter,
    spouse,
    whose_parent_names_them,
    child_of_the_spouse,
    same_family_card,
]


@pytest.mark.parametrize("related", RELATED)
def test_what_concerns_the_household_is_left_to_colleagues(related, town: Town, permit: ServiceVersion, browse: Browse):
    case = opened(BY, permit, related(town))
    clerk = town.named("clerk")
    assert access.case_roles(clerk, case) == access.case_roles_by_id(clerk, [case])[case.pk] == frozenset()
    for path_end in (
        lambda: actions.move(by=clerk, case=case, move="accept", values={}),
        lambda: actions.add_note(by=clerk, case=case, text="Mine"),
        lambda: actions.assign(by=clerk, case=case, officer=town.clerk),
        lambda: queries.case_for(clerk, case.reference),
    ):
        with pytest.raises(NotAllowed):
            path_end()
    with pytest.raises(ActionRefused):
        actions.assign(by=town.named("head"), case=case, officer=town.clerk)
    page = browse(town.clerk).get(f"/desk/cases/{case.reference}/")
    assert page.status_code == 403
    assert "A colleague works on it" in page.content.decode()
    assert access.case_roles(town.named("head"), case)


def test_what_the_household_sent_in_for_somebody_is_left_to_colleagues(town: Town, permit: ServiceVersion):
    spouse(town)
    case = opened(town.named("neighbour"), permit, town.neighbour)
    case.resident = person("+6281234567899", "Orang Lain")
    case.save()
    assert access.case_roles(town.named("clerk"), case) == frozenset()


def test_whom_an_officer_helped_at_a_counter_is_nobody_of_theirs(town: Town, permit: ServiceVersion):
    counter = employed("+6281200000077", "Loket", town.registry, "counter", "clerk")
    by = towns.acting(counter)
    people_actions.ensure_resident(by=BY, user=counter.user)
    details = Details("Nama Lain", NationalId("3171014407900011"))
    helped = people_actions.find_or_create_resident(by=by, details=details, reason="Datang ke loket")
    draft = actions.start_draft(by=by, version=permit, resident=helped, channel="counter")
    for page, values in towns.ANSWERS.items():
        actions.save_answers(by=by, draft=draft, page=page, values=values)
    case = actions.submit(by=by, draft=draft, confirm=True)
    assert "clerk" in access.case_roles(by, case)
    assert not access.has_conflict_of_interest(by, case)


def test_strangers_are_not_related(town: Town, permit: ServiceVersion, django_assert_num_queries):
    own(town.clerk, email="")
    cases = [opened(town.named("neighbour"), permit, town.neighbour) for _ in range(3)]
    clerk = town.named("clerk")
    with django_assert_num_queries(1):
        case_roles = access.case_roles_by_id(clerk, cases)
    assert all("clerk" in each for each in case_roles.values())


def test_nobody_invites_themselves_under_another_contact(town: Town):
    chief = employed("+6281200000033", "Kepala Dinas", town.registry, "boss")
    own(chief, email="kepala@contoh.id")
    by = towns.acting(chief)
    with pytest.raises(NotAllowed, match="your own"):
        people_actions.invite_officer(
            by=by, contact=Contact("email", "Kepala@contoh.id".lower()), agency=town.registry, name="Nama Lain"
        )
    second = employed("+6281200000034", "Nama Lain", town.registry)
    own(second, email="kepala@contoh.id")
    with pytest.raises(NotAllowed, match="your own roles"):
        people_actions.grant_role(by=by, officer=second, role="clerk")
