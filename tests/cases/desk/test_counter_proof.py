"""H6, step by step: a number that somebody else claimed, and the person whose number it is at a counter."""

from collections.abc import Callable

import pytest

from kini.cases import actions
from kini.cases.desk import counter_proof
from kini.cases.models import Case, Draft
from kini.cases.pages.start import begin_panel
from kini.core.actors import ActionRefused, NotAllowed
from kini.messages.models import Message
from kini.people import actions as people_actions
from kini.people.actions import Details
from kini.people.models import AccessLog, Assurance, Officer, Resident
from kini.people.rules import NationalId
from kini.services.catalogue import Catalogue
from kini.services.models import ServiceVersion
from tests.cases.desk.conftest import Browse
from tests.cases.desk.test_counter import OTHER_NIK
from tests.cases.desk.test_counter import counter as counter
from tests.cases.desk.test_counter import helper as helper
from tests.cases.town import ANSWERS, BY, PERMIT, Town, acting, offer, opened
from tests.pagechecks import CheckedClient

SECRET = "Gang Rahasia 7"
PROOF = {"document": "identity-card", "card": "yes", "reason": "Membawa kartu identitas ke loket"}


@pytest.fixture
def claimant(town: Town) -> Resident:
    """A stranger with an account of their own, who typed the victim's number."""
    details = Details("Nama Karangan", NationalId(OTHER_NIK))
    return people_actions.save_profile(by=BY, resident=town.neighbour, details=details)


def found_by(counter: CheckedClient, number: str = OTHER_NIK) -> tuple[str, str]:
    """The page to which the number leads, and its mark."""
    response = counter.post("/desk/apply/", {"number": number})
    assert response.status_code == 303
    page = counter.get(response["Location"])
    assert page.status_code == 200
    return page.content.decode(), page.context["mark"]


def test_the_attack_reads_nothing(
    claimant: Resident,
    town: Town,
    permit: ServiceVersion,
    counter: CheckedClient,
    helper: Officer,
    browse: Browse,
    run_jobs: Callable[[], int],
):
    page, mark = found_by(counter)
    assert "never proved it" in page
    assert "+62 8••• ••" in page
    assert str(claimant.user) not in page
    refused = counter.post("/desk/apply/", {"person": mark, "service": "stall-permit"})
    assert refused.status_code == 403
    assert not Draft.objects.exists()

    settled = counter.post(
        "/desk/apply/proof/",
        PROOF | {"person": mark, "whose": "other", "name": "Mbah Contoh", "address": SECRET, "area": "1.1.1"},
    )
    assert settled.status_code == 303
    choice = counter.get(settled["Location"])
    assert "Mbah Contoh" in choice.content.decode()
    assert "No account" in choice.content.decode()
    counter.post("/desk/apply/", {"person": choice.context["mark"], "service": "stall-permit"})
    draft = Draft.objects.get()
    assert (draft.resident.user, draft.resident.assurance) == (None, Assurance.COUNTER)
    for key, sent in (("goods", {"goods": "fruit"}), ("where", {"where": "1.1.1"}), ("doc-letter", {})):
        counter.post(f"/apply/{draft.pk}/{key}/", sent)
    token = counter.get(f"/apply/{draft.pk}/check/").context["token"]
    counter.post(f"/apply/{draft.pk}/check/", {"confirm": token})
    case = Case.objects.get()
    run_jobs()

    stranger = browse(claimant)
    for address in (
        f"/cases/{case.reference}/",
        f"/apply/{draft.pk}/",
        f"/apply/{draft.pk}/check/",
        f"/cases/{case.reference}/sent/",
    ):
        assert stranger.get(address).status_code in (403, 404), address
    for address in (
        "/cases/",
        "/me/",
        "/me/messages/",
        "/me/profile/",
        "/me/family/",
        "/me/access-log/",
        "/me/identity/",
    ):
        shown = stranger.get(address).content.decode()
        for word in (case.reference, SECRET, "Mbah Contoh", PROOF["reason"]):
            assert word not in shown, f"{address} says {word}"
    messages = Message.objects.filter(user=claimant.user)
    assert [each.sort for each in messages] == ["number-lost"]
    assert not any(word in messages[0].text for word in ("Mbah", case.reference, SECRET))
    claimant.refresh_from_db()
    assert claimant.national_id_hash is None
    assert OTHER_NIK not in shown


