"""Lost connection: visited pages stay readable, typed and submitted data is kept and arrives once."""

import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Locator, Page, TimeoutError, expect

from kini.core.web_server import web_command
from kini.robot.scratch import ScratchCity, free_port
from tests.journeys.conftest import Person, Stock
from tests.journeys.proxy import Cut, Net, net
from tests.journeys.test_apply import EVERYTHING, SERVICE, answer

PHONE = {"width": 360, "height": 740}
#: An answer in one's own words.
TYPED = "main form [name=purpose]"
AWAY = "Tidak ada sambungan"
#: A service with few questions.
SHORT = "jakpreneur-enrolment"
#: Addresses and contents of all that the worker keeps of pages.
KEPT = """
async () => {
  const pages = await caches.open("kini-pages-1")
  const read = async key => key.url + await (await pages.match(key)).text()
  return (await Promise.all((await pages.keys()).map(read))).join()
}
"""
READY = "() => navigator.serviceWorker.controller !== null"


@pytest.fixture
def wire(city: str) -> Iterator[Net]:
    with net(city) as server:
        yield server


@pytest.fixture
def someone(chromium: Browser, wire: Net) -> Iterator[Person]:
    """A person with a phone whose service worker is active."""
    context = chromium.new_context(locale="id-ID", viewport=PHONE, has_touch=True, is_mobile=True)
    person = Person(context.new_page(), wire.address)
    person.go("/services/")
    person.page.wait_for_function(READY)
    yield person
    context.close()


def begin(person: Person, name: str = "", service: str = SERVICE) -> None:
    """Start an application (signed in, if a name is given) up to the first question."""
    if name:
        person.sign_in(name)
    person.go(f"/services/{service}/")
    person.press(person.page.locator('form[action$="/start/"] button').first)


def answer_all(person: Person) -> None:
    """Continue to the summary page."""
    for _ in range(EVERYTHING):
        if person.page.url.endswith("/check/"):
            return
        answer(person)


def strip(page: Page):
    return page.locator(".unsent")


def test_pages_that_were_seen_can_be_read(someone: Person, wire: Net):
    someone.go(f"/services/{SERVICE}/")
    title = someone.heading
    someone.sign_in("Agus Contoh")
    someone.go("/cases/")
    for seen in (f"/services/{SERVICE}/", "/"):  # kept a moment after they were shown
        until(someone.page, "async (path) => Boolean(await (await caches.open('kini-pages-1')).match(path))", seen)
    wire.cut = Cut.EVERYTHING
    someone.go(f"/services/{SERVICE}/")
    assert someone.heading == title
    expect(someone.page.locator(".seen")).to_contain_text("seperti yang Anda lihat")
    someone.go("/cases/")
    assert someone.heading == AWAY
    names = someone.page.locator("[data-copies] li strong").all_inner_texts()
    assert title in names
    assert "Permohonan saya" not in names
    someone.go("/")
    expect(someone.page.locator(".seen")).to_be_visible()
    assert someone.page.get_by_role("link", name="Masuk").count(), "what is kept is what a stranger sees"
    someone.go("/track/")
    assert someone.heading == AWAY
    wire.cut = Cut.NOTHING
    someone.press(someone.page.get_by_role("button", name="Coba lagi"))
    assert someone.heading != AWAY


def test_the_wifi_nearby_can_be_found_without_a_net(someone: Person, wire: Net):
    page = someone.page
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": -6.181234, "longitude": 106.834321})
    someone.sign_in("Agus Contoh")
    someone.go("/wifi/")
    someone.press(page.get_by_role("button", name="Pakai lokasi saya"))
    link = page.get_by_role("link", name="juga tanpa sambungan")
    title, area = link.inner_text(), link.get_attribute("href") or ""
    nearest = page.locator("h2.figures-title a").first.inner_text()
    for path in ("/wifi/", area):
        until(page, "async (path) => Boolean(await (await caches.open('kini-pages-1')).match(path))", path)
    kept = page.evaluate(KEPT)
    assert not re.search(r"csrfmiddlewaretoken|6[.]1812|106[.]8343|Agus Contoh", kept), (
        "public pages, nothing of the person"
    )
    wire.cut = Cut.EVERYTHING
    someone.go("/wifi/")
    expect(page.locator(".seen")).to_be_visible()
    someone.go(area)
    expect(page.locator("main")).to_contain_text(nearest)
    assert someone.heading.removeprefix("Wi-Fi gratis di ").split(":")[0] in title
    wire.cut = Cut.NOTHING


