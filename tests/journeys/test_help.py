"""Mutual help from the need to the receipt: a firm helps an RW; an RW head without a phone, by paper alone."""

import re
import secrets

import pytest
from playwright.sync_api import expect

from kini.web.formats import today
from tests.journeys.conftest import Person, Stock

WINDOW = {"width": 1280, "height": 800}
#: Names of the demo's sign-ins, as they are shown.
RECORDER, VERIFIER = "Catat kebutuhan RW tanpa ponsel di loket", "Periksa kebutuhan bantuan warga"


def fill(person: Person, **values: object) -> None:
    """Type into the form of the page, and send it."""
    form = person.page.locator("main form.form")
    for name, value in values.items():
        field = form.locator(f"[name={name.replace('__', '-')}]")
        if isinstance(value, bool):
            field.set_checked(value)
        elif field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(label=str(value))
        else:
            field.fill(str(value))
    person.press(form.locator("button.button"))


def follow(person: Person, name: str) -> None:
    person.press(person.page.locator("main").get_by_role("link", name=name, exact=True).first)


def says(person: Person, *words: str) -> None:
    for each in words:
        expect(person.page.locator("main")).to_contain_text(each)


def sign_in_on_the_way(person: Person, email: str) -> None:
    """Sign up by code on the page to which a button led, with no more than a name."""
    person.page.locator("input[name=contact]").fill(email)
    person.press(person.page.locator("main form button").first)
    person.type_code(email)
    person.page.locator("input[name=name]").fill("Bapak Contoh")
    person.press(person.page.get_by_role("button", name="Simpan"))


@pytest.mark.long
def test_a_firm_helps_an_rw_to_the_receipt(person, stock: Stock):
    token = secrets.token_hex(3)
    rw, firm = f"RW {token}", f"PT Tolong {token}"
    area = stock.help_need(rw, f"head-{token}@demo.example")

    giver = person()
    giver.go("/together/")
    filters = giver.page.get_by_role("search", name="Pilih")
    filters.get_by_label("Program").select_option(label="Pangan")
    filters.get_by_label("Wilayah").fill(area)
    giver.press(filters.get_by_role("button"))
    giver.press(giver.page.get_by_role("link", name=re.compile(rw)).first)
    says(giver, "40", "0 %")
    giver.press(giver.page.get_by_role("link", name="Beri bantuan").first)
    sign_in_on_the_way(giver, f"firm-{token}@demo.example")
    says(giver, rw)
    follow(giver, "Memberi atas nama komunitas atau perusahaan")
    fill(giver, kind="Perusahaan", name=firm)
    fill(giver, giver=firm, quantity=41)
    says(giver, "40")
    fill(giver, giver=firm, quantity=25)
    follow(giver, "Pastikan dan pilih hari")
    fill(giver, deliver_on=today(), stated=True)
    pledge = re.search(r"/pledges/([^/]+)/", giver.page.url)
    assert pledge

    head = person()
    head.sign_in_by_code(f"head-{token}@demo.example")
    head.go("/together/own/")
    head.press(head.page.get_by_role("link", name=re.compile(rw)))
    code = head.page.locator("p.reference").inner_text()
    assert code not in giver.page.locator("main").inner_text()

    giver.press(giver.page.get_by_role("button", name="Paket sedang diantar"))
    follow(giver, "Catat penyerahan")
    fill(giver, code=f"{(int(code) + 1) % 1_000_000:06}", quantity=25)
    expect(giver.page.locator(".error-summary, [role=alert]").first).to_be_visible()
    fill(giver, code=code, quantity=25)

    head.page.reload()
    follow(head, "Catat yang diterima")
    fill(head, quantity=25)
    follow(head, "Tanda terima, untuk dicetak atau disimpan")
    says(head, firm, "25", "Kode pihak penerima")

    giver.page.reload()
    says(giver, "Terima kasih atas bantuan ini", "Diterima")
    follow(giver, "Tanda terima, untuk dicetak atau disimpan")
    says(giver, rw, pledge[1])
    published = stock.publish_help()
    if published is None:
        return  # the other run of this journey came first
    assert published >= 3
    giver.press(giver.page.get_by_role("link", name="Buku besar bantuan"))
    rows = giver.page.get_by_role("row").filter(has_text=firm)
    expect(rows).to_have_count(3)
    expect(rows.filter(has_text="Diterima")).to_contain_text("25")
    assert rw not in rows.first.inner_text()


@pytest.mark.long
def test_an_rw_head_without_a_phone(person, stock: Stock):
    rw = f"RW {secrets.token_hex(3)}"
    officer, colleague = person(), person()
    for each, name in ((officer, RECORDER), (colleague, VERIFIER)):
        each.page.set_viewport_size(WINDOW)
        each.sign_in(name)
    officer.go("/desk/together/")
    follow(officer, "Catat siapa yang perlu bantuan")
    fill(officer, kind="RW", name=rw, area="Kebon Sirih", families=60)
    says(officer, "tanpa ponsel")
    follow(officer, "Pangan")
    fill(officer, package__staples=30, needed_by=today())
    says(officer, "rekan Anda yang memeriksanya", rw)

    colleague.go("/desk/together/")
    colleague.press(colleague.page.get_by_role("link", name=re.compile(rw)).first)
    follow(colleague, "Periksa")
    fill(colleague, sure=True)

    officer.page.reload()
    follow(officer, "Dari orang di loket")
    fill(officer, quantity=30)
    follow(officer, "Konfirmasi")
    fill(officer, deliver_on=today(), stated=True)
    follow(officer, "Kertas kode")
    slip = officer.page.locator("p.reference").inner_text()
    assert re.fullmatch(r"\d{6}", slip)
    officer.page.go_back()
    follow(officer, "Dalam perjalanan")
    fill(officer, sure=True)
    follow(officer, "Sudah diserahkan")
    fill(officer, code="000000" if slip != "000000" else "000001", quantity=30)
    expect(officer.page.locator(".error-summary, [role=alert]").first).to_be_visible()
    fill(officer, code=slip, quantity=30)

    colleague.page.reload()
    follow(colleague, "Yang diterima")
    fill(colleague, quantity=30, slip_code="000000" if slip != "000000" else "000001")
    expect(colleague.page.locator(".error-summary, [role=alert]").first).to_be_visible()
    fill(colleague, quantity=30, slip_code=slip)
    follow(colleague, "Tanda terima")
    says(colleague, rw, "30", "Kode pihak penerima", "Warga, tanpa nama")
    printed = person()
    printed.go("/together/")
    expect(printed.page.locator("main")).not_to_contain_text(rw)
