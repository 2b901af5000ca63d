"""Pages of case records over HTTP: a nurse records, tests, corrects and merges; the person reads and disputes."""

from collections.abc import Callable

import pytest
from django.test import Client

from kini.epidemic.models import CaseDispute, CaseRecord
from kini.people.models import AccessLog, Person, User
from tests.cases.town import person, proved
from tests.epidemic.records_town import Corner, day
from tests.pagechecks import CheckedClient

pytestmark = pytest.mark.django_db
KEY = "0f0f0f0f-0000-4000-8000-00000000000{}"
NIK = "3171014407900004"
FORM = {
    "name": "Siti Contoh",
    "number": "",
    "born": "1990",
    "sex": "female",
    "area": "31.71.01.1001",
    "symptoms": ["fever", "cough"],
    "onset.day": "",
    "onset.month": "",
    "onset.year": "",
    "exposures": ["contact"],
    "test": "",
    "phone": "",
    "note": "",
}
RECORD = "/desk/case-records/record/covid-19/"


@pytest.fixture
def browse() -> Callable[[User], Client]:
    def visit(user: User) -> Client:
        client = CheckedClient(HTTP_ACCEPT_LANGUAGE="en")
        client.force_login(user)
        return client

    return visit


@pytest.fixture
def nurse(corner: Corner, browse: Callable[[User], Client]) -> Client:
    return browse(corner.officers["nurse"].user)


def record(client: Client, key: int = 1, **values: object):
    return client.post(f"{RECORD}?key={KEY.format(key)}", FORM | values)


def test_the_header_leads_health_workers_to_their_desk(nurse: Client):
    assert 'href="/desk/case-records/"' in nurse.get("/").content.decode()
    assert nurse.get("/desk/case-records/").status_code == 200


def test_a_nurse_records_a_patient_with_a_test_in_one_form(corner: Corner, nurse: Client):
    page = nurse.get(RECORD)
    assert page.status_code == 200
    answer = record(nurse, number=NIK, test="antigen:positive")
    case = CaseRecord.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == f"/desk/case-records/{case.reference}/"
    assert (case.classification, case.facility, case.sex, case.source) == (
        "probable",
        corner.units["gambir"],
        "female",
        "desk",
    )
    assert (case.person.birth_date.isoformat(), case.person.phone) == ("1990-07-04", "")
    shown = nurse.get(answer["Location"])
    assert "Siti Contoh" in shown.content.decode()
    assert AccessLog.objects.filter(officer=corner.officers["nurse"], what="case-record").count() == 1


def test_what_arrives_twice_from_a_phone_is_stored_once_and_a_conflict_shows_both(corner: Corner, nurse: Client):
    first = record(nurse, number=NIK)
    assert record(nurse, number=NIK)["Location"] == first["Location"]
    conflict = record(nurse, key=2, number=NIK, note="Sesak sejak pagi")
    assert conflict.status_code == 409
    case = CaseRecord.objects.get()
    assert case.reference in conflict.content.decode()
    assert "Sesak sejak pagi" in conflict.content.decode()
    assert Person.objects.count() == 1 + Person.objects.filter(source="profile").count()


def test_wrong_values_are_named_and_nothing_typed_is_lost(corner: Corner, nurse: Client):
    page = record(nurse, name="", number="3171014407900", area="31.99")
    assert page.status_code == 422
    assert "3171014407900" in page.content.decode()
    assert record(nurse, number="3171014413900004").status_code == 409
    assert record(nurse, number="31710144079000").status_code == 409
    assert not CaseRecord.objects.exists()


def test_the_empty_form_is_public_and_holds_nothing_but_sending_needs_a_nurse(corner: Corner, client: Client):
    page = client.get(RECORD)
    assert (page.status_code, page["Kini-Copy"]) == (200, "other")
    assert record(client).status_code == 302
    assert not CaseRecord.objects.exists()
    assert client.get("/desk/case-records/record/plague/").status_code == 404


