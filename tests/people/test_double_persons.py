"""Double persons at the desk: found by the job, compared masked, merged, separated, or marked as different."""

from collections.abc import Callable
from datetime import date

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from kini.core.actors import ActionRefused, NotAllowed
from kini.core.models import AuditEntry
from kini.people import actions, jobs, queries
from kini.people.actions import Details, NewIdentifier
from kini.people.models import AccessLog, DuplicatePair, Officer, Person, PersonMerge, Resident
from kini.people.persons.person_details import PersonDetails
from kini.people.rules import NationalId, mask_name
from tests.pagechecks import CheckedClient
from tests.people.conftest import BY, NIK, acting, make_officer

pytestmark = pytest.mark.django_db
BORN = date(1990, 7, 4)
WHY = "Dibandingkan dengan kartu keluarga"
SECRETS = ("Nurhayati", "Nurhajati", "4 July 1990", NIK, "+62 812-0000-0009")


def record(name: str, born: date | None = BORN, **more: str) -> Person:
    details = PersonDetails(name, born, **more)  # type: ignore[arg-type]
    return actions.record_person(by=BY, details=details, source="tests.visit")


def pairs() -> list[tuple[int, int]]:
    jobs.find_duplicates()
    return list(DuplicatePair.objects.order_by("first", "second").values_list("first_id", "second_id"))


@pytest.fixture
def merger(agency, person: Callable[..., Resident]) -> Officer:
    officer = make_officer(person("+6281200000002", "Pengelola Catatan").user, agency, "Pengelola Catatan")
    actions.grant_role(by=BY, officer=officer, role="records")
    return officer


@pytest.fixture
def desk(merger: Officer) -> CheckedClient:
    return browse(merger)


def browse(officer: Officer) -> CheckedClient:
    client = CheckedClient()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    client.force_login(officer.user)
    return client


@pytest.fixture
def pair(areas) -> DuplicatePair:
    one = record("Siti Nurhayati", area="1.1.1", phone="+6281200000009", sex="female")
    actions.add_identifier(by=BY, person=one, identifier=NewIdentifier("national-id", NIK), source="tests")
    record("Sitti Nurhajati", area="1.1.2", sex="female")
    jobs.find_duplicates()
    return DuplicatePair.objects.get()


def do(desk: CheckedClient, pair: DuplicatePair, deed: str, reason: str = WHY):
    return desk.post(f"/desk/persons/pairs/{pair.pk}/", {"deed": deed, "reason": reason})


def test_the_job_compares_those_who_are_new_or_changed(areas):
    one, other, stranger = record("Siti Nurhayati"), record("Sitti Nurhajati"), record("Bayu Permana")
    assert pairs() == [(one.pk, other.pk)]
    assert not Person.objects.filter(to_compare=True).exists()
    actions.edit_person(by=BY, person=stranger, details=PersonDetails("Siti Nurhayaty", BORN))
    first = DuplicatePair.objects.get()
    assert pairs() == [(one.pk, other.pk), (one.pk, stranger.pk), (other.pk, stranger.pk)]
    actions.edit_person(by=BY, person=other, details=PersonDetails("Siti Nurhajati", BORN))
    assert len(pairs()) == 3
    assert DuplicatePair.objects.get(pk=first.pk).second == other, "a pair keeps its number"
    actions.edit_person(by=BY, person=one, details=PersonDetails("Dewi Lestari", BORN))
    assert pairs() == [(other.pk, stranger.pk)], "pairs that are not alike any more are removed"
    with pytest.raises(NotAllowed):
        actions.find_duplicates(by=queries.Actor(queries.ActorKind.RESIDENT, 1))


def test_a_changed_profile_is_compared_again(resident: Resident):
    other = record("Siti Nurhayati")
    assert pairs() == []
    actions.save_profile(by=BY, resident=resident, details=Details("Siti Nurhayati", NationalId(NIK, BORN, "female")))
    assert pairs() == [tuple(sorted((resident.person_id, other.pk)))]


def test_the_list_has_no_names_and_logs_no_read(desk, pair):
    page = desk.get("/desk/persons/").content.decode()
    assert "Same name in another spelling, Same birth date" in page
    assert not [each for each in SECRETS if each in page]
    assert not AccessLog.objects.exists()


def test_a_pair_is_masked_and_its_read_logged(desk, pair):
    page = desk.get(f"/desk/persons/pairs/{pair.pk}/").content.decode()
    for text in ("S••• N•••", "1990", "3171 •••• •••• 0004", "+62 •••• 009", "Kampung Bukit", "Differs", "The same"):
        assert text in page
    assert not [each for each in SECRETS if each in page]
    reads = AccessLog.objects.values_list("what", "purpose", "reference", "reason")
    expected = {("person", "duplicates", f"person:{pk}", "") for pk in (pair.first_id, pair.second_id)}
    assert set(reads) == expected