@pytest.mark.parametrize("cut", [Cut.EVERYTHING, Cut.ANSWERS], ids=["request-lost", "answer-lost"])
def test_what_is_sent_in_a_dead_spot_is_one_case(someone: Person, wire: Net, stock: Stock, cut: Cut):
    begin(someone, "Wati Contoh")
    before, visits = stock.sent("Wati Contoh"), stock.sent("Wati Contoh", SHORT)
    answer_all(someone)
    other = Person(someone.page.context.new_page(), someone.city) if cut is Cut.EVERYTHING else None
    if other:
        begin(other, service=SHORT)
        answer_all(other)
    wire.cut = cut
    someone.press(someone.page.locator('main form[action$="/check/"] button'))
    assert someone.heading == AWAY
    expect(strip(someone.page)).to_contain_text("Belum terkirim (1)")
    assert stock.sent("Wati Contoh") - before == (cut is Cut.ANSWERS)
    if other:
        other.press(other.page.locator('main form[action$="/check/"] button'))
        assert other.heading == AWAY
        for page in (someone.page, other.page):
            expect(strip(page)).to_contain_text("Belum terkirim (2)")
    wire.cut = Cut.NOTHING
    with someone.page.expect_navigation(url=re.compile("/sent/$")), suppress(TimeoutError):
        someone.page.get_by_role("button", name="Kirim sekarang").click(timeout=3_000)  # or it goes by itself before
    assert someone.page.locator("strong.reference").inner_text()
    expect(strip(someone.page)).to_have_count(0)
    assert stock.sent("Wati Contoh") - before == 1
    someone.go("/cases/")
    expect(strip(someone.page)).to_have_count(0)
    assert stock.sent("Wati Contoh", SHORT) - visits == (other is not None), "what waited beside it was sent, once, too"


ASK = """(words) => navigator.serviceWorker.ready.then(({ active }) => new Promise((done) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => done(data ?? null);
  active.postMessage(words, [port2]);
}))"""


#: What the phone keeps of what was typed at an address; and lets that be fifteen days old.
TYPED_AT = """(path) => new Promise((done) => {
  indexedDB.open("kini").onsuccess = ({ target }) => {
    const asked = target.result.transaction("typed").objectStore("typed").get(path);
    asked.onsuccess = () => done(asked.result ?? null);
  };
})"""
LONG_AGO = f"""async (path) => {{
  const row = await ({TYPED_AT})(path);
  await new Promise((done) => {{
    indexedDB.open("kini").onsuccess = ({{ target }}) => {{
      const at = row.at - 15 * 86_400_000;
      target.result.transaction("typed", "readwrite").objectStore("typed").put({{ ...row, at }}).onsuccess = done;
    }};
  }});
}}"""


def until(page: Page, condition: str, given: object = None) -> None:
    """Wait until an asynchronous function of the page returns true."""
    page.evaluate(
        f"""async (given) => {{
          const latest = Date.now() + 15_000;
          while (!await ({condition})(given)) {{
            if (Date.now() > latest) throw new Error("it never came to that");
            await new Promise((next) => {{ setTimeout(next, 20); }});
          }}
        }}""",
        given,
    )


def typed(person: Person, words: str) -> tuple[Locator, str]:
    """Type into the first text question, wait until the phone has stored it; return the input and its old value."""
    line = person.page.locator(TYPED)
    while not line.is_visible():
        answer(person)
    before = line.input_value()
    mark = person.page.locator("input[name=keep]").input_value().partition(":")[0]
    question = {"deed": "typed", "path": person.page.url.removeprefix(person.city), "person": mark}
    expect(person.page.locator("form[data-keeps]")).to_be_visible()
    group = person.page.locator("main form input[type=radio]")
    if group.count():
        group.first.check()
    line.fill(words)
    until(person.page, f"async (words) => await ({ASK})(words) !== null", question)
    return line, before


def test_what_was_typed_is_sent_for_the_same_person_alone(someone: Person, wire: Net):
    begin(someone, "Budi Contoh")
    typed(someone, "Untuk beasiswa anak")
    address = someone.page.url.removeprefix(someone.city)
    wire.cut = Cut.EVERYTHING
    someone.press(someone.page.locator("main form button.button:not([type=button])").first)
    expect(strip(someone.page)).to_contain_text("Belum terkirim (1)")
    session = someone.page.context.cookies()
    someone.page.context.clear_cookies()
    wire.cut = Cut.NOTHING
    someone.go("/services/")
    strip(someone.page).locator("summary").click()
    expect(strip(someone.page).get_by_role("link", name="Masuk untuk mengirimnya")).to_be_visible()
    assert strip(someone.page).get_by_role("link").count() == 1, "strangers do not read what waits"

    someone.sign_in("Agus Contoh")
    nothing = (
        f"async () => {{ const all = await ({ASK})({{ deed: 'list' }}); return !(all.items.length + all.others); }}"
    )
    until(someone.page, nothing)  # the worker learns of the new person after the page has loaded
    expect(strip(someone.page)).to_have_count(0)

    someone.page.context.clear_cookies()
    someone.page.context.add_cookies(session)
    someone.go("/services/")
    until(someone.page, f"async () => (await ({ASK})({{ deed: 'send' }})).items.length === 0")
    someone.go(address)
    assert someone.page.locator(TYPED).get_attribute("value") == "Untuk beasiswa anak", "as the city gives it"