def test_an_account_that_fits_is_proved_and_helped(
    claimant: Resident, permit: ServiceVersion, counter: CheckedClient, helper: Officer
):
    _page, mark = found_by(counter)
    proved = counter.post("/desk/apply/proof/", PROOF | {"person": mark, "whose": "theirs", "name": "Mbah Contoh"})
    assert proved.status_code == 303
    claimant.refresh_from_db()
    assert (claimant.assurance, claimant.name) == (Assurance.COUNTER, "Mbah Contoh")
    reasons = {each.reason for each in AccessLog.objects.filter(resident=claimant, officer=helper)}
    assert PROOF["reason"] in reasons
    page, mark = found_by(counter)
    assert "Proved at a counter" in page
    counter.post("/desk/apply/", {"person": mark, "service": "stall-permit"})
    assert Draft.objects.get().resident == claimant


def test_nothing_is_proved_by_halves(claimant: Resident, counter: CheckedClient, permit: ServiceVersion):
    _page, mark = found_by(counter)
    whole = PROOF | {"person": mark, "whose": "theirs", "name": "Mbah Contoh"}
    for missing in ("whose", "document", "card", "name", "reason"):
        page = counter.post("/desk/apply/proof/", {name: value for name, value in whole.items() if name != missing})
        assert page.status_code == 422, missing
        assert f'href="#{missing}"' in page.content.decode()
    for wrong in ({"document": "library"}, {"whose": "mine"}, {"reason": "."}, {"phone": "12"}, {"area": "nowhere"}):
        assert counter.post("/desk/apply/proof/", whole | wrong).status_code == 422
    assert counter.post("/desk/apply/proof/", whole | {"person": "forged"}).status_code == 404
    claimant.refresh_from_db()
    assert claimant.assurance == Assurance.TYPED


def test_the_action_itself_refuses_an_unproved_account(
    claimant: Resident, permit: ServiceVersion, helper: Officer, town: Town
):
    """Whatever page or program comes: also one that knows the profile's id."""
    with pytest.raises(NotAllowed):
        actions.start_draft(by=acting(helper), version=permit, resident=claimant, channel="counter")
    tie = people_actions.add_family_member(
        by=BY, resident=town.resident, relation="parent", details=Details("Ibu Karangan")
    )
    with pytest.raises(NotAllowed):
        actions.start_draft(by=acting(helper), version=permit, resident=tie.member, channel="counter")


def test_a_new_person_is_proved_with_the_card(counter: CheckedClient, helper: Officer, permit: ServiceVersion):
    sent = {"number": OTHER_NIK, "new": "yes", "name": "Mbah Contoh", "card": "yes"}
    assert "Proved at a counter" in counter.get(counter.post("/desk/apply/", sent)["Location"]).content.decode()
    change = next(each for each in Resident.objects.all() if each.name == "Mbah Contoh").assurance_changes.get()
    assert (change.officer, change.cause) == (helper, "counter")


def test_somebody_without_an_account_is_helped_unproved_and_proved_later(
    counter: CheckedClient, permit: ServiceVersion
):
    counter.post("/desk/apply/", {"number": OTHER_NIK, "new": "yes", "name": "Mbah Contoh"})
    page, mark = found_by(counter)
    assert "Not proved yet" in page
    form = counter.get(f"/desk/apply/?prove=yes&person={mark}")
    assert "Is it this person" in form.content.decode()
    counter.post("/desk/apply/", {"person": mark, "service": "stall-permit"})
    assert Draft.objects.count() == 1


