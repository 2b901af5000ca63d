"""Photos on a phone: seen before they are sent, taken one by one, put aside when wrong; a lost connection is said."""

from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Person
from tests.journeys.test_newcomer import PIXELS

SERVICE = "general-complaint"
PHONE = {"width": 360, "height": 740}


def phone(chromium: Browser, city: str) -> Person:
    context = chromium.new_context(locale="id-ID", viewport=PHONE, has_touch=True, is_mobile=True)
    context.set_default_timeout(20_000)
    return Person(context.new_page(), city)


def take(page: Page, number: int) -> None:
    """What a camera hands over."""
    picture = {"name": f"foto-{number}.png", "mimeType": "image/png", "buffer": PIXELS[number]}
    page.locator("input[type=file]").first.set_input_files(picture)


def test_photos_are_taken_one_after_the_other_and_seen_before_they_are_sent(chromium: Browser, city: str):
    someone = phone(chromium, city)
    someone.go(f"/services/{SERVICE}/")
    someone.page.locator('form[action$="/start/"] button').first.click()
    page = someone.page
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Ambil foto").click()
    assert chooser.value.is_multiple()
    take(page, 0)
    take(page, 1)
    shown = page.locator(".previews li")
    expect(shown).to_have_count(2)
    expect(shown.first.locator("img")).to_have_js_property("naturalWidth", 1)
    shown.first.get_by_role("button", name="foto-0.png").click()
    expect(shown).to_have_count(1)
    take(page, 0)
    someone.press(page.get_by_role("button", name="Lanjutkan"))
    page.go_back()
    page.reload()
    expect(page.locator(".checklist li")).to_have_count(2)
    page.context.close()


def test_a_lost_connection_is_said_and_taken_back(chromium: Browser, city: str):
    someone = phone(chromium, city)
    someone.go("/services/")
    banner = someone.page.get_by_text("Anda sedang luring")
    expect(banner).to_be_hidden()
    someone.page.context.set_offline(True)
    expect(banner).to_be_visible()
    someone.page.context.set_offline(False)
    expect(banner).to_be_hidden()
    someone.page.context.close()
