"""Counter: applications for others, merging of profiles, logged looks."""

import pytest
from django.db import IntegrityError, transaction

from kini.core.actors import ActionRefused, NotAllowed
from kini.core.grants import Scope
from kini.core.models import AuditEntry
from kini.people import actions, profile_values, queries
from kini.people.actions import Details
from kini.people.models import AccessLog, Resident
from kini.people.rules import NationalId
from tests.people.conftest import BY, NIK, OTHER_NIK, acting, make_officer

pytestmark = pytest.mark.django_db
NUMBER = NationalId(NIK)
DETAILS = Details("Siti Aminah", NUMBER)
WHY, FOR = "Mengajukan akta di loket", "verify-documents"


def helped(officer) -> Resident:
    return actions.find_or_create_resident(by=acting(officer), details=DETAILS, phone="+6281233333333", reason=WHY)


def test_a_person_without_a_phone_gets_a_profile_once(officer):
    first = helped(officer)
    assert first.user is None
    assert profile_values.profile_value(first, "national_id") == NIK
    assert not AccessLog.objects.exists()
    again = actions.find_or_create_resident(by=acting(officer), details=Details("Nama Lain", NUMBER), reason=WHY)
    assert again == first
    assert again.name == "Siti Aminah"


def test_finding_somebody_is_a_look_that_they_can_read(officer, signed_in, resident):
    actions.save_profile(by=BY, resident=resident, details=DETAILS)
    profile = helped(officer)
    assert profile == resident
    page = signed_in.get("/me/access-log/")
    assert WHY in page.text
    assert "Petugas Loket" in page.text
    assert "Dinas Catatan" in page.text


def test_without_a_number_nobody_is_found_or_added(officer):
    with pytest.raises(ActionRefused, match="card"):
        actions.find_or_create_resident(by=acting(officer), details=Details("Siti"), reason=WHY)


def test_only_counters_act_for_others(resident, agency, person):
    field = make_officer(person("+6281200000006", "Petugas Lapangan").user, agency, "Petugas Lapangan")
    actions.grant_role(by=BY, officer=field, role="field")
    for who in (resident, field):
        with pytest.raises(NotAllowed):
            actions.find_or_create_resident(by=acting(who), details=DETAILS, reason=WHY)
        with pytest.raises(NotAllowed):
            actions.merge_into_account(by=acting(who), resident=resident, user=resident.user, reason=WHY)
        with pytest.raises(NotAllowed):
            actions.release_number(by=acting(who), resident=resident, reason=WHY)
        with pytest.raises(NotAllowed):
            actions.log_look(by=acting(who), resident=resident, what="answers", purpose=FOR, reason=WHY)


def test_a_profile_kept_at_a_counter_is_joined_with_the_card_on_the_table(officer, resident, signed_in):
    profile = helped(officer)
    tie = actions.add_family_member(by=BY, resident=resident, relation="child", details=Details("Anak"))
    page = signed_in.post("/me/profile/", {"name": "Siti Aminah", "number": NIK})
    assert 'href="#number"' in page.text

    actions.merge_into_account(by=acting(officer), resident=profile, user=resident.user, reason=WHY)
    joined = queries.resident_of(resident.user)
    assert joined.pk == profile.pk
    assert joined.phone == resident.user.phone
    assert [each.pk for each in queries.family_of(joined)] == [tie.pk]
    assert Resident.objects.get(pk=resident.pk).user is None
    assert WHY in signed_in.get("/me/access-log/").text
    assert AuditEntry.objects.filter(action="people.account-joined", actor_id=officer.user_id).exists()


def test_the_log_of_a_profile_that_was_joined_stays_in_sight(officer, resident, signed_in):
    actions.log_look(
        by=acting(officer), resident=resident, what="profile", purpose=FOR, reason="Sebelum profil digabung"
    )
    actions.merge_into_account(by=acting(officer), resident=helped(officer), user=resident.user, reason=WHY)
    assert "Sebelum profil digabung" in signed_in.get("/me/access-log/").text


