"""Bad input is answered with a sentence, and nothing is lost or broken."""

import pytest
from django.test import Client

from kini.cases.models import Case, Draft
from kini.services.models import ServiceVersion
from tests.cases.pages.browsing import Seen, Visitor
from tests.services.jakarta_pack import bump_audit

pytestmark = pytest.mark.django_db

GOOD = {"boat": "Camar", "built.day": "3", "built.month": "11", "built.year": "2001"}


@pytest.fixture
def about(resident: Visitor, census: ServiceVersion) -> Seen:
    return resident.begin("census")


def test_what_looks_like_an_attack_is_only_text(resident: Visitor, about: Seen) -> None:
    attack = "'; DROP TABLE cases_case; --<script>"
    resident.send(about, **{name.replace(".", "__"): value for name, value in GOOD.items()} | {"boat": attack[:40]})
    page = resident.see(about.url)
    assert page.value("boat") == attack[:40]
    assert page.tree.xpath("//main//script") == []


@pytest.mark.parametrize("bad", ["Ca\x01mar", "Ca\x1bmar", "Ca\ufffdmar"])
def test_characters_that_nobody_types_are_named(resident: Visitor, about: Seen, bad: str) -> None:
    page = resident.send(about, boat=bad, note="Kept")
    assert page.status == 422
    assert page.errors
    assert (page.value("boat"), page.value("note")) == ("Camar", "Kept")
    assert Draft.objects.get().answers == {}


def test_bytes_of_another_encoding_are_named(resident: Visitor, about: Seen) -> None:
    body = b"boat=Ca%E9mar&built.day=3&built.month=11&built.year=2001"
    answer = resident.post(about.url, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert Draft.objects.get().answers == {}


@pytest.mark.parametrize(
    "more", [{"role": "admin"}, {"boat": ["Camar", "Elang"]}, {"boat": "x" * 41}, {"built.day": "tomorrow"}]
)
def test_what_the_page_does_not_ask_for_is_refused(resident: Visitor, about: Seen, more: dict[str, object]) -> None:
    page = resident.post(about.url, GOOD | more)
    assert page.status_code == 422
    assert b"error-summary" in page.content
    assert Draft.objects.get().answers == {}


def test_other_bodies_than_forms_are_no_answer(resident: Visitor, about: Seen) -> None:
    for body, content_type in ((b'{"boat": "Camar"}', "application/json"), (b"\xff\xfe\x01", "text/plain")):
        assert resident.post(about.url, body, content_type=content_type).status_code == 422
    broken = resident.post(about.url, b"--x\r\nnonsense", content_type="multipart/form-data; boundary=x")
    assert 400 <= broken.status_code < 500
    assert resident.post(about.url, {"boat": "x" * 1_100_000}).status_code in (400, 413, 422)
    assert resident.post(about.url, {f"f{n}": "x" for n in range(500)}).status_code == 400


def test_addresses_that_lead_nowhere_say_so(resident: Visitor, about: Seen) -> None:
    draft = Draft.objects.get()
    for path in (
        f"/apply/{draft.pk}/no-such-page/",
        f"/apply/{draft.pk}/boat%01/",
        f"/apply/{draft.pk}/crew/99999999999999999999/",
        f"/apply/{draft.pk}/files/{draft.pk}/",
        "/apply/00000000-0000-0000-0000-000000000000/",
        "/apply/nonsense/",
        "/cases/%01/",
        "/cases/TELUK-0000-0000/",
        "/cases/'OR 1=1/",
        "/cases/TELUK-0000-0000/correct/boat/",
    ):
        assert resident.get(path).status_code in (302, 404), path


def test_nothing_is_sent_in_without_answers_or_with_a_forged_summary(resident: Visitor, about: Seen) -> None:
    draft = Draft.objects.get()
    assert resident.post(f"/apply/{draft.pk}/check/", {"confirm": "yes"}).status_code == 302
    assert not Case.objects.exists()


@pytest.mark.parametrize("who", ["0", "-1", "x", "9" * 40, "\x01"])
def test_applying_for_nobody_known_is_refused(resident: Visitor, census: ServiceVersion, who: str) -> None:
    assert resident.post("/services/census/start/", {"for_whom": who}).status_code == 409
    assert not Draft.objects.exists()


def test_services_that_are_not_offered_cannot_be_begun(resident: Visitor, census: ServiceVersion, about: Seen) -> None:
    assert resident.post("/services/no-such-service/start/").status_code == 404
    census.service.active = False
    census.service.save()
    bump_audit()
    assert resident.post("/services/census/start/").status_code == 404
    assert resident.get(about.url).status_code == 409
    assert resident.post(about.url, GOOD).status_code == 409


def test_a_form_of_another_site_is_refused(resident: Visitor, about: Seen, town: object) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = resident.cookies
    assert strict.post(about.url, GOOD).status_code == 403
    assert Draft.objects.get().answers == {}