@pytest.mark.parametrize(
    ("deed", "values", "says"),
    [
        ("test", {"test": "pcr:positive", "specimen": 1}, "Konfirmasi"),
        ("outcome", {"outcome": "recovered", "on": 0}, "Sembuh"),
        ("stay", {"ward": "isolation", "admitted": 1, "facility": "rsud-tarakan"}, "Perawatan di rumah sakit"),
        ("classification", {"classification": "discarded", "reason": "Bukan penyakit ini"}, "Bukan penyakit ini"),
        ("transfer", {"facility": "rsud-tarakan", "reason": "Perlu dirawat inap"}, ""),
    ],
)
def test_each_deed_has_a_form_that_does_it(corner: Corner, nurse: Client, deed, values, says):
    case = corner.case()
    url = f"/desk/case-records/{case.reference}/{deed}/"
    assert nurse.get(url).status_code == 200
    form: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, int):
            on = day(value)
            form |= {f"{name}.day": str(on.day), f"{name}.month": str(on.month), f"{name}.year": str(on.year)}
        else:
            form[name] = value
    if deed == "stay":
        form |= {"discharged.day": "", "discharged.month": "", "discharged.year": ""}
    answer = nurse.post(url, form)
    assert answer.status_code == 303, answer.content.decode()
    page = nurse.get(answer["Location"])
    assert page.status_code == (403 if deed == "transfer" else 200)
    assert says in page.content.decode()


def test_a_stale_correction_shows_both_versions(corner: Corner, nurse: Client):
    case = corner.case(note="Pertama")
    url = f"/desk/case-records/{case.reference}/correct/"
    assert "Pertama" in nurse.get(url).content.decode()
    form = {"area": "31.71.01.1002", "symptoms": ["fever"], "note": "Kedua", "exposures": [], "version": "1"}
    form |= {"onset.day": "", "onset.month": "", "onset.year": ""}
    assert nurse.post(url, form).status_code == 303
    stale = nurse.post(url, form | {"note": "Ketiga"})
    text = stale.content.decode()
    assert stale.status_code == 409
    assert "Kedua" in text
    assert "Ketiga" in text
    assert 'name="version" value="2"' in text
    assert nurse.post(url, form | {"note": "Ketiga", "version": "2"}).status_code == 303


def test_double_records_are_compared_merged_and_separated(corner: Corner, browse):
    first = corner.case(corner.person("Siti Nurhayati", birth_date=day(12000)))
    second = corner.case(corner.person("Siti Nur Hayati", birth_date=day(12000)))
    client = browse(corner.officers["epidemiologist"].user)
    url = f"/desk/case-records/{first.reference}/duplicates/"
    page = client.get(url)
    assert second.reference in page.content.decode()
    assert client.post(url, {"other": second.reference, "reason": "ya"}).status_code == 409
    merged = client.post(url, {"other": second.reference, "reason": "Tanggal lahir dan nama sama"})
    assert second.reference in client.get(merged["Location"]).content.decode()
    assert second.reference not in client.get("/desk/case-records/").content.decode()
    merge = first.case_absorptions.get()
    undo = f"/desk/case-records/{first.reference}/merges/{merge.pk}/undo/"
    assert client.post(undo, {"reason": "Ternyata kembarannya"}).status_code == 303
    assert second.reference in client.get("/desk/case-records/").content.decode()


def test_the_list_shows_no_names_and_only_what_is_open_to_the_officer(corner: Corner, nurse: Client):
    case = corner.case(corner.person("Nama Rahasia"))
    other = corner.case(facility=corner.units["sawah"], area=corner.areas["31.71.02.1002"])
    text = nurse.get("/desk/case-records/?disease=covid-19&mine=1").content.decode()
    assert case.reference in text
    assert other.reference not in text
    assert "Rahasia" not in text
    assert nurse.get(f"/desk/case-records/?q={case.reference[3:]}").status_code == 303
    assert nurse.get(f"/desk/case-records/{other.reference}/").status_code == 403
    assert not AccessLog.objects.exists()


def test_the_person_reads_the_record_disputes_it_and_reads_the_answer(corner: Corner, browse, nurse: Client):
    resident = proved(person("+6281234500001", "Warga Contoh", corner.areas["31.71.01.1001"]))
    case, other = corner.case(resident.person), corner.case()
    client = browse(resident.user)
    page = client.get("/me/case-records/").content.decode()
    assert case.reference in page
    assert other.reference not in page
    assert client.get(f"/me/case-records/{other.reference}/dispute/").status_code == 404
    url = f"/me/case-records/{case.reference}/dispute/"
    assert client.post(url, {"words": ""}).status_code == 422
    assert client.post(url, {"words": "Saya tidak demam"}).status_code == 303
    assert "Saya tidak demam" in nurse.get(f"/desk/case-records/{case.reference}/").content.decode()
    answer = {"decision": "corrected", "answer": "Gejala demam sudah dihapus"}
    assert nurse.post(f"/desk/case-records/{case.reference}/dispute/", answer).status_code == 303
    assert "sudah dihapus" in client.get("/me/case-records/").content.decode()
    assert CaseDispute.objects.get().decision == "corrected"
