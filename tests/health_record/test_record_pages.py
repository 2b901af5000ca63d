"""The record over HTTP: what a person and family see, showing it for an hour, ending it, taking it along."""

import io
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from pypdf import PdfReader

from kini.core import current_time, references, retention
from kini.core.actors import Actor, ActorKind
from kini.epidemic.models import Contact
from kini.health_record import actions
from kini.health_record.models import Share
from kini.people.models import AccessLog, User
from tests.cases.town import person
from tests.epidemic.records_town import day
from tests.health_record.conftest import Family
from tests.pagechecks import CheckedClient

pytestmark = pytest.mark.django_db
type Browse = Callable[[User], Client]


@pytest.fixture
def mother(family: Family, browse: Browse) -> Client:
    return browse(family.mother.user)


def text(response) -> str:
    return response.content.decode()


def shown(mother: Client, family: Family, *sections: str) -> Share:
    answer = mother.post(f"/me/health/{family.mother.pk}/show/", {"sections": sections})
    assert answer.status_code == 303, text(answer)
    return Share.objects.get(reference=answer["Location"].split("/")[-2])


def opened(share: Share, reader: str = "Dr. Ayu, Puskesmas Gambir", code: str = "", client: Client | None = None):
    client = client or CheckedClient(HTTP_ACCEPT_LANGUAGE="en")
    return client.post("/health-record/", {"code": code or share.code, "reader": reader})


def test_a_person_sees_all_of_their_record_and_nobody_elses(family: Family, mother: Client):
    assert "Belum ada catatan" in text(mother.get("/me/health/"))
    mine = family.dose(family.mother)
    stranger = family.dose(person("+6281234500009", "Orang Lain"))
    error = family.dose(family.mother, number=2, state="entered-in-error", reason="Salah orang")
    case = family.corner.case(family.mother.person)
    family.corner.test(case)
    page = text(mother.get("/me/health/"))
    for part in (mine.reference, case.reference, "CB4205", "PCR", "Perubahan terakhir", "Ada yang salah?"):
        assert part in page
    assert stranger.reference not in page
    assert error.reference not in page
    assert "/me/health/" in text(mother.get("/me/"))
    assert "/me/case-records/" not in text(mother.get("/me/"))


def test_the_next_dose_is_named_with_its_day_and_reason(family: Family, mother: Client):
    family.mother.birth_date = day(12_000)
    family.mother.save()
    family.dose(family.mother, given_on=day(3))
    page = text(mother.get("/me/health/"))
    assert "COVID-19, do" in page
    assert "vaccination-booking" in page
    assert "paling cepat" in page or "paling sedikit" in page or "at least" in page


def test_family_without_an_account_has_a_page_of_its_own(family: Family, mother: Client, browse: Browse):
    dose = family.dose(family.child)
    assert dose.reference not in text(mother.get("/me/health/"))
    assert dose.reference in text(mother.get(f"/me/health/{family.child.pk}/"))
    stranger = person("+6281234500009", "Orang Lain")
    assert mother.get(f"/me/health/{stranger.pk}/").status_code == 404
    assert browse(stranger.user).get(f"/me/health/{family.child.pk}/summary.json").status_code == 404
    assert browse(stranger.user).get(f"/me/health/{family.child.pk}/show/").status_code == 404


def test_a_doctor_reads_what_was_chosen_and_the_person_sees_who(family: Family, mother: Client):
    dose, case = family.dose(family.mother), family.corner.case(family.mother.person)
    share = shown(mother, family, "doses")
    page = opened(share)
    assert page.status_code == 200
    assert dose.reference in text(page)
    assert case.reference not in text(page)
    assert "no-store" in page["Cache-Control"]
    entry = AccessLog.objects.get(reference=share.reference)
    assert (entry.reader, entry.officer, entry.what) == ("Dr. Ayu, Puskesmas Gambir", None, "health-record-share")
    for path in (f"/me/health/shown/{share.reference}/", "/me/access-log/"):
        assert "Dr. Ayu" in text(mother.get(path))


def test_the_code_is_in_no_address_and_no_log_and_stored_encrypted(family: Family, mother: Client, caplog):
    share = shown(mother, family, "doses")
    page = text(mother.get(f"/me/health/shown/{share.reference}/"))
    assert share.code in page
    assert share.code not in share.reference
    opened(share)
    assert share.code not in caplog.text
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM health_record_share")
        assert share.code.encode() not in bytes(cursor.fetchone()[0])


