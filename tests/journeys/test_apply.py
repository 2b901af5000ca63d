"""Application from first question to decision, in a real browser, with and without JavaScript."""

import base64
import re

from tests.journeys.conftest import Person

SERVICE = "kelurahan-statement-letter"
AGENCY = "DPMPTSP"
EVERYTHING = 40  # pages after which an application must have come to its end
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def answer(person: Person) -> None:
    """Fill in the page and continue."""
    form = person.page.locator("main form").first
    for group in form.locator("fieldset:has(input[type=radio])").all():
        group.locator("input[type=radio]").first.check()
    for box in form.locator("select:visible").all():
        box.select_option(index=1)
    for file in form.locator("input[type=file]").all():
        file.set_input_files({"name": "photo.png", "mimeType": "image/png", "buffer": PIXEL})
    for line in form.locator("input[type=text]:visible, input:not([type]):visible, textarea:visible").all():
        if not line.input_value():
            line.fill(EXAMPLES.get(line.get_attribute("name") or "", "Keperluan sekolah"))
    person.press(form.locator("button.button:not([type=button])").first)


EXAMPLES = {
    "phone": "081234567890",
    "email": "warga@journey.example",
    "family_card": "3171012304500001",
    "venue_code": "KODE-000002",
    "party_size": "2",
}


def apply(person, service: str) -> str:
    """Apply for a service as a signed-in person; return the reference."""
    person.go(f"/services/{service}/")
    person.press(person.page.locator('form[action$="/start/"] button').first)
    for _ in range(EVERYTHING):
        if person.page.url.endswith("/check/"):
            person.press(person.page.locator('main form[action$="/check/"] button'))
            return person.page.locator("strong.reference").inner_text()
        before = person.page.url
        answer(person)
        assert person.page.url != before or "?" in before, person.page.locator("main").inner_text()
    raise AssertionError(f"no end of questions at {person.page.url}")


def desk_move(officer, reference: str, move: str, **inputs: str) -> None:
    officer.go(f"/desk/cases/{reference}/moves/{move}/")
    for name, text in inputs.items():
        officer.page.locator(f"[name={name}]").fill(text)
    officer.press(officer.page.locator(f'main form[action$="/moves/{move}/"] .buttons button'))


def test_a_resident_applies_is_asked_to_correct_and_gets_the_decision(person, stock):
    resident, officer, head = person(), person(), person()
    resident.sign_in("Budi Contoh")
    reference = apply(resident, SERVICE)
    assert re.fullmatch(r"KINI-[0-9A-Z]{4}-[0-9A-Z]{4}", reference)

    officer.sign_in(f"Petugas {AGENCY}")
    officer.go("/desk/?view=all")
    officer.press(officer.page.get_by_role("link", name=reference))
    assert reference in officer.page.locator("main").inner_text()
    desk_move(officer, reference, "ask", message="Fotonya kurang jelas.")

    resident.go(f"/cases/{reference}/")
    assert "Fotonya kurang jelas." in resident.page.locator("main").inner_text()
    resident.press(resident.page.get_by_role("link", name="Jawab sekarang"))
    resident.press(resident.page.locator('form[action$="/moves/answer/"] button'))

    desk_move(officer, reference, "accept")
    head.sign_in(f"Kepala {AGENCY}")
    desk_move(head, reference, "approve")
    assert stock.carry_out() == 1
    resident.go(f"/cases/{reference}/")
    assert "Selesai" in resident.page.locator("main").inner_text()


def test_an_officer_works_the_queue(person, stock):
    resident, officer, other = person(), person(), person()
    resident.sign_in("Wati Contoh")
    reference = apply(resident, SERVICE)
    officer.sign_in(f"Petugas {AGENCY}")
    officer.go(f"/desk/?q={reference}")
    officer.press(officer.page.get_by_role("link", name=reference))
    officer.press(officer.page.locator('form[action*="/assign/"] button').first)
    officer.go("/desk/?view=mine")
    assert reference in officer.page.locator("main").inner_text()
    desk_move(officer, reference, "reject", reason="Dokumen tidak sesuai dengan catatan.")
    assert stock.carry_out() == 1
    resident.go(f"/cases/{reference}/")
    text = resident.page.locator("main").inner_text()
    assert "Ditolak" in text
    assert "Dokumen tidak sesuai dengan catatan." in text
    other.sign_in("Petugas Dinkes")
    other.go(f"/desk/?q={reference}&view=all")
    assert other.page.get_by_role("link", name=reference).count() == 0


def test_a_newcomer_signs_in_by_a_code(person):
    newcomer = person()
    newcomer.sign_in_by_code(f"newcomer-{id(newcomer)}@journey.example")
    assert newcomer.page.url.endswith("/me/profile/") or "/me/" in newcomer.page.url
