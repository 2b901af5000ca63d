"""Ten cases checked with their papers and national numbers, by mouse and by keyboard: clicks and keys are counted."""

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Stock
from tests.journeys.counts import compare
from tests.journeys.test_desk import TEN, Keyboard, scripted

SERVICE, OFFICER = "birth-certificate", "Petugas Disdukcapil"
QUERY = f"view=due&service={SERVICE}&state=coordination"
WINDOW = {"width": 1280, "height": 900}
#: Tabs from the page of a step to the first field of its form.
FEW_TABS = 2


class Mouse:
    """Mouse user; counts clicks."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def click(self, selector: str) -> None:
        self.page.locator(selector).first.click()
        self.clicks += 1

    def onward(self, selector: str) -> None:
        """Click what opens another page."""
        with self.page.expect_navigation():
            self.click(selector)


def queue_of(person, stock: Stock) -> Page:
    """The queue of an officer with at least ten cases to check."""
    stock.cases(SERVICE, TEN)
    officer = person()
    officer.page.set_viewport_size(WINDOW)
    officer.sign_in(OFFICER)
    assert "/desk/" in officer.page.url, "an officer lands at the desk"
    officer.go(f"/desk/?{QUERY}")
    scripted(officer)
    return officer.page


def give_reason(page: Page) -> None:
    page.locator("#purpose").select_option("verify-documents")
    page.locator("#reason").fill("Mencocokkan NIK dengan dokumen.")


def papers_on(page: Page) -> int:
    return int(page.evaluate("new Set([...document.querySelectorAll('a[data-paper]')].map(a => a.dataset.paper)).size"))


def expect_paper(page: Page, number: int) -> None:
    """The paper of that number has been drawn, beside the answers and not below them."""
    expect(page.locator("[data-paper-place]")).to_have_text(f"{number} / {papers_on(page)}")
    picture = page.locator(".paper-view img")
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("picture => picture.naturalWidth") > 0
    answers, pane = (page.locator(selector).bounding_box() for selector in (".beside-papers > div", ".papers"))
    assert answers
    assert pane
    assert pane["x"] >= answers["x"] + answers["width"]


def test_ten_cases_by_mouse(person, stock: Stock):
    page = queue_of(person, stock)
    mouse, papers, checked = Mouse(page), 0, set()
    mouse.click("tbody a[data-peek]")
    mouse.onward(".peek .buttons a")
    mouse.click("[data-paper-step]")
    mouse.click("details:has(#purpose) summary")
    give_reason(page)
    mouse.onward("details:has(#purpose) .button")
    mouse.onward("main p .button")
    once = mouse.clicks
    while len(checked) < TEN:
        checked.add(page.url.split("/")[5])
        many = papers_on(page)
        expect_paper(page, 1)
        for number in range(2, many + 1):
            mouse.click(".papers [data-paper-step='1']")
            expect_paper(page, number)
        papers += many
        mouse.click(".reveal button")
        expect(page.locator("#revealed")).to_contain_text("NIK")
        mouse.onward("[data-step]")
    print(f"{TEN} cases, {papers} papers, {TEN} numbers: {mouse.clicks - once} clicks, and {once} once")
    assert papers >= TEN
    assert mouse.clicks - once == 2 * TEN + (papers - TEN), "step and number; the first paper opens by itself"
    compare("by mouse", mouse.clicks - once - (papers - TEN))


def test_ten_cases_by_keyboard(person, stock: Stock):
    page = queue_of(person, stock)
    keys, papers, checked = Keyboard(page), 0, set()
    keys.press("j")
    keys.onward("o")
    page.locator("details:has(#purpose) summary").press("Enter")
    give_reason(page)
    with page.expect_navigation():
        page.locator("#reason").press("Enter")
    keys.onward("u")
    keys.press("d")
    keys.pressed = 0
    while len(checked) < TEN:
        checked.add(page.url.split("/")[5])
        many = papers_on(page)
        expect_paper(page, 1)
        for number in range(2, many + 1):
            keys.press("d")
            expect_paper(page, number)
        papers += many
        keys.press("v")
        expect(page.locator("#revealed")).to_contain_text("NIK")
        keys.press("m")
        keys.onward("Enter")
    print(f"{TEN} cases, {papers} papers, {TEN} numbers: {keys.pressed} keys")
    assert keys.pressed == 3 * TEN + (papers - TEN), "number, to the step, the step; the first paper opens by itself"
    compare("by keyboard", keys.pressed - (papers - TEN))


def test_the_first_field_of_a_step_is_near(person, stock: Stock):
    page = queue_of(person, stock)
    keys = Keyboard(page)
    keys.press("j")
    keys.onward("o")
    keys.press("m", "m")
    keys.onward("Enter")
    assert page.url.endswith("#fields")
    keys.pressed = 0
    while not page.evaluate("document.activeElement.matches('#fields :is(input, textarea, select)')"):
        keys.press("Tab")
        assert keys.pressed <= FEW_TABS
    assert page.locator("h1").bounding_box()["y"] >= 0, "what the step is stays in sight"
    print(f"{keys.pressed} Tab to the first field")
