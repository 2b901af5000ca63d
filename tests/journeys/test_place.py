"""Location input: by device position, typing, or a pin moved with buttons; without JavaScript by address and list."""

import pytest
from playwright.sync_api import expect

from tests.journeys.test_apply import PIXEL

SERVICE = "flood-report"
HERE = {"latitude": -6.1848, "longitude": 106.8294}
ELSEWHERE = {"latitude": -7.25, "longitude": 112.75}


def at_the_place(person):
    """A person on the location question."""
    someone = person()
    someone.go(f"/services/{SERVICE}/")
    someone.page.locator('form[action$="/start/"] button').first.click()
    someone.page.locator("input[type=file]").last.set_input_files(
        {"name": "photo.png", "mimeType": "image/png", "buffer": PIXEL}
    )
    go_on(someone)
    expect(someone.page.locator("[data-place]")).to_be_visible()
    return someone


def go_on(someone) -> None:
    someone.press(someone.page.get_by_role("button", name="Lanjutkan").last)


def scripted(someone) -> None:
    """Skip without JavaScript."""
    if not someone.page.locator("[data-locate]").is_visible():
        pytest.skip("needs JavaScript")


def test_by_address_and_area(person):
    someone = at_the_place(person)
    someone.page.locator('[name="location.text"]').fill("Jalan Contoh 1")
    if someone.page.get_by_role("combobox", name="Kelurahan").evaluate("each => each.tagName") == "INPUT":
        finder = someone.page.get_by_role("combobox", name="Kelurahan")
        finder.press_sequentially("keb si")
        finder.press("ArrowDown")
        finder.press("Enter")
        expect(finder).to_have_value("Kebon Sirih")
    else:
        someone.page.get_by_label("Kelurahan").select_option(label="Kebon Sirih")
    go_on(someone)
    assert not someone.page.url.endswith("/location/")
    someone.page.go_back()
    expect(someone.page.locator('[name="location.area"]')).to_have_value("31.71.06.1005")


def test_by_the_phone(person):
    someone = at_the_place(person)
    scripted(someone)
    someone.page.context.grant_permissions(["geolocation"])
    someone.page.context.set_geolocation(HERE)
    someone.page.locator("[data-locate]").click()
    expect(someone.page.locator("[data-place-words]")).to_contain_text("Kelurahan Kebon Sirih")
    go_on(someone)
    assert not someone.page.url.endswith("/location/")


def test_outside_the_city(person):
    someone = at_the_place(person)
    scripted(someone)
    someone.page.context.grant_permissions(["geolocation"])
    someone.page.context.set_geolocation(ELSEWHERE)
    someone.page.locator("[data-locate]").click()
    expect(someone.page.locator("[data-place-words]")).to_contain_text("di luar Jakarta")
    go_on(someone)
    assert someone.page.url.endswith("/location/")


def test_by_a_pin_that_buttons_move(person):
    someone = at_the_place(person)
    scripted(someone)
    page = someone.page
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.get_by_role("button", name="Tunjuk di peta").click()
    expect(page.locator(".map-credits")).to_contain_text("OpenStreetMap")
    whole = page.locator(".map-pane").get_attribute("viewBox")
    page.get_by_role("button", name="Perbesar", exact=True).click()
    expect(page.locator(".map-pane")).not_to_have_attribute("viewBox", whole or "")
    page.get_by_role("button", name="Pin ke kanan").click()
    words = page.locator("[data-place-words]")
    expect(words).to_contain_text("Kelurahan")
    before = page.locator("input[data-lat]").input_value()
    page.get_by_role("button", name="Pin ke atas").click()
    expect(page.locator("input[data-lat]")).not_to_have_value(before)
    assert float(page.locator("input[data-lat]").input_value()) > float(before)
    assert all(url.startswith((someone.city, "data:", "blob:")) for url in requests)
    page.locator(".city-map > svg").click(position={"x": 150, "y": 150})
    expect(page.locator(".map-pin")).to_be_visible()
    assert before != page.locator("input[data-lat]").input_value()
    go_on(someone)
    assert not page.url.endswith("/location/")
