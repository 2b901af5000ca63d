"""An epidemic in real browsers: a result, a contact who is followed and becomes a case, a warning, a curve."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from kini.epidemic.checkin.venue_code import VenueCode, new_seed
from kini.web.formats import today
from tests.journeys.conftest import Person, Stock
from tests.journeys.test_dead_spot import READY, until

pytestmark = pytest.mark.long
PHONE = {"width": 360, "height": 740}


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


@pytest.fixture
def visitor(chromium: Browser, city: str) -> Iterator[Callable[[], Person]]:
    """People without an account, each with a phone in the city's time."""
    contexts = []

    def make() -> Person:
        contexts.append(chromium.new_context(viewport=PHONE, locale="id-ID", timezone_id="Asia/Jakarta"))
        return Person(contexts[-1].new_page(), city)

    yield make
    for context in contexts:
        context.close()


def test_a_resident_sees_the_curve_of_the_own_kelurahan(signed_in: Callable[[str], Person], stock: Stock) -> None:
    stock.wave(100)
    assert stock.wave(3000) > 3000, "in place of the first one"
    resident = signed_in("Budi Contoh")
    resident.go("/epidemic/covid-19/mine/")
    page = resident.page
    assert page.locator("svg").count() >= 1
    text = page.locator("main").inner_text()
    assert "Minggu demi minggu" in text
    assert "per 100.000" in text
    resident.go("/epidemic/covid-19/areas/")
    assert page.locator("svg [id], svg path, svg use").count() > 100, "the map of the kelurahan"


def test_a_result_becomes_a_case_whose_contact_is_followed(signed_in: Callable[[str], Person], stock: Stock) -> None:
    case = stock.laboratory_result("Contoh Indeks", "+6281234567801")
    tracer = signed_in("Petugas pelacak kontak")
    page = tracer.page
    tracer.go(f"/desk/case-records/{case}/")
    expect(page.locator("h1")).to_contain_text("Contoh Indeks")
    expect(page.locator("main")).to_contain_text("Konfirmasi")
    tracer.go("/desk/tracing/")
    tracer.press(page.get_by_role("link", name=case))
    page.locator("#name").fill("Contoh Kontak")
    page.locator("#phone").fill("081234567802")
    page.locator("[name=relation]").first.locator("xpath=..").click()
    page.locator("[name=setting]").first.locator("xpath=..").click()
    page.locator("#last_day").fill(page.locator("#last_day").get_attribute("max") or "")
    tracer.press(page.get_by_role("button", name="Simpan kontak ini"))
    expect(page.locator("main")).to_contain_text("Contoh Kontak")

    tracer.press(page.get_by_role("link", name="Contoh Kontak"))
    address = page.url
    tracer.press(page.get_by_role("button", name="Tanpa gejala"))
    page.goto(address)
    expect(page.locator("main")).to_contain_text("tanpa gejala")

    # The laboratory knows no number of hers, so her result is another record until an officer compares the two.
    second = stock.laboratory_result("Contoh Kontak", "+6281234567802")
    page.goto(address)
    expect(page.locator("main")).not_to_contain_text(second)
    stock.same_person("Contoh Kontak")
    page.goto(address)
    expect(page.locator("main")).to_contain_text(second)
    tracer.go("/desk/tracing/")
    expect(page.locator("main")).not_to_contain_text("Contoh Kontak")
    tracer.go(f"/desk/tracing/cases/{case}/chain/")
    expect(page.locator("main svg").first).to_be_visible()
    expect(page.locator("main tbody tr")).to_have_count(2)


