"""Profiles of residents: stored, masked, encrypted, unique."""

import base64
import dataclasses
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from kini.core import crypto
from kini.core.actors import NotAllowed
from kini.core.crypto import DecryptionError
from kini.core.database.key_rotation import rotate_columns
from kini.core.models import AuditEntry
from kini.people import actions, encrypted_fields, hash_rotation, profile_values, queries, rules
from kini.people.actions import Details, NumberTaken
from kini.people.models import Resident
from kini.people.rules import NationalId
from tests.environment import replace
from tests.people.conftest import BY, NIK, OTHER_NIK, acting, newest_code, newest_message, prove

pytestmark = pytest.mark.django_db
PAGE = "/me/profile/"
NUMBER = NationalId(NIK)
GOOD = {"name": "Siti Aminah", "number": "3171 0144 0790 0004", "family_card": "3171 0112 0815 0003"}


def stored(table: str) -> str:
    """Return the raw content of a table as text, like an attacker with the disk."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
        return cursor.fetchone()[0] or ""


def test_a_profile_is_kept_and_shown_masked(signed_in, resident, areas):
    answer = signed_in.post(PAGE, {**GOOD, "address": "Jalan Bahari 7", "area": "1.1.1"})
    assert answer.url == "/me/"
    page = signed_in.get(PAGE)
    assert "3171 •••• •••• 0004" in page.text
    assert NIK not in page.text.replace(" ", "")
    assert '<option value="1.1.1" selected>' in page.text
    resident.refresh_from_db()
    assert (resident.birth_date.isoformat(), resident.sex) == ("1990-07-04", "female")
    assert profile_values.known_values(resident) == {
        "name": "Siti Aminah",
        "national_id": NIK,
        "birth_date": "1990-07-04",
        "sex": "female",
        "family_card": "3171011208150003",
        "phone": resident.phone,
        "address": {"text": "Jalan Bahari 7", "area": "1.1.1"},
    }


def test_a_child_for_whom_a_parent_asks_is_known_as_a_child_and_nobody_else_is(resident):
    details = Details("Budi Kecil", NationalId("3171010101150001", date(2015, 1, 1)))
    tie = actions.add_family_member(by=BY, resident=resident, relation="child", details=details)
    grandmother = actions.add_family_member(by=BY, resident=resident, relation="parent", details=Details("Nenek"))
    known = profile_values.known_values(Resident.objects.get(pk=tie.member_id))
    assert {name: value for name, value in known.items() if name.startswith("child_")} == {
        "child_name": "Budi Kecil",
        "child_national_id": "3171010101150001",
        "child_birth_date": "2015-01-01",
    }
    assert "child_name" not in profile_values.known_values(Resident.objects.get(pk=grandmother.member_id))
    assert "child_name" not in profile_values.known_values(resident)


def test_no_number_can_be_read_in_the_database(signed_in):
    signed_in.post(PAGE, GOOD)
    for table in ("people_resident", "core_auditentry", "people_accesslog", "people_session"):
        text = stored(table)
        for number in (NIK, "3171011208150003"):
            assert number not in text
            assert number.encode().hex() not in text


def test_an_empty_number_keeps_the_one_that_is_there(signed_in, resident):
    signed_in.post(PAGE, GOOD)
    signed_in.post(PAGE, {"name": "Siti A.", "number": "", "family_card": ""})
    resident.refresh_from_db()
    assert profile_values.profile_value(resident, "national_id") == NIK
    assert profile_values.profile_value(resident, "family_card") == "3171011208150003"


def test_a_number_belongs_to_one_profile(signed_in, person):
    other = person("+6281299999999", "Orang Lain")
    actions.save_profile(by=BY, resident=other, details=Details("Orang Lain", NUMBER))
    page = signed_in.post(PAGE, GOOD)
    assert page.status_code == 422
    assert 'href="#number"' in page.text
    assert 'value="Siti Aminah"' in page.text
    assert "Orang Lain" not in page.text
    assert Resident.objects.filter(national_id_hash__isnull=False).count() == 1


def test_the_database_itself_refuses_a_second_owner_and_half_a_number(resident, person):
    other = person("+6281299999999", "Orang Lain")
    actions.save_profile(by=BY, resident=other, details=Details("Orang Lain", NUMBER))
    row = Resident.objects.filter(pk=resident.pk)
    for change in (
        {"national_id_hash": encrypted_fields.hash_national_id(NIK), "national_id_sealed": b"x"},
        {"national_id_hash": encrypted_fields.hash_national_id(OTHER_NIK)},
        {"national_id_sealed": b"x"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.update(**change)


def test_trying_out_numbers_is_limited(signed_in, monkeypatch):
    monkeypatch.setattr(rules, "NUMBERS", dataclasses.replace(rules.NUMBERS, count=1))
    assert signed_in.post(PAGE, GOOD).status_code == 302
    page = signed_in.post(PAGE, {**GOOD, "number": OTHER_NIK})
    assert 'href="#number"' in page.text


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "12345"}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "Si\x01ti"}, "name"),
        ({"number": "3171014407900"}, "number"),
        ({"number": "9971014407900004"}, "number"),
        ({"number": "3171013002900004"}, "number"),
        ({"number": "x" * 5000}, "number"),
        ({"number": "31710144079\x01004"}, "number"),
        ({"number": "<b>"}, "number"),
        ({"family_card": "12"}, "family_card"),
        ({"family_card": "'; DROP TABLE people_resident; --"}, "family_card"),
        ({"address": "Jalan 1"}, "area"),
        ({"area": "1.1.1"}, "address"),
        ({"area": "1.1", "address": "Jalan 1"}, "area"),
        ({"area": "9.9.9", "address": "Jalan 1"}, "area"),
        ({"area": "1\x01", "address": "Jalan 1"}, "area"),
        ({"area": "1.1.1", "address": "y" * 241}, "address"),
    ],
)
def test_bad_input_is_refused_and_nothing_typed_is_lost(signed_in, resident, areas, wrong, where):
    page = signed_in.post(PAGE, {"name": "Nama Baru", **wrong})
    assert page.status_code == 422
    assert f'href="#{where}"' in page.text
    if "name" not in wrong:
        assert 'value="Nama Baru"' in page.text
    resident.refresh_from_db()
    assert resident.name == "Warga Contoh"


def test_html_in_a_name_is_text(signed_in):
    signed_in.post(PAGE, {"name": "Siti <img src=x onerror=alert(1)>"})
    for path in ("/me/", PAGE):
        assert "<img src=x" not in signed_in.get(path).text


def test_nobody_saves_another_s_profile(resident, person):
    other = person("+6281299999999", "Orang Lain")
    with pytest.raises(NotAllowed):
        actions.save_profile(by=acting(other), resident=resident, details=Details("Diubah"))
    helped = Resident.objects.create(name="Tanpa akun")
    with pytest.raises(NotAllowed):
        actions.save_profile(by=acting(other), resident=helped, details=Details("Diubah"))


def test_what_changed_is_audited_without_what_it_is(signed_in, resident):
    signed_in.post(PAGE, GOOD)
    entry = AuditEntry.objects.filter(action="people.profile-saved", subject=f"resident:{resident.pk}").latest("pk")
    assert entry.detail == {"changed": ["family-card", "name", "national-id"]}
    assert entry.actor_id == resident.user_id


def test_a_sealed_number_cannot_be_moved_to_another_row(resident, person):
    other = person("+6281299999999", "Orang Lain")
    actions.save_profile(by=BY, resident=resident, details=Details("Warga", NUMBER))
    actions.save_profile(by=BY, resident=other, details=Details("Orang Lain", NationalId(OTHER_NIK)))
    other.national_id_sealed = resident.national_id_sealed
    with pytest.raises(DecryptionError):
        profile_values.profile_value(other, "national_id")


def test_keys_rotate(resident, settings):
    actions.save_profile(by=BY, resident=resident, details=Details("Warga", NUMBER, "3171011208150003"))
    old_keys = settings.ENV.data_keys
    new_key = base64.b64encode(b"n" * 32).decode()
    settings.ENV = replace(settings.ENV, data_keys=f"new:{new_key},{old_keys}")
    assert actions.rotate_keys(by=BY) == 1
    assert actions.rotate_keys(by=BY) == 0
    assert rotate_columns(by=BY) >= 1
    assert rotate_columns(by=BY) == 0
    settings.ENV = replace(settings.ENV, data_keys=f"new:{new_key}")
    resident.refresh_from_db()
    assert profile_values.profile_value(resident, "national_id") == NIK
    assert profile_values.profile_value(resident, "family_card") == "3171011208150003"
    assert not crypto.needs_rotation(resident.national_id_sealed)


def test_a_new_hash_key_finds_people_before_and_after_hashes_are_computed_again(resident, settings, monkeypatch):
    """Low 14: no profile is lost, no number is duplicated meanwhile, and the old key can be dropped afterwards."""
    new = f"new:{base64.b64encode(b'h' * 32).decode()}"
    people = [resident, *(Resident.objects.create() for _ in range(2))]
    for each, number in zip(people, (NIK, OTHER_NIK, "3171015505800002"), strict=True):
        actions.save_profile(by=BY, resident=each, details=Details("Warga", NationalId(number), "3171 0112"))
    before = encrypted_fields.hash_national_id(NIK)
    settings.ENV = replace(settings.ENV, hash_key=f"{new},old:{settings.ENV.hash_key}")
    assert queries.resident_by_number(NIK) == resident
    with pytest.raises(NumberTaken):
        actions.save_profile(by=BY, resident=Resident.objects.create(), details=Details("Lain", NUMBER))
    actions.save_profile(by=BY, resident=resident, details=Details("Warga", NUMBER))
    monkeypatch.setattr(hash_rotation, "BATCH", 2)
    assert hash_rotation.rotate_hashes(by=BY) == (3, [])
    assert hash_rotation.rotate_hashes(by=BY) == (0, [])
    settings.ENV = replace(settings.ENV, hash_key=new)
    assert queries.resident_by_number(NIK) == resident
    assert queries.resident_by_number(OTHER_NIK) == people[1]
    assert bytes(Resident.objects.get(pk=resident.pk).national_id_hash) != before
    assert {bytes(each.family_card_hash) for each in Resident.objects.filter(pk__in=[one.pk for one in people])} == {
        encrypted_fields.hash_family_card("31710112")
    }
    with pytest.raises(NumberTaken):
        actions.save_profile(by=BY, resident=Resident.objects.create(), details=Details("Lain", NUMBER))


def test_a_number_that_cannot_be_read_keeps_its_hash_and_is_named(resident, settings):
    actions.save_profile(by=BY, resident=resident, details=Details("Warga", NUMBER))
    stored_hash = bytes(Resident.objects.get(pk=resident.pk).national_id_hash)
    Resident.objects.filter(pk=resident.pk).update(national_id_sealed=b"broken")
    new = base64.b64encode(b"h" * 32).decode()
    settings.ENV = replace(settings.ENV, hash_key=f"new:{new},old:{settings.ENV.hash_key}")
    assert hash_rotation.rotate_hashes(by=BY) == (0, [resident.pk])
    assert bytes(Resident.objects.get(pk=resident.pk).national_id_hash) == stored_hash


def test_only_the_program_rotates_keys(resident):
    with pytest.raises(NotAllowed):
        hash_rotation.rotate_hashes(by=acting(resident))
    with pytest.raises(NotAllowed):
        actions.rotate_keys(by=acting(resident))


def test_a_number_is_found_by_its_owner_s_number_only(resident):
    actions.save_profile(by=BY, resident=resident, details=Details("Warga", NUMBER))
    assert encrypted_fields.hash_national_id(NIK) == bytes(Resident.objects.get(pk=resident.pk).national_id_hash)
    with pytest.raises(NumberTaken):
        actions.save_profile(by=BY, resident=Resident.objects.create(), details=Details("Lain", NUMBER))


# Phone and e-mail


def test_a_new_phone_number_is_proved_by_a_code(signed_in, resident):
    prove(signed_in)
    new = "+6281277777777"
    answer = signed_in.post(f"{PAGE}phone/", {"contact": "0812 7777 7777"})
    assert answer.url == f"{PAGE}code/"
    code = newest_code(new)
    page = signed_in.post(answer.url, {"code": f"{(int(code) + 1) % 10**6:06d}"})
    assert 'href="#code"' in page.text
    resident.refresh_from_db()
    assert resident.phone != new
    signed_in.post(answer.url, {"code": code})
    resident.refresh_from_db()
    assert (resident.phone, resident.user.phone) == (new, new)


def test_the_old_number_is_told(signed_in, resident):
    prove(signed_in)
    before = resident.phone
    signed_in.post(f"{PAGE}phone/", {"contact": "0812 7777 7777"})
    signed_in.post(f"{PAGE}code/", {"code": newest_code("+6281277777777")})
    assert "+62 •••• 777" in newest_message(before).text


def test_an_address_is_added_and_signs_in(signed_in, resident):
    prove(signed_in)
    signed_in.post(f"{PAGE}email/", {"contact": "siti@example.com"})
    signed_in.post(f"{PAGE}code/", {"code": newest_code("siti@example.com")})
    fresh = Client()
    fresh.post("/sign-in/", {"contact": "siti@example.com"})
    fresh.post("/account/code/", {"code": newest_code("siti@example.com")})
    assert fresh.session["_auth_user_id"] == str(resident.user_id)


def test_a_number_of_another_account_is_said_only_to_who_holds_it(signed_in, person):
    prove(signed_in)
    other = person("+6281299999999", "Orang Lain")
    answer = signed_in.post(f"{PAGE}phone/", {"contact": other.phone})
    assert answer.url == f"{PAGE}code/"
    page = signed_in.post(answer.url, {"code": newest_code(other.phone)})
    assert 'href="#code"' in page.text
    other.user.refresh_from_db()
    assert other.user.phone == other.phone


@pytest.mark.parametrize("typed", ["", "abc", "0812\x01", "x" * 4000, "siti@example.com"])
def test_what_is_no_phone_number_is_refused(signed_in, typed):
    prove(signed_in)
    page = signed_in.post(f"{PAGE}phone/", {"contact": typed})
    assert page.status_code == 422
    assert 'href="#contact"' in page.text


def test_without_a_waiting_code_there_is_nothing_to_confirm(signed_in):
    assert signed_in.get(f"{PAGE}code/").url == PAGE


@pytest.mark.parametrize("name", ["Siti\u202enimA", "\u3164", "Siti\u200b Aminah"])
def test_a_name_with_characters_that_nobody_sees_is_refused(signed_in, resident, name):
    page = signed_in.post("/me/profile/", {"name": name})
    assert page.status_code == 422
    assert 'href="#name"' in page.text
    resident.refresh_from_db()
    assert resident.name == "Warga Contoh"
