"""An epidemic in real browsers: from a laboratory result to the contacts, and the curve of one's own area."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from kini.web.formats import today
from tests.journeys.conftest import Person, Stock

pytestmark = pytest.mark.long
PHONE = {"width": 360, "height": 740}
PATIENT, CONTACT = "Contoh Pasien", "Contoh Kontak"


@pytest.fixture
def signed_in(chromium: Browser, city: str) -> Iterator[Callable[[str], Person]]:
    """People of the demo, each with a phone."""
    contexts = []

    def sign_in(name: str) -> Person:
        context = chromium.new_context(viewport=PHONE, locale="id-ID")
        contexts.append(context)
        someone = Person(context.new_page(), city)
        someone.sign_in(name)
        return someone

    yield sign_in
    for context in contexts:
        context.close()


def record_patient(nurse: Person) -> str:
    """Record a patient with the form of nurses; return the reference of the record."""
    page = nurse.page
    nurse.go("/desk/case-records/record/covid-19/")
    page.get_by_label("Nama pasien").fill(PATIENT)
    page.get_by_label("Tahun lahir, atau umur").fill("41")
    page.get_by_text("Perempuan").click()
    page.locator("[data-area] [role=combobox]").fill("Kapuk")
    page.locator("[data-area] [role=option]", has_text="Cengkareng").click()
    page.get_by_text("Demam", exact=True).click()
    nurse.press(page.get_by_role("button", name="Simpan"))
    return page.url.rstrip("/").rpartition("/")[2]


def type_day(person: Person) -> None:
    day = today()
    for label, number in (("Hari", day.day), ("Bulan", day.month), ("Tahun", day.year)):
        person.page.get_by_label(label, exact=True).fill(str(number))


def test_a_result_becomes_a_case_whose_contacts_are_followed(signed_in: Callable[[str], Person]) -> None:
    nurse = signed_in("Perawat puskesmas")
    reference = record_patient(nurse)
    assert "Suspek" in nurse.page.locator("main").inner_text()
    nurse.go(f"/desk/case-records/{reference}/test/")
    nurse.page.get_by_label("PCR: Positif").check()
    type_day(nurse)
    nurse.press(nurse.page.get_by_role("button", name="Simpan"))
    assert "Konfirmasi" in nurse.page.locator("main").inner_text()

    tracer = signed_in("Petugas pelacak kontak")
    page = tracer.page
    tracer.go(f"/desk/tracing/cases/{reference}/")
    page.get_by_label("Nama", exact=True).fill(CONTACT)
    page.get_by_label("Telepon").fill("0812 5555 0199")
    page.get_by_label("Serumah", exact=True).check()
    page.get_by_label("Di rumah").check()
    page.get_by_label("Hari terakhir kontak").fill(today().isoformat())
    tracer.press(page.get_by_role("button", name="Simpan kontak ini"))
    tracer.press(page.get_by_role("link", name=CONTACT))
    assert "Sedang dipantau" in page.locator("main").inner_text()
    tracer.press(page.get_by_role("button", name="Tanpa gejala"))
    tracer.go("/desk/tracing/")
    done = page.locator("main").inner_text()
    assert "1\nsudah dihubungi hari ini" in done


def test_a_resident_sees_the_curve_of_the_own_kelurahan(signed_in: Callable[[str], Person], stock: Stock) -> None:
    assert stock.wave(3000) > 3000
    resident = signed_in("Warga 1")
    resident.go("/epidemic/covid-19/mine/")
    page = resident.page
    assert page.locator("svg").count() >= 1
    text = page.locator("main").inner_text()
    assert "Kelurahan" in text or "kelurahan" in text
    assert "per 100.000" in text
    resident.go("/epidemic/covid-19/areas/")
    assert page.locator("svg [id], svg path, svg use").count() > 100, "the map of the kelurahan"