def test_an_ended_share_opens_nothing(family: Family, mother: Client):
    share = shown(mother, family, "doses")
    assert mother.post(f"/me/health/shown/{share.reference}/end/").status_code == 303
    answer = opened(share)
    assert answer.status_code == 422
    assert "tidak berlaku lagi" in text(answer)
    assert share.code not in text(mother.get(f"/me/health/shown/{share.reference}/"))
    later = shown(mother, family, "doses")
    with current_time.freeze(later.ends_at + timedelta(seconds=1)):
        assert opened(later).status_code == 422
    assert not AccessLog.objects.exists()


def test_only_who_made_a_share_sees_and_ends_it(family: Family, mother: Client, browse: Browse):
    share = shown(mother, family, "doses")
    other = person("+6281234500009", "Orang Lain")
    assert browse(other.user).get(f"/me/health/shown/{share.reference}/").status_code == 404
    assert browse(other.user).post(f"/me/health/shown/{share.reference}/end/").status_code == 404
    with pytest.raises(actions.NotAllowed):
        actions.revoke_share(by=Actor(ActorKind.RESIDENT, other.user_id), share=share)
    with pytest.raises(actions.NotAllowed):
        actions.share_record(by=Actor(ActorKind.RESIDENT, other.user_id), resident=family.mother, sections=["doses"])


def test_wrong_codes_are_limited_and_a_name_is_asked_for(family: Family, mother: Client):
    share = shown(mother, family, "doses")
    assert opened(share, reader=" ").status_code == 422
    assert opened(share, code="7F3K-9Q2M-V0XA-4TBE-8HJ5").status_code == 422
    for _try in range(30):
        answer = opened(share, code="AAAA")
    assert "Terlalu banyak percobaan" in text(answer)
    assert "Terlalu banyak percobaan" in text(opened(share))
    assert not AccessLog.objects.exists()


def test_nothing_or_what_cannot_be_shown_is_refused(family: Family, mother: Client):
    url = f"/me/health/{family.mother.pk}/show/"
    assert mother.get(url).status_code == 200
    assert mother.post(url, {"sections": []}).status_code == 422
    assert mother.post(url, {"sections": ["self-assessments", "unknown"]}).status_code == 422
    for _number in range(actions.MOST_OPEN):
        shown(mother, family, "tests")
    assert mother.post(url, {"sections": ["tests"]}).status_code == 422


def test_the_database_holds_the_hour_and_forgets_after_a_month(family: Family, mother: Client):
    share = shown(mother, family, "doses")
    for wrong in ({"ends_at": share.created_at + timedelta(hours=2)}, {"sections": []}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Share.objects.update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Share.objects.update(revoked_at=share.created_at)
    rule = retention.rules.get("health_record.shares")
    assert rule is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessLog.objects.create(what="health-status", resident=family.mother)


def test_the_record_is_taken_along_as_pdf_and_as_a_patient_summary(family: Family, mother: Client):
    dose = family.dose(family.mother)
    answer = mother.get(f"/me/health/{family.mother.pk}/summary.json")
    assert answer["Content-Type"] == "application/fhir+json"
    bundle = json.loads(answer.content)
    assert [each["resource"]["resourceType"] for each in bundle["entry"]][:2] == ["Composition", "Patient"]
    assert dose.reference in text(answer)
    pdf = mother.get(f"/me/health/{family.mother.pk}/record.pdf")
    printed = PdfReader(io.BytesIO(pdf.content))
    assert printed.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert dose.reference in "".join(page.extract_text() for page in printed.pages)


def test_an_open_follow_up_asks_for_todays_answer_first(family: Family, mother: Client):
    corner, code = family.corner, references.generate_code()
    Contact.objects.create(
        **{"reference": references.generate("CT"), "disease": "covid-19", "person": family.mother.person, "risk": 3},
        **{"agency": corner.agency, "unit": corner.units["gambir"], "area": corner.areas["31.71.01.1001"]},
        **{"area_path": "31/31.71", "first_exposure_on": day(2), "last_exposure_on": day(2)},
        **{
            "follow_up_until": day(-12),
            "quarantine_until": day(-8),
            "quarantine_reason": "rule",
            "answer_code": code,
            "rule_since": day(900),
        },
    )
    page = text(mother.get("/me/health/"))
    assert page.index(code) < page.index("Tetap di rumah sampai")
    share = shown(mother, family, "doses", "illnesses")
    assert code not in text(opened(share))