def test_a_proved_number_moves_by_a_decided_dispute_alone(
    claimant: Resident,
    town: Town,
    counter: CheckedClient,
    helper: Officer,
    monkeypatch: pytest.MonkeyPatch,
):
    people_actions.prove_at_counter(
        by=acting(helper), resident=claimant, document="identity-card", reason=PROOF["reason"]
    )
    dispute = offer("number-dispute", PERMIT)
    listed = Catalogue(categories={}, identity_dispute="number-dispute")
    monkeypatch.setattr(counter_proof.catalogues, "current", lambda: listed)
    pages = ANSWERS | {"nik": {"nik": OTHER_NIK}}
    case = opened(acting(town.resident), dispute, town.resident, pages)
    page, mark = found_by(counter)
    assert "A different person is here" in page
    sent = PROOF | {"person": mark, "whose": "other", "name": "Mbah Contoh"}
    refused = counter.post("/desk/apply/proof/", sent)
    assert (refused.status_code, "can open a dispute" in refused.content.decode()) == (422, True)
    for reference in (case.reference, "KINI-0000-0000", "nothing"):
        assert counter.post("/desk/apply/proof/", sent | {"dispute": reference}).status_code == 422
    case = actions.move(by=town.named("clerk"), case=case, move="accept")
    actions.move(by=town.named("head"), case=case, move="approve")
    assert counter.post("/desk/apply/proof/", sent | {"dispute": case.reference}).status_code == 303
    claimant.refresh_from_db()
    assert claimant.national_id_hash is None
    fresh = next(each for each in Resident.objects.all() if each.name == "Mbah Contoh")
    assert (fresh.assurance, fresh.assurance_changes.get().dispute) == (Assurance.COUNTER, case.reference)


# Services that ask for a level


def start_panel(visitor: CheckedClient, version: ServiceVersion) -> str:
    """The way in, as it stands on the service's page."""
    return str(begin_panel(visitor.get("/me/identity/").wsgi_request, version.service))


SURE = PERMIT | {"assurance": "counter"}


def test_a_service_that_must_be_sure_says_so_before_any_question(town: Town, browse: Browse, helper: Officer):
    version = offer("sure-permit", SURE)
    page = start_panel(browse(town.resident), version)
    assert "Prove first that it is you" in page
    assert "/me/identity/?needs=counter" in page
    assert "/services/sure-permit/start/" not in page
    sent = browse(town.resident).post("/services/sure-permit/start/")
    assert (sent.status_code, sent["Location"].split("?")[0]) == (303, "/me/identity/")
    assert "Back to the service" in browse(town.resident).get(sent["Location"]).content.decode()
    assert not Draft.objects.exists()
    with pytest.raises(ActionRefused, match="at a counter"):
        actions.start_draft(by=acting(town.resident), version=version, resident=town.resident)

    people_actions.save_profile(
        by=BY, resident=town.resident, details=Details(town.resident.name, NationalId(OTHER_NIK))
    )
    people_actions.prove_at_counter(
        by=acting(helper), resident=town.resident, document="identity-card", reason=PROOF["reason"]
    )
    page = start_panel(browse(town.resident), version)
    assert "/services/sure-permit/start/" in page
    assert browse(town.resident).post("/services/sure-permit/start/")["Location"].startswith("/apply/")


def test_a_level_that_was_lost_stops_the_draft(town: Town, helper: Officer):
    version = offer("sure-permit", SURE)
    people_actions.save_profile(
        by=BY, resident=town.resident, details=Details(town.resident.name, NationalId(OTHER_NIK))
    )
    proved = people_actions.prove_at_counter(
        by=acting(helper), resident=town.resident, document="identity-card", reason=PROOF["reason"]
    )
    draft = actions.start_draft(by=acting(proved), version=version, resident=proved)
    people_actions.save_profile(by=BY, resident=proved, details=Details("Nama Lain"))
    draft.refresh_from_db()
    with pytest.raises(ActionRefused, match="at a counter"):
        actions.submit(by=acting(proved), draft=draft, confirm=True)


def test_a_parent_s_level_counts_for_the_family_and_the_person_s_at_a_counter(town: Town, helper: Officer):
    version = offer("sure-permit", SURE)
    people_actions.save_profile(
        by=BY, resident=town.resident, details=Details(town.resident.name, NationalId(OTHER_NIK))
    )
    parent = people_actions.prove_at_counter(
        by=acting(helper), resident=town.resident, document="identity-card", reason=PROOF["reason"]
    )
    tie = people_actions.add_family_member(by=BY, resident=parent, relation="child", details=Details("Anak"))
    assert actions.start_draft(by=acting(parent), version=version, resident=tie.member)
    unknown = people_actions.find_or_create_resident(
        by=acting(helper), details=Details("Mbah", NationalId("3171014407900004")), reason=PROOF["reason"]
    )
    with pytest.raises(ActionRefused, match="at a counter"):
        actions.start_draft(by=acting(helper), version=version, resident=unknown, channel="counter")