def test_a_visitor_of_the_same_place_is_warned(visitor: Callable[[], Person], stock: Stock) -> None:
    """The phones keep the visits; the server gets numbers without names, and passes them on to all phones."""
    cafe, elsewhere = (VenueCode(name, "restaurant", 60, new_seed()) for name in ("Warung Satu", "Warung Dua"))
    ill, near, far = visitor(), visitor(), visitor()
    visit(ill, cafe, "09:00", 90)
    visit(near, cafe, "09:30", 60)
    visit(far, elsewhere, "09:30", 60)
    ill.go(f"/check-in/warn/#{stock.positive_result()}")
    page = ill.page
    page.locator("[data-ask] button").click()
    expect(page.locator("[data-choice]")).to_contain_text("Warung Satu")
    page.locator("[data-choice] button").click()
    expect(page.locator("[data-sent]")).to_be_visible()

    assert stock.publish_warnings() > 0
    for each, count in ((near, 1), (far, 0)):
        # Hours later: what the browser keeps for a minute is old.
        each.page.context.new_cdp_session(each.page).send("Network.clearBrowserCache")
        each.go("/check-in/")
        expect(each.page.locator("[data-check-in][data-matched]")).to_have_attribute("data-matched", str(count))
        expect(each.page.locator("[data-warnings] [data-shown]")).to_have_count(count)
        expect(each.page.locator("[data-clear]")).to_be_visible(visible=not count)
    warned = near.page.locator("[data-warnings] [data-shown]").inner_text()
    assert "COVID-19" in warned
    assert "Warung" not in warned


def visit(person: Person, venue: VenueCode, time: str, minutes: int) -> None:
    """Add a visit of yesterday to the person's phone."""
    page = person.page
    person.go(f"/check-in/#1.{venue.payload}")
    expect(page.locator("[data-arrived]")).to_contain_text(venue.name)
    page.locator("[data-arrived] summary").click()
    page.locator("#from").fill(f"{today() - timedelta(days=1)}T{time}")
    page.locator("#minutes").fill(str(minutes))
    page.locator("[data-past] button").click()
    expect(page.locator(".visits")).to_contain_text(venue.name)


def test_what_a_nurse_records_without_a_net_waits_encrypted_and_is_sent_once(
    signed_in: Callable[[str], Person], stock: Stock
) -> None:
    nurse = signed_in("Perawat puskesmas")
    page = nurse.page
    nurse.go("/desk/case-records/record/covid-19/")
    page.wait_for_function(READY)
    form = "/desk/case-records/record/covid-19/"
    nurse.go(form)
    until(page, "async (path) => Boolean(await (await caches.open('kini-pages-1')).match(path))", form)
    page.context.set_offline(True)
    nurse.go(form)
    page.locator("[name=name]").fill("Contoh Tanpa Jaringan")
    page.locator("[data-area] [role=combobox]").fill("Kapuk")
    page.get_by_role("option").first.click()
    expect(page.locator("form[data-keeps]")).to_be_visible()
    nurse.press(page.locator("main form button").last)
    expect(page.locator(".unsent")).to_contain_text("Belum terkirim (1)")
    kept = page.evaluate(KEPT)
    assert kept["rows"] >= 1
    assert "Jaringan" not in kept["text"]
    assert not kept["extractable"]
    page.context.set_offline(False)
    expect(page.locator("h1")).to_contain_text("Contoh Tanpa Jaringan")
    expect(page.locator(".unsent")).to_have_count(0)
    assert stock.patients("Contoh Tanpa Jaringan") == 1


#: All that waits on the phone as text, and whether its key can be read out.
KEPT = """async () => {
  const asked = indexedDB.open("kini");
  await new Promise((done) => { asked.onsuccess = done; });
  const all = (name) => new Promise((done) => {
    const rows = asked.result.transaction(name).objectStore(name).getAll();
    rows.onsuccess = () => done(rows.result);
  });
  const rows = [...await all("unsent"), ...await all("typed")], facts = await all("facts");
  const text = rows.map((each) => new TextDecoder().decode(each.data)).join() + JSON.stringify(rows);
  return { rows: rows.length, text, extractable: facts.some((each) => each.key?.extractable) };
}"""
