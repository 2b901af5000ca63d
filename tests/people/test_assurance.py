"""Levels of assurance: changes, permissions, database constraints."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from kini.core.actors import ActionRefused, NotAllowed
from kini.core.models import AuditEntry
from kini.people import actions, assurance, profile_values
from kini.people.actions import Details, NumberTaken
from kini.people.contacts import Contact
from kini.people.models import Assurance, AssuranceChange, Resident
from kini.people.personal_data import anonymise_profile
from kini.people.rules import NationalId
from tests.people.conftest import BY, NIK, OTHER_NIK, acting, make_officer

pytestmark = pytest.mark.django_db
NUMBER = NationalId(NIK)
DETAILS = Details("Siti Aminah", NUMBER)
WHY = "Membawa kartu ke loket"


@pytest.fixture(autouse=True)
def english(signed_in) -> None:
    signed_in.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"


def holding(resident: Resident) -> Resident:
    return actions.save_profile(by=BY, resident=resident, details=DETAILS)


def proved(officer, resident: Resident) -> Resident:
    return actions.prove_at_counter(by=acting(officer), resident=resident, document="identity-card", reason=WHY)


def settled(officer, holder: Resident, **more) -> Resident:
    about = {"details": DETAILS, "phone": "", "document": "identity-card", "reason": WHY}
    return actions.reassign_number(by=acting(officer), holder=holder, **(about | more))


def test_a_profile_begins_typed_and_is_proved_at_a_counter(officer, resident, signed_in):
    holding(resident)
    assert resident.assurance == Assurance.TYPED
    proved_profile = proved(officer, resident)
    assert proved_profile.assurance == Assurance.COUNTER
    change = AssuranceChange.objects.get()
    assert (change.officer, change.evidence, change.reason) == (officer, "identity-card", WHY)
    assert AuditEntry.objects.filter(action="people.assurance-changed", actor_id=officer.user_id).exists()
    page = signed_in.get("/me/profile/").text
    assert "Proved at a counter" in page
    assert "Petugas Loket, Dinas Catatan" in page or "Petugas Loket, Registry" in page


def test_a_level_needs_a_number_a_document_a_reason_and_another_officer(officer, resident, agency, person):
    with pytest.raises(ActionRefused, match="without a number"):
        proved(officer, resident)
    holding(resident)
    with pytest.raises(ActionRefused, match="which document"):
        actions.prove_at_counter(by=acting(officer), resident=resident, document="library-card", reason=WHY)
    with pytest.raises(ActionRefused):
        actions.prove_at_counter(by=acting(officer), resident=resident, document="passport", reason=".")
    field = make_officer(person("+6281200000006", "Petugas Lapangan").user, agency, "Petugas Lapangan")
    actions.grant_role(by=BY, officer=field, role="field")
    for who in (resident, field):
        with pytest.raises(NotAllowed):
            actions.prove_at_counter(by=acting(who), resident=resident, document="passport", reason=WHY)
    own = Resident.objects.get(user=officer.user)
    actions.save_profile(by=BY, resident=own, details=Details("Petugas", NationalId(OTHER_NIK)))
    with pytest.raises(NotAllowed, match="own profile"):
        proved(officer, own)
    assert not AssuranceChange.objects.exists()


@pytest.mark.parametrize(
    "details", [Details("Nama Lain"), Details("Siti Aminah", NationalId(OTHER_NIK))], ids=["name", "number"]
)
def test_what_was_proved_and_then_changed_is_proved_no_more(officer, resident, details):
    proved_profile = proved(officer, holding(resident))
    actions.save_profile(
        by=acting(proved_profile), resident=proved_profile, details=Details("Siti Aminah", address="Gang 2")
    )
    assert Resident.objects.get(pk=proved_profile.pk).assurance == Assurance.COUNTER, "an address is not proved"
    actions.save_profile(by=acting(proved_profile), resident=proved_profile, details=details)
    assert Resident.objects.get(pk=proved_profile.pk).assurance == Assurance.TYPED
    assert [each.cause for each in AssuranceChange.objects.order_by("pk")] == ["counter", "changed"]


def test_a_claimed_number_goes_to_whoever_shows_the_card(officer, resident, signed_in):
    """H6: the claimant keeps an account without the number, and cannot learn its new holder."""
    claimed = holding(resident)
    fresh = settled(officer, claimed, details=Details("Siti Aminah", NUMBER, address="Gang Rahasia"))
    claimed.refresh_from_db()
    assert (claimed.national_id_hash, claimed.assurance, claimed.birth_date) == (None, Assurance.TYPED, None)
    assert (fresh.user, fresh.assurance) == (None, Assurance.COUNTER)
    assert profile_values.profile_value(fresh, "national_id") == NIK
    for address in ("/me/", "/me/profile/", "/me/access-log/", "/me/family/"):
        page = signed_in.get(address).text
        assert "Gang Rahasia" not in page
        assert WHY not in page
    assert "Somebody else proved that the number is theirs" in signed_in.get("/me/profile/").text
    with pytest.raises(NumberTaken):
        holding(claimed)


def test_a_proved_number_gives_way_to_a_dispute_alone(officer, resident):
    proved_profile = proved(officer, holding(resident))
    with pytest.raises(ActionRefused, match="dispute"):
        settled(officer, proved_profile)
    fresh = settled(officer, proved_profile, dispute="TELUK-7F3K-9Q2M")
    assert fresh.assurance == Assurance.COUNTER
    proved_profile.refresh_from_db()
    assert proved_profile.assurance == Assurance.TYPED


def test_a_number_that_has_moved_is_not_settled(officer, resident):
    with pytest.raises(ActionRefused, match="changed in the meantime"):
        settled(officer, resident)
    holding(resident)
    with pytest.raises(ActionRefused, match="changed in the meantime"):
        settled(officer, resident, details=Details("Siti", NationalId(OTHER_NIK)))


def test_a_family_member_s_profile_is_read_by_the_account_that_made_it(officer, resident):
    """A claimed number can also be in a family list, whose owner could read the profile."""
    tie = actions.add_family_member(by=BY, resident=resident, relation="parent", details=DETAILS)
    assert not assurance.is_safe_at_counter(tie.member)
    assert assurance.account_hints(tie.member) == ["+62 8••• •• 90"]
    fresh = settled(officer, tie.member)
    assert assurance.is_safe_at_counter(fresh)
    assert fresh.tied_by.count() == 0


def test_a_released_number_takes_its_proof_along(officer, resident):
    proved_profile = proved(officer, holding(resident))
    actions.release_number(by=acting(officer), resident=proved_profile, reason="Kartu milik orang lain")
    assert Resident.objects.get(pk=proved_profile.pk).assurance == Assurance.TYPED


def test_a_proved_account_can_be_deleted(officer, resident):
    proved_profile = proved(officer, holding(resident))
    anonymise_profile(proved_profile)
    immediately()
    assert Resident.objects.get(pk=proved_profile.pk).assurance == Assurance.TYPED


def test_contacts_are_hinted_at_and_not_told():
    assert Contact("email", "penyerang@contoh.id").hint == "p•••@"
    assert Contact("phone", "+6281234567812").hint == "+62 8••• •• 12"
    assert "812" not in Contact("phone", "+6281234567812").hint.replace(" ", "")


# Around the program


def immediately() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def refused(operation: Callable[[], object], match: str) -> None:
    def whole() -> None:
        with transaction.atomic():
            operation()
            immediately()

    with pytest.raises(IntegrityError, match=match):
        whole()


def test_the_database_refuses_levels_without_history(officer, resident):
    holding(resident)
    rows = Resident.objects.filter(pk=resident.pk)
    refused(lambda: rows.update(assurance=Assurance.COUNTER), "history says")
    refused(
        lambda: AssuranceChange.objects.create(resident=resident, level=1, previous=0, cause="counter"), "history says"
    )
    refused(
        lambda: Resident.objects.create(
            assurance=1, national_id_sealed=b"x", national_id_hash=b"y" * 32, name="Tanpa riwayat"
        ),
        "history says",
    )
    proved_profile = proved(officer, resident)
    refused(lambda: rows.update(assurance=Assurance.REGISTER), "history says")
    refused(lambda: rows.update(national_id_hash=None, national_id_sealed=None), "people_resident_proved_number")
    for operation in (AssuranceChange.objects.update, AssuranceChange.objects.all().delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            operation(**({"reason": "lain"} if operation == AssuranceChange.objects.update else {}))
    assert Resident.objects.get(pk=proved_profile.pk).assurance == Assurance.COUNTER


def test_the_database_lets_a_number_move_only_to_whoever_is_surer(officer, resident, person):
    proved_profile, other = proved(officer, holding(resident)), person("+6281299999999", "Orang Lain")

    def displace(**more: object) -> None:
        AssuranceChange.objects.create(
            resident=proved_profile, level=0, previous=1, cause="displaced", successor=other, **more
        )
        Resident.objects.filter(pk=proved_profile.pk).update(assurance=0)

    refused(displace, "does not move")
    displace(dispute="TELUK-7F3K-9Q2M")
    immediately()
    refused(
        lambda: AssuranceChange.objects.create(resident=proved_profile, level=2, previous=0, cause="counter"),
        "people_assurance_cause",
    )
    refused(
        lambda: AssuranceChange.objects.create(resident=proved_profile, level=2, previous=0, cause="register"),
        "people_assurance_cause",
    )
