"""Keyboard only: apply, correct a mistake, move a case."""

import pytest

from tests.journeys.conftest import Person
from tests.journeys.test_apply import AGENCY, EVERYTHING, EXAMPLES, PIXEL, SERVICE, apply

#: Presses of Tab after which what one looks for must have come.
FAR = 150
HERE = """() => {
  const { tagName, type, name, value, id } = document.activeElement;
  return { tag: tagName, type: type || "", name: name || "", value: value || "", id };
}"""
#: The part of a form that counts as filled in already.
DONE = "() => document.activeElement.matches(':checked, fieldset:has(:checked) [type=radio]')"


def has_focus(person: Person, selector: str) -> bool:
    return person.page.evaluate("selector => document.activeElement.matches(selector)", selector)


def tab_to(person: Person, selector: str) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(FAR):
        person.page.keyboard.press("Tab")
        if has_focus(person, selector):
            return
    raise AssertionError(f"{selector} cannot be reached with Tab on {person.page.url}")


def enter(person: Person, selector: str) -> None:
    """Focus a link or button and press it; wait for the next page."""
    tab_to(person, selector)
    with person.page.expect_navigation():
        person.page.keyboard.press("Enter")


def sign_in(person: Person, name: str) -> None:
    person.go("/demo/sign-in/")
    button = person.page.get_by_role("button", name=name).first
    button.evaluate("each => each.setAttribute('data-here', '')")
    enter(person, "button[data-here]")


def answer(person: Person) -> None:
    """Skip to the content, fill in the page and continue."""
    keys = person.page.keyboard
    keys.press("Tab")
    assert has_focus(person, ".skip")
    keys.press("Enter")
    for _ in range(FAR):
        keys.press("Tab")
        if has_focus(person, "main form button.button"):
            with person.page.expect_navigation():
                keys.press("Enter")
            return
        if has_focus(person, "main form :is(input, select, textarea)"):
            fill(person)
    raise AssertionError(f"no button can be reached with Tab on {person.page.url}")


def fill(person: Person) -> None:
    """Fill in the focused input."""
    here, keys = person.page.evaluate(HERE), person.page.keyboard
    match here["tag"], here["type"]:
        case "INPUT", "file":
            with person.page.expect_file_chooser() as chooser:
                keys.press("Space")
            chooser.value.set_files({"name": "photo.png", "mimeType": "image/png", "buffer": PIXEL})
        case "INPUT", "radio" | "checkbox":
            if not person.page.evaluate(DONE):
                keys.press("Space")
        case "SELECT", _:
            keys.press("ArrowDown")
        case _ if not here["value"]:
            keys.type(EXAMPLES.get(here["name"], "Keperluan sekolah"))


def test_the_skip_link_leads_past_everything_that_pages_share(person):
    someone = person()
    someone.go("/services/")
    someone.page.keyboard.press("Tab")
    assert has_focus(someone, ".skip")
    assert someone.page.locator(".skip").bounding_box()["y"] >= 0
    someone.page.keyboard.press("Enter")
    someone.page.keyboard.press("Tab")
    assert has_focus(someone, "main *")


def test_a_resident_applies_without_a_mouse(person):
    resident = person()
    # Somebody who always listens: else Chromium may still be about to show its own dialog for the file before.
    resident.page.on("filechooser", lambda chooser: None)
    sign_in(resident, "Agus Contoh")
    resident.go(f"/services/{SERVICE}/")
    enter(resident, 'form[action$="/start/"] button')
    for _ in range(EVERYTHING):
        if resident.page.url.endswith("/check/"):
            break
        answer(resident)
    enter(resident, 'main form[action$="/check/"] button')
    assert resident.page.locator("strong.reference").inner_text().startswith("KINI-")


def test_a_mistake_is_told_first_and_found_with_one_key(person):
    someone = person()
    someone.go("/track/")
    enter(someone, "main form button")
    assert someone.page.title().startswith("Kesalahan: ")
    if someone.page.evaluate("() => document.activeElement === document.body"):
        pytest.skip("needs JavaScript to be there at once; without it the title and the alert tell")
    assert has_focus(someone, "[data-error-summary]")
    someone.page.keyboard.press("Tab")
    someone.page.keyboard.press("Enter")
    assert has_focus(someone, "input[name=reference]")


def test_an_officer_moves_a_case_without_a_mouse(person, stock):
    resident, officer = person(), person()
    resident.sign_in("Budi Contoh")
    reference = apply(resident, SERVICE)
    sign_in(officer, f"Petugas {AGENCY}")
    officer.go("/desk/?view=all")
    enter(officer, f'main a[href*="{reference}"]')
    enter(officer, 'a[href*="/moves/reject/"], form[action*="/moves/reject/"] button')
    tab_to(officer, "[name=reason]")
    officer.page.keyboard.type("Dokumen tidak sesuai.")
    enter(officer, 'main form[action*="/moves/reject/"] .buttons button')
    assert stock.carry_out() == 1
    resident.go(f"/cases/{reference}/")
    assert "Dokumen tidak sesuai." in resident.page.locator("main").inner_text()