def test_a_look_needs_a_reason_and_is_logged_with_it(desk, pair):
    refused = do(desk, pair, "look", "x")
    assert (refused.status_code, "at least two words" in refused.content.decode()) == (422, True)
    shown = do(desk, pair, "look").content.decode()
    assert all(text in shown for text in ("Siti Nurhayati", "Sitti Nurhajati", "4 July 1990", NIK, "+62 812-0000-0009"))
    looks = AccessLog.objects.filter(what="identity").values_list("purpose", "reason", "reference")
    expected = {("duplicates", WHY, f"person:{pk}") for pk in (pair.first_id, pair.second_id)}
    assert set(looks) == expected
    subjects = AuditEntry.objects.filter(action="people.looked").values_list("subject", flat=True)
    assert set(subjects) == {f"person:{pair.first_id}", f"person:{pair.second_id}"}
    assert "Siti Nurhayati" not in desk.get(f"/desk/persons/pairs/{pair.pk}/").content.decode(), "shown once"


def test_a_pair_is_merged_and_separated_on_the_pages(desk, pair):
    assert do(desk, pair, "merge").status_code == 303
    merge = PersonMerge.objects.get()
    assert (merge.survivor_id, merge.absorbed_id) == (pair.first_id, pair.second_id)
    assert do(desk, pair, "merge").status_code == 404, "it is no open pair any more"
    assert f"/desk/persons/merges/{merge.pk}/" in desk.get("/desk/persons/").content.decode()
    address = f"/desk/persons/merges/{merge.pk}/"
    page = desk.get(address).content.decode()
    assert ("S••• N•••" in page, WHY in page, "Nurhayati" in page) == (True, True, False)
    assert desk.post(address, {"reason": ""}).status_code == 422
    assert desk.post(address, {"reason": "Dua orang yang berbeda"}).status_code == 303
    assert desk.get(address).status_code == 404
    assert do(desk, pair, "different").status_code == 303, "the pair is offered again"


def test_different_persons_are_remembered_and_not_offered_again(desk, pair):
    assert do(desk, pair, "different", "").status_code == 422
    assert do(desk, pair, "different").status_code == 303
    assert pairs() == [(pair.first_id, pair.second_id)]
    assert queries.likely_duplicates(pair.first) == []
    page = desk.get("/desk/persons/").content.decode()
    assert ("No double persons" in page, "Marked as different persons" in page) == (True, True)
    assert AuditEntry.objects.filter(action="people.persons-different", subject=f"person:{pair.first_id}").exists()
    assert do(desk, pair, "different").status_code == 422, "once"
    third = record("Siti Nurhayati")
    actions.merge_persons(by=BY, first=pair.second, second=third, reason=WHY)
    assert pairs() == [(pair.first_id, pair.second_id)], "it holds for everybody merged into one of them"
    assert do(desk, pair, "merge").status_code == 303, "who erred merges them nevertheless"


def test_only_those_who_merge_and_never_their_own(desk, merger: Officer, officer: Officer, pair):
    others = browse(officer)
    for address in ("/desk/persons/", f"/desk/persons/pairs/{pair.pk}/", "/desk/persons/merges/1/"):
        assert others.get(address).status_code == 403
        assert CheckedClient().get(address).status_code == 302
    for action in (actions.look_at_pair, actions.mark_different):
        with pytest.raises(NotAllowed):
            action(by=acting(officer), pair=pair, reason=WHY)
    own = Resident.objects.get(user=merger.user)
    first, second = sorted((own.person_id, pair.first_id))
    mine = DuplicatePair.objects.create(first_id=first, second_id=second, score=0.9)
    assert desk.get(f"/desk/persons/pairs/{mine.pk}/").status_code == 404
    for action in (actions.look_at_pair, actions.mark_different):
        with pytest.raises(NotAllowed, match="your own record"):
            action(by=acting(merger), pair=mine, reason=WHY)


def test_a_merged_pair_cannot_be_marked_as_different(pair):
    actions.merge_persons(by=BY, first=pair.first, second=pair.second, reason=WHY)
    with pytest.raises(ActionRefused, match="one person already"):
        actions.mark_different(by=BY, pair=pair, reason=WHY)


@pytest.mark.parametrize(
    "change", ["second_id = first_id", "score = 2", "different_since = now()", "decided_by_id = 1", "reason = 'x'"]
)
def test_the_database_keeps_pairs_whole(pair, change):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE people_duplicatepair SET {change}")


def test_a_pair_goes_with_its_person(pair):
    pair.first.delete()
    assert not DuplicatePair.objects.exists()


def test_masked_names():
    assert mask_name("  Siti  Nurhayati ") == "S••• N•••"
    assert mask_name("") == ""
