"""Family members whom a resident may represent."""

import pytest
from django.db import IntegrityError, transaction

from kini.core.actors import ActionRefused, NotAllowed
from kini.people import actions, queries
from kini.people.actions import Details
from kini.people.models import FamilyTie, Resident
from tests.people.conftest import BY, NIK, acting

pytestmark = pytest.mark.django_db
CHILD_NIK = "3171010101150001"


def add(client, **values):
    return client.post("/me/family/add/", {"name": "Budi Kecil", "relation": "child", "number": "", **values})


def test_a_child_is_added_and_shown_as_one(signed_in, resident):
    assert add(signed_in, number=CHILD_NIK).url == "/me/family/"
    page = signed_in.get("/me/family/")
    assert "Budi Kecil" in page.text
    assert "3171 •••• •••• 0001" in page.text
    assert 'class="tag' in page.text
    member = queries.family_of(resident).get().member
    assert queries.find_represented(resident, member.pk) == member


def test_the_list_says_why(signed_in):
    assert signed_in.get("/me/family/").status_code == 200


def test_a_new_born_needs_no_number(signed_in, resident):
    add(signed_in)
    assert queries.family_of(resident).get().member.national_id_hash is None


def test_a_member_is_changed_and_the_number_stays(signed_in, resident):
    add(signed_in, number=CHILD_NIK)
    tie = queries.family_of(resident).get()
    signed_in.post(f"/me/family/{tie.pk}/", {"name": "Budi Besar", "relation": "ward", "number": ""})
    tie = queries.family_of(resident).get()
    assert (tie.member.name, tie.relation) == ("Budi Besar", "ward")
    assert tie.member.national_id_hash is not None


def test_removing_asks_first_and_keeps_nothing_that_nobody_needs(signed_in, resident):
    add(signed_in, number=CHILD_NIK)
    tie = queries.family_of(resident).get()
    assert "Budi Kecil" in signed_in.get(f"/me/family/{tie.pk}/remove/").text
    assert queries.family_of(resident).exists()
    signed_in.post(f"/me/family/{tie.pk}/remove/")
    assert not queries.family_of(resident).exists()
    assert "Budi Kecil" not in [each.name for each in Resident.objects.all()]


def test_a_member_of_another_family_stays(resident, person):
    tie = actions.add_family_member(by=BY, resident=resident, relation="parent", details=Details("Nenek"))
    FamilyTie.objects.create(resident=person("+6281299999999", "Saudara"), member=tie.member, relation="parent")
    actions.remove_family_member(by=acting(resident), tie=tie)
    assert "Nenek" in [each.name for each in Resident.objects.all()]


@pytest.mark.parametrize("path", ["/me/family/{}/", "/me/family/{}/remove/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_other_people_s_families_do_not_exist(signed_in, person, path, method):
    other = person("+6281299999999", "Orang Lain")
    tie = actions.add_family_member(by=BY, resident=other, relation="child", details=Details("Anak Orang"))
    answer = getattr(signed_in, method)(path.format(tie.pk), {"name": "Diubah", "relation": "child"})
    assert answer.status_code == 404
    assert FamilyTie.objects.get(pk=tie.pk).member.name == "Anak Orang"
    assert signed_in.get(path.format(10**12)).status_code == 404


def test_the_actions_refuse_strangers_too(resident, person):
    other = acting(person("+6281299999999", "Orang Lain"))
    tie = actions.add_family_member(by=BY, resident=resident, relation="child", details=Details("Anak"))
    with pytest.raises(NotAllowed):
        actions.add_family_member(by=other, resident=resident, relation="child", details=Details("Anak"))
    with pytest.raises(NotAllowed):
        actions.edit_family_member(by=other, tie=tie, relation="child", details=Details("Anak"))
    with pytest.raises(NotAllowed):
        actions.remove_family_member(by=other, tie=tie)


def test_a_member_with_an_account_acts_alone(signed_in, resident, person):
    grown = person("+6281299999999", "Kakak")
    tie = FamilyTie.objects.create(resident=resident, member=grown, relation="sibling")
    assert queries.find_represented(resident, grown.pk) is None
    assert signed_in.get(f"/me/family/{tie.pk}/").status_code == 404
    with pytest.raises(ActionRefused):
        actions.edit_family_member(by=acting(resident), tie=tie, relation="sibling", details=Details("Diubah"))
    page = signed_in.get("/me/family/")
    assert f"/me/family/{tie.pk}/remove/" in page.text
    assert f'href="/me/family/{tie.pk}/"' not in page.text


def test_a_number_of_somebody_else_is_refused_with_what_to_do(signed_in, person):
    other = person("+6281299999999", "Orang Lain")
    actions.save_profile(by=BY, resident=other, details=Details("Orang Lain", actions.residents.rules.NationalId(NIK)))
    page = add(signed_in, number=NIK)
    assert 'href="#number"' in page.text
    assert "Orang Lain" not in page.text


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"name": ""}, "name"),
        ({"relation": ""}, "relation"),
        ({"relation": "cousin"}, "relation"),
        ({"number": "123"}, "number"),
        ({"name": "Bu\x01di"}, "name"),
    ],
)
def test_bad_input_is_refused(signed_in, resident, values, where):
    page = add(signed_in, **values)
    assert f'href="#{where}"' in page.text
    assert not queries.family_of(resident).exists()


def test_the_list_has_an_end(resident, monkeypatch):
    monkeypatch.setattr(actions.residents, "MOST_MEMBERS", 1)
    actions.add_family_member(by=acting(resident), resident=resident, relation="child", details=Details("Satu"))
    with pytest.raises(ActionRefused):
        actions.add_family_member(by=acting(resident), resident=resident, relation="child", details=Details("Dua"))


def test_nobody_is_their_own_family_and_nobody_is_listed_twice(resident, person):
    other = person("+6281299999999", "Orang Lain")
    FamilyTie.objects.create(resident=resident, member=other, relation="spouse")
    for member in (resident, other):
        with pytest.raises(IntegrityError), transaction.atomic():
            FamilyTie.objects.create(resident=resident, member=member, relation="spouse")
