"""A first-time user applies for a birth certificate on a phone within three minutes."""

import base64
import re
import secrets

from playwright.sync_api import Locator

from tests.journeys.pace import Pace

THREE_MINUTES = 180
PIXELS = [
    base64.b64decode(each)
    for each in (
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    )
]
#: What is typed, by the name of the input (and "number", another one for everybody). The rest is chosen,
#: photographed or left out.
TYPED = {
    "name": "Warga Contoh",
    "address": "Jalan Contoh 12 RT 3 RW 4",
    "family_card": "3171012304500001",
    "child_name": "Anak Contoh",
    "birth_order": "1",
    "birth_date.day": "3",
    "birth_date.month": "11",
    "birth_date.year": "2026",
    "birth_place": "RSUD Contoh",
}
CHOSEN = {"child_sex": "Perempuan", "relation": "Ibu"}
#: Papers of which there are two.
TWO = {"witness_cards"}
MOST_PAGES = 40


def test_a_newcomer_asks_for_a_birth_certificate_in_three_minutes(person):
    someone = person()
    pace = Pace(someone.page)
    number = f"317101440790{secrets.randbelow(9000) + 1000}"
    someone.go("/")
    pace.type(someone.page.locator("main input[name=q]"), "akta kelahiran")
    pace.tap(someone.page.locator("main form.search button"))
    pace.tap(someone.page.locator("main").get_by_role("link", name="Akta kelahiran").first)
    pace.tap(someone.page.locator('form[action$="/start/"] button, main a.button').first)
    sign_in(someone, pace)
    for _ in range(MOST_PAGES):
        if someone.page.url.endswith("/check/"):
            break
        answer(pace, TYPED | {"number": number})
    pace.tap(someone.page.locator('main form[action$="/check/"] button'))
    reference = someone.page.locator("strong.reference").inner_text()
    assert re.fullmatch(r"KINI-[0-9A-Z]{4}-[0-9A-Z]{4}", reference)
    print(pace, *pace.read, sep="\n")
    assert pace.seconds < THREE_MINUTES, f"{pace}: {pace.read}"


def sign_in(someone, pace: Pace) -> None:
    """Sign in by code with an unknown number."""
    number = f"0813{secrets.randbelow(10**8):08d}"
    pace.type(someone.page.locator("main input[name=contact]"), number)
    pace.tap(someone.page.locator("main form button").first)
    outbox = someone.page.context.new_page()
    outbox.goto(f"{someone.city}/outbox/")
    message = outbox.locator("main").inner_text()
    outbox.close()
    match = re.search(r"\b(\d{6})\b", message[message.index(number[1:4]) :])
    assert match, "no code in the outbox"
    pace.type(someone.page.locator("main input[name=code]"), match.group(1))
    pace.tap(someone.page.locator("main form button").first)


def answer(pace: Pace, typed: dict[str, str]) -> None:
    """Answer the page with minimal effort and continue."""
    before = pace.page.url
    form = pace.page.locator("main form:has(button.button)").first
    for line in form.locator("input:visible, textarea:visible").all():
        fill(pace, line, typed)
    for box in form.locator("select:visible").all():
        pace.choose(box, "Kebon Sirih")
    pace.tap(form.locator("button.button:not([type=button])").first)
    assert pace.page.url != before, pace.page.locator("main").inner_text()


def fill(pace: Pace, line: Locator, typed: dict[str, str]) -> None:
    name, kind = line.get_attribute("name") or "", line.get_attribute("type") or "text"
    if kind == "radio":
        if line.evaluate("each => each.labels[0].innerText") == CHOSEN[name]:
            pace.tap(line)
    elif kind == "file":
        pace.photograph(line, *PIXELS[: 2 if name in TWO else 1])
    elif line.get_attribute("role") == "combobox":
        pace.choose(line, "Kebon Sirih")
    elif name in typed and not line.input_value():
        pace.type(line, typed[name])