def test_profiles_with_two_owners_or_two_numbers_are_not_joined(officer, resident, person):
    profile = helped(officer)
    other = person("+6281299999999", "Orang Lain")
    with pytest.raises(ActionRefused, match="already belongs"):
        actions.merge_into_account(by=acting(officer), resident=other, user=resident.user, reason=WHY)
    actions.save_profile(by=BY, resident=resident, details=Details("Warga", NationalId(OTHER_NIK)))
    with pytest.raises(ActionRefused, match="number of its own"):
        actions.merge_into_account(by=acting(officer), resident=profile, user=resident.user, reason=WHY)


def test_a_number_on_the_wrong_profile_is_released(officer, resident, signed_in):
    actions.save_profile(by=BY, resident=resident, details=DETAILS)
    actions.release_number(by=acting(officer), resident=resident, reason="Kartu milik orang lain")
    resident.refresh_from_db()
    assert profile_values.profile_value(resident, "national_id") is None
    assert resident.birth_date is None
    assert helped(officer) != resident
    assert "Kartu milik orang lain" in signed_in.get("/me/access-log/").text


@pytest.mark.parametrize(
    "reason",
    ["", "   ", ".", "0", "\u200b", "\u3164" * 12, "Penasaran", "aaaaaaaaaa aa", "1234 5678 90", "kata lagi " * 30],
)
def test_a_look_needs_a_reason(officer, resident, reason):
    with pytest.raises(ActionRefused):
        actions.log_look(by=acting(officer), resident=resident, what="answers", purpose=FOR, reason=reason)
    assert not AccessLog.objects.exists()


def test_a_look_stays_within_the_officer_s_agency(officer, resident):
    with pytest.raises(NotAllowed):
        actions.log_look(
            by=acting(officer), resident=resident, what="answers", purpose=FOR, reason=WHY, scope=Scope("roads")
        )
    actions.log_look(
        by=acting(officer),
        resident=resident,
        what="answers",
        purpose=FOR,
        reason=WHY,
        reference="TELUK-7F3K-9Q2M",
        scope=Scope("registry", "1/1.1"),
    )
    assert AccessLog.objects.get().reference == "TELUK-7F3K-9Q2M"


def test_a_look_cannot_be_changed_or_removed(officer, resident):
    look = actions.log_look(by=acting(officer), resident=resident, what="answers", purpose=FOR, reason=WHY)
    rows = AccessLog.objects.filter(pk=look.pk)
    for operation in (lambda: rows.update(reason="Lain"), rows.delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            operation()
    assert rows.get().reason == WHY


def test_each_reads_their_own_log_only(officer, signed_in, person):
    other = person("+6281299999999", "Orang Lain")
    actions.log_look(by=acting(officer), resident=other, what="answers", purpose=FOR, reason="Bukan urusan orang lain")
    page = signed_in.get("/me/access-log/")
    assert "Bukan urusan" not in page.text


def test_a_long_log_has_pages(officer, resident, signed_in):
    for number in range(25):
        actions.log_look(
            by=acting(officer), resident=resident, what="profile", purpose=FOR, reason=f"Alasan nomor {number:02d}"
        )
    assert "Alasan nomor 24" in signed_in.get("/me/access-log/").text
    page = signed_in.get("/me/access-log/?page=2")
    assert "Alasan nomor 00" in page.text
    assert "Alasan nomor 24" not in page.text
    assert signed_in.get("/me/access-log/?page=nonsense").status_code == 200


def test_the_log_takes_few_queries(officer, resident, signed_in, django_assert_max_num_queries):
    for number in range(20):
        actions.log_look(
            by=acting(officer), resident=resident, what="profile", purpose=FOR, reason=f"Alasan nomor {number}"
        )
    with django_assert_max_num_queries(9):
        signed_in.get("/me/access-log/")