def test_the_strip_stays_while_it_is_told_more(someone: Person, wire: Net):
    begin(someone, "Budi Contoh")
    other = Person(someone.page.context.new_page(), someone.city)
    other.go(someone.page.url.removeprefix(someone.city))
    answer(other)
    wire.cut = Cut.EVERYTHING
    answer(someone)
    expect(strip(someone.page)).to_contain_text("Belum terkirim (1)")
    send = strip(someone.page).get_by_role("button", name="Kirim sekarang").element_handle()
    first = strip(someone.page).get_by_role("button", name="Buang").element_handle()
    answer(other)
    expect(strip(someone.page)).to_contain_text("Belum terkirim (2)")
    expect(strip(someone.page).get_by_role("listitem")).to_have_count(2)
    first.click()
    expect(strip(someone.page)).to_contain_text("Belum terkirim (1)")
    expect(strip(someone.page).get_by_role("listitem")).to_have_count(1)
    send.click()
    expect(strip(someone.page)).to_have_count(1)
    strip(someone.page).get_by_role("button", name="Buang").click()
    expect(strip(someone.page)).to_have_count(0)


def test_what_was_typed_is_there_again_until_the_sign_out(someone: Person):
    begin(someone, "Agus Contoh")
    line, before = typed(someone, "Baru separuh")
    address = someone.page.url.removeprefix(someone.city)
    someone.page.reload()
    expect(line).to_have_value("Baru separuh")
    someone.page.get_by_role("button", name="Pakai yang sudah tersimpan").click()
    expect(line).to_have_value(before)

    typed(someone, "Lama")
    someone.page.evaluate(LONG_AGO, address)
    someone.page.reload()
    until(someone.page, f"async (path) => await ({TYPED_AT})(path) === null", address)

    typed(someone, "Lagi")
    cached = f"caches.match('/services/{SERVICE}/').then(Boolean)"
    until(someone.page, f"() => {cached}")
    mark = someone.page.locator("input[name=keep]").input_value().partition(":")[0]
    someone.go("/me/")
    someone.press(someone.page.locator('form[action^="/sign-out/"] button'))
    assert someone.page.evaluate(ASK, {"deed": "typed", "path": address, "person": mark}) is None
    assert not someone.page.evaluate(cached)


#: The browser could install the city: its event, with a prompt that counts; and whether the page held the browser back.
OFFER = """() => {
  const event = new Event("beforeinstallprompt", { cancelable: true });
  event.prompt = () => { window.asked = (window.asked ?? 0) + 1; };
  window.dispatchEvent(event);
  return event.defaultPrevented;
}"""
LOOKED = "() => performance.getEntriesByType('resource').some(({ name }) => name.includes('/app.'))"


def test_the_offer_to_install_waits_for_a_second_day_and_stays_away_once_refused(someone: Person):
    hint = someone.page.locator(".card.install")

    def offered() -> None:
        someone.go("/")
        assert someone.page.evaluate(OFFER), "the browser asks only when somebody wants it"
        someone.page.wait_for_function(LOOKED)

    offered()
    expect(hint).to_have_count(0)
    someone.page.evaluate("localStorage.setItem('days', 2)")
    offered()
    hint.get_by_role("button", name="Tidak, terima kasih").click()
    offered()
    expect(hint).to_have_count(0)
    someone.page.evaluate("localStorage.removeItem('install')")
    offered()
    hint.get_by_role("button", name="Pasang").click()
    assert someone.page.evaluate("window.asked") == 1
    expect(hint).to_have_count(0)


def test_the_worker_goes_where_it_is_switched_off(someone: Person, wire: Net, scratch: ScratchCity):
    port = free_port()
    env = ScratchCity(scratch.env | {"KINI_WORKER": "off"}, scratch.var, scratch.supervisor, scratch.database)
    env.start("web without a worker", web_command("127.0.0.1", port, workers=1, threads=2), port)
    wire.turn_to(port)
    someone.go("/services/")
    until(someone.page, "async () => !await navigator.serviceWorker.getRegistration()")
    assert someone.page.evaluate("caches.keys()") == []
