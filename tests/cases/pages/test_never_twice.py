"""Nobody is asked twice: answers kept in the profile with consent, reused in a draft and in the family."""

from typing import Any

import pytest

from kini.cases import case_answers
from kini.cases.models import Case
from kini.core import audit
from kini.core.environment import ROOT
from kini.people import actions as people_actions
from kini.people.actions import Details, NumberTaken
from kini.people.models import Resident
from kini.people.profile_values import known_to, known_values
from kini.people.rules import NationalId
from kini.services import loader
from kini.services.flows import Flow
from kini.services.models import FlowEdge, Service, ServiceVersion
from kini.services.queries import AUDIT_SUBJECT
from kini.services.snapshots import ServiceSnapshot, build_snapshot, content_digest
from tests.cases import town as towns
from tests.cases.pages.browsing import Seen, Visitor
from tests.cases.town import BY, NIK, Town

pytestmark = pytest.mark.django_db


def answered_permit(browser: Visitor) -> Seen:
    """The summary of a stall permit."""
    page = browser.begin("stall-permit")
    while not page.url.endswith("/check/"):
        key = page.url.strip("/").split("/")[-1]
        page = browser.send(page, **({} if key == "doc-letter" else towns.ANSWERS[key]))
    return page


def test_answers_are_kept_in_the_profile_when_asked_to(resident: Visitor, permit: ServiceVersion, town: Town) -> None:
    page = answered_permit(resident)
    assert "Keep in my profile for the next application: identity number" in page.text
    resident.send(page, remember="1")
    profile = Resident.objects.get(pk=town.resident.pk)
    assert known_values(profile)["national_id"] == NIK
    assert profile.name == "Warga Contoh"
    assert resident.begin("stall-permit").heading == "Goods"


def test_nothing_is_kept_without_consent(resident: Visitor, permit: ServiceVersion, town: Town) -> None:
    resident.send(answered_permit(resident))
    assert Case.objects.exists()
    assert "national_id" not in known_values(Resident.objects.get(pk=town.resident.pk))


def test_a_number_of_another_profile_is_refused_and_the_case_is_sent(
    resident: Visitor, permit: ServiceVersion, town: Town
) -> None:
    details = Details(town.neighbour.name, NationalId(NIK))
    people_actions.save_profile(by=BY, resident=town.neighbour, details=details)
    page = resident.send(answered_permit(resident), remember="1")
    assert page.url == f"/cases/{Case.objects.get().reference}/sent/"
    assert "Another profile already has this number" in page.text


def test_a_profile_is_completed_and_never_overwritten(town: Town) -> None:
    other = Details("Nama Lain", address="Jl. Lain 2", area=town.areas["pier"], family_card="3171010101100001")
    kept = people_actions.complete_profile(by=town.named("resident"), resident=town.resident, details=other)
    assert (kept.name, kept.address, kept.area) == ("Warga Contoh", "Jl. Dermaga 1", town.areas["hill"])
    assert known_values(kept)["family_card"] == "3171010101100001"
    with pytest.raises(Exception, match="Only the person themselves"):
        people_actions.complete_profile(by=town.named("neighbour"), resident=town.resident, details=other)
    people_actions.save_profile(by=BY, resident=town.neighbour, details=Details("Tetangga", NationalId(NIK)))
    with pytest.raises(NumberTaken):
        people_actions.complete_profile(
            by=town.named("resident"), resident=town.resident, details=Details("", NationalId(NIK))
        )


def test_a_relative_without_a_phone_is_reached_by_who_applies(town: Town) -> None:
    tie = people_actions.add_family_member(
        by=town.named("resident"), resident=town.resident, relation="grandparent", details=Details("Nenek Contoh")
    )
    assert known_to(town.resident.user_id, tie.member)["phone"] == "+6281234567890"
    assert "phone" not in known_to(town.clerk.user_id, tie.member)
    assert "phone" not in known_to(town.neighbour.user_id, tie.member)


ABOUT_THE_CHILD = {
    "child_name": "Anak Contoh",
    "child_sex": "female",
    "birth_date__day": "1",
    "birth_date__month": "11",
    "birth_date__year": "2026",
    "birth_place": "RSUD Contoh",
    "birth_order": "1",
    "relation": "mother",
}
BIRTH: dict[str, dict[str, Any]] = {
    "child-name": ABOUT_THE_CHILD,
    "mother-own-name": {},
    "doc-birth-letter": {"birth_letter__statement": "yes"},
    "doc-parents-marriage": {"parents_marriage__statement": "yes"},
    "doc-witness-cards": {},
}


@pytest.fixture
def birth_certificate(town: Town) -> str:
    """The service of the city's pack, at the town's registry."""
    pack = loader.read_pack(ROOT / "cities" / "jakarta")
    content = build_snapshot(pack, pack.services["birth-certificate"]).content()
    content["definition"]["agency"] = town.registry.pk
    service = Service.objects.create(id="birth-certificate", category="trade", kind="application", agency=town.registry)
    service.current = ServiceVersion.objects.create(
        service=service, number=1, digest=content_digest(content), content=content
    )
    service.save()
    flow = service_flow(content)
    edges = [("", "submit", flow.start), *flow.edges()]
    FlowEdge.objects.bulk_create(FlowEdge(version=service.current, state=a, move=m, next_state=b) for a, m, b in edges)
    audit.record(by=BY, action="services.loaded", subject=AUDIT_SUBJECT)
    return service.pk


def service_flow(content: dict[str, Any]) -> Flow:
    return ServiceSnapshot.model_validate(content).flow


def test_a_birth_certificate_takes_ten_screens_for_somebody_known(
    resident: Visitor, birth_certificate: str, town: Town
) -> None:
    details = Details(
        "Warga Contoh", NationalId(NIK), "3171010101100001", address="Jl. Dermaga 1", area=town.areas["hill"]
    )
    people_actions.save_profile(by=BY, resident=town.resident, details=details)
    screens = ["home", "search"]  # the way there
    page = resident.see(f"/services/{birth_certificate}/")
    screens.append(page.url)
    page = resident.send(page, action="/start/")
    while not page.url.endswith("/check/"):
        screens.append(page.url)
        key = page.url.strip("/").split("/")[-1]
        answers = BIRTH[key] if key != "doc-witness-cards" else {"witness_cards": towns.photo(1)}
        page = resident.send(page, **answers)
    screens += [page.url, resident.send(page).url]
    case = Case.objects.get()
    assert screens[-1] == f"/cases/{case.reference}/sent/"
    assert len(screens) == 10
    assert case_answers.of_case(case)["mother_own"] == NIK
    assert case_answers.of_case(case)["mother_own_name"] == "Warga Contoh", "on the certificate"


def test_a_mother_without_a_profile_types_her_number_once(
    resident: Visitor, birth_certificate: str, town: Town
) -> None:
    page, numbers = resident.begin(birth_certificate), 0
    typed = {
        "full-name": {"nik": NIK},
        "family-card": {"family_card": "3171010101100001"},
        "address": {"address__text": "Jl. Dermaga 1", "address__area": "1.1.2"},
    }
    while not page.url.endswith("/check/"):
        key = page.url.strip("/").split("/")[-1]
        numbers += len(page.tree.xpath("//main//input[@name='nik' or @name='mother_own' or @name='mother_nik']"))
        answers = (BIRTH | typed)[key] if key != "doc-witness-cards" else {"witness_cards": towns.photo(1)}
        page = resident.send(page, **answers)
    assert numbers == 1
    resident.send(page, remember="1")
    assert case_answers.of_case(Case.objects.get())["mother_own"] == NIK
