"""Officers' desk in a real browser: ten decisions by keyboard, batch moves with undo, a saved filter."""

import re
from time import monotonic

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Person, Stock

SERVICE = "kelurahan-statement-letter"
OFFICER = "Petugas DPMPTSP"
TEN = 10
#: The issue's own measure: an officer decides ten cases by keyboard in under two minutes.
MOST_SECONDS = 120
MOST_KEYS = 10 * TEN
WINDOW = {"width": 1280, "height": 800}
QUERY = f"view=due&service={SERVICE}&state=coordination"
#: Decided by the head of the office, and by nobody else's journey.
DECIDED = "health-practitioner-licence"


def at_the_desk(person, query: str = QUERY) -> Person:
    officer = person()
    officer.page.set_viewport_size(WINDOW)
    officer.sign_in(OFFICER)
    officer.go(f"/desk/?{query}")
    return officer


def scripted(officer: Person) -> None:
    """Skip without JavaScript, which shortcuts, preview and countdown need."""
    if not officer.page.locator("[data-keys-help]").is_visible():
        pytest.skip("needs JavaScript")


class Keyboard:
    """Keyboard-only user; counts key presses."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def onward(self, key: str) -> None:
        """Press a key that opens another page."""
        with self.page.expect_navigation():
            self.press(key)

    def focused(self) -> str:
        """Text of the focused element, as a screen reader reads it."""
        return str(self.page.evaluate("document.activeElement.innerText || document.activeElement.value"))


def test_ten_decisions_by_keyboard_alone(person, stock: Stock):
    queue = f"view=due&service={DECIDED}&state=disposition"
    officer = at_the_desk(person, queue)
    scripted(officer)
    references = stock.cases(DECIDED, TEN, "accept")
    officer.page.evaluate("sessionStorage.setItem('mouse', 0)")
    officer.page.add_init_script("addEventListener('pointerdown', () => sessionStorage.setItem('mouse', 1), true)")
    officer.page.reload()
    keys, begun, decided = Keyboard(officer.page), monotonic(), set()
    keys.press("j")
    assert re.fullmatch(r"KINI-[0-9A-Z]{4}-[0-9A-Z]{4}", keys.focused())
    keys.onward("o")
    while len(decided) < TEN:
        reference = officer.page.url.split("/")[5]
        keys.press("m")
        assert keys.focused() == "Setujui", "the focus is on the step"
        keys.onward("Enter")
        assert keys.focused() == "Setujui", "the paper is shown before it is issued"
        keys.onward("Enter")
        expect(officer.page.locator(".undo")).to_contain_text(reference)
        decided.add(reference)
    seconds = monotonic() - begun
    assert decided == set(references)
    assert officer.page.url.endswith(f"/desk/?{queue}"), "behind the last one the list comes back"
    assert stock.carry_out() == TEN
    assert stock.states(decided) == {"issued"}
    assert officer.page.evaluate("sessionStorage.getItem('mouse')") == "0"
    assert keys.pressed <= MOST_KEYS
    assert seconds < MOST_SECONDS
    print(f"{TEN} decisions, {keys.pressed} keys, {seconds:.1f} s")


def test_the_case_in_short_beside_the_list(person, stock: Stock):
    first, second = stock.cases(SERVICE, 2)
    officer = at_the_desk(person)
    page, keys = officer.page, Keyboard(officer.page)
    link = page.get_by_role("link", name=first)
    if not officer.page.locator("[data-keys-help]").is_visible():
        officer.press(link)
        assert f"/desk/cases/{first}/" in page.url, "without JavaScript the link opens the case"
        return
    link.click()
    side = page.locator(".desk-side")
    expect(side).to_contain_text(first)
    expect(link).to_have_attribute("aria-current", "true")
    expect(page.locator("#live")).not_to_be_empty()
    assert "/desk/?" in page.url
    keys.press("j")
    expect(side).to_contain_text(second)
    keys.press("Escape")
    expect(side).to_be_empty()
    assert keys.focused() == second
    keys.press("p")
    expect(side).to_contain_text(second)
    keys.press("m")
    expect(side.locator("[data-step]").first).to_be_focused()
    keys.onward("Enter")
    expect(page.locator(".notice.ok").filter(has_text=second)).to_be_visible()
    assert stock.states([second]) == {"decision"}


def test_keys_never_trap_and_rest_while_typing(person, stock: Stock):
    stock.cases(SERVICE, 2)
    officer = at_the_desk(person)
    scripted(officer)
    page, keys = officer.page, Keyboard(officer.page)
    keys.press("/")
    search = page.locator("#q")
    expect(search).to_be_focused()
    keys.press("j", "?")
    expect(search).to_have_value("j?")
    expect(page.locator("#keys")).not_to_be_visible()
    keys.press("Shift+Tab")
    expect(search).not_to_be_focused()
    keys.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    keys.press("j", "n")
    expect(dialog).to_be_visible()
    dialog.get_by_role("checkbox").uncheck()
    keys.press("Escape")
    expect(dialog).not_to_be_visible()
    page.reload()
    keys.press("j")
    assert keys.focused() != page.locator("tbody a").first.inner_text(), "switched off, also on the next page"
    officer.page.locator("[data-keys-help]").click()
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button").click()
    keys.press("j")
    expect(page.locator("tbody a").first).to_be_focused()
    for _row in range(30):
        keys.press("Tab")
    expect(page.locator("tbody a").first).not_to_be_focused()


def test_many_at_once_and_taken_back(person, stock: Stock):
    references = stock.cases(SERVICE, 3)
    officer = at_the_desk(person)
    page = officer.page
    for reference in references:
        page.get_by_role("checkbox", name=reference).check()
    officer.press(page.get_by_role("button", name="Pindahkan yang dicentang"))
    page.get_by_role("radio", name="Lengkap, lanjutkan").check()
    officer.press(page.get_by_role("button", name="Lanjut"))
    for reference in references:
        expect(page.locator("main")).to_contain_text(reference)
    officer.press(page.get_by_role("button", name="Lengkap, lanjutkan: 3 urusan"))
    expect(page.locator("h1")).to_contain_text("menunggu")
    assert stock.states(references) == {"document_check"}
    officer.press(page.get_by_role("button", name="Batalkan"))
    expect(page.locator("h1")).to_contain_text("dibatalkan")
    assert stock.carry_out() == 0
    assert stock.states(references) == {"document_check"}
    officer.press(page.get_by_role("link", name="Kembali ke antrean"))
    assert page.url.endswith(f"/desk/?{QUERY}")


def test_many_at_once_carried_out(person, stock: Stock):
    references = stock.cases(SERVICE, 3)
    officer = at_the_desk(person)
    page = officer.page
    for reference in references:
        page.get_by_role("checkbox", name=reference).check()
    officer.press(page.get_by_role("button", name="Pindahkan yang dicentang"))
    page.get_by_role("radio", name="Tolak").check()
    officer.press(page.get_by_role("button", name="Lanjut"))
    page.locator("[name=reason]").fill("Dokumen tidak sesuai dengan catatan.")
    officer.press(page.locator("[name=confirm]"))
    assert stock.states(references) == {"document_check"}
    assert stock.carry_out() == 1
    page.reload()
    expect(page.locator("h1")).to_contain_text("3 dari 3")
    assert stock.states(references) == {"rejected"}


def test_a_filter_is_saved_and_used_again(person, stock: Stock):
    (reference,) = stock.cases(SERVICE, 1)
    officer = at_the_desk(person, f"view=due&service={SERVICE}")
    page = officer.page
    name = f"Surat {id(person)}"
    officer.press(page.get_by_role("link", name="Simpan filter ini"))
    page.get_by_label("Nama").fill(name)
    officer.press(page.get_by_role("button", name="Simpan filter"))
    assert page.locator("h1").inner_text() == name
    officer.go("/desk/mentions/")
    entry = page.get_by_role("navigation", name="Meja").get_by_role("link", name=name)
    assert int(entry.locator(".count").inner_text().rstrip("+")) >= 1
    officer.press(entry)
    expect(page.get_by_role("link", name=reference)).to_be_visible()
    officer.press(page.get_by_role("link", name="Filter saya"))
    filter_row = page.locator("main li", has_text=name)
    officer.press(filter_row.get_by_role("button", name="Hapus"))
    assert page.get_by_role("navigation", name="Meja").get_by_role("link", name=name).count() == 0
