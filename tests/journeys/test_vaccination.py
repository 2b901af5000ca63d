"""A vaccinator on a phone in a real browser: few taps, no net, sent twice, an answer that was lost."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Route, expect

from tests.journeys.conftest import Person
from tests.journeys.test_dead_spot import until

pytestmark = pytest.mark.long
PHONE = {"width": 360, "height": 740}
MOST_TAPS = 10


class Vaccinator(Person):
    """Somebody who counts what they tap."""

    taps = 0

    def tap(self, target: Locator) -> None:
        type(self).taps += 1
        target.click()

    def arrive(self, name: str) -> None:
        """Check somebody in who has no appointment."""
        self.go(f"{self.site}walk-in/")
        self.page.locator("#campaign").select_option("covid-19")
        self.page.locator("#name").fill(name)
        self.page.locator("#born").fill("17/5/1990")
        self.press(self.page.locator("main form button").first)
        new = self.page.locator("button[name=person][value=new]")
        if new.count():
            self.press(new)

    def vaccinate(self, name: str) -> None:
        """Give a usual dose to somebody of the list."""
        page, before = self.page, self.taps
        self.tap(page.locator("[data-part=people] button", has_text=name))
        self.tap(page.get_by_text("Cocok", exact=True))
        for number in page.locator("[data-part=numbers] fieldset").all():
            self.tap(number.locator(".choice").last)
        self.tap(page.locator("[data-usual]"))
        self.tap(page.locator("[data-given]"))
        expect(page.locator("[data-part=observed]")).to_contain_text(name)
        assert self.taps - before <= MOST_TAPS

    @property
    def site(self) -> str:
        """Address of the site of the page."""
        address = re.search(r"/desk/vaccination/at/[^/]+/", self.page.url)
        assert address
        return address[0]


@pytest.fixture
def vaccinator(chromium: Browser, city: str) -> Iterator[Vaccinator]:
    context = chromium.new_context(viewport=PHONE, locale="id-ID")
    someone = Vaccinator(context.new_page(), city)
    someone.sign_in("Vaksinator")
    yield someone
    context.close()


def doses_today(person: Vaccinator) -> int:
    person.go(person.site)
    return int(person.page.locator(".figures > *", has_text="sudah divaksin hari ini").inner_text().split()[0])


def test_a_day_without_a_net_is_sent_once(vaccinator: Vaccinator) -> None:
    page, names = vaccinator.page, [f"Contoh {each}" for each in ("Satu", "Dua", "Tiga")]
    vaccinator.go("/desk/vaccination/")
    before = doses_today(vaccinator)
    for name in names:
        vaccinator.arrive(name)
    vaccinator.go(f"{vaccinator.site}phone/")
    ready = page.locator("[data-phone][data-ready]")
    expect(ready).to_be_visible()
    vaccinator.vaccinate(names[0])
    expect(page.locator("[data-part=status]")).to_contain_text("terkirim")

    page.context.set_offline(True)
    page.reload()
    expect(ready).to_be_visible()
    expect(page.locator("[data-part=people]")).not_to_contain_text(names[0])
    vaccinator.vaccinate(names[1])
    expect(page.locator("[data-part=status]")).to_contain_text("Belum terkirim: 1")
    page.reload()
    expect(page.locator("[data-part=status]")).to_contain_text("Belum terkirim: 1")
    page.context.set_offline(False)
    expect(page.locator("[data-part=status]")).to_contain_text("Semua sudah terkirim")

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/phone/entries/", lose)
    vaccinator.vaccinate(names[2])
    expect(page.locator("[data-part=status]")).to_contain_text("Belum terkirim: 1")
    page.unroute("**/phone/entries/")
    page.reload()
    expect(page.locator("[data-part=status]")).to_contain_text("Semua sudah terkirim")
    assert doses_today(vaccinator) == before + len(names)


def test_the_phone_keeps_names_encrypted_and_forgets_them_with_the_sign_out(vaccinator: Vaccinator) -> None:
    page = vaccinator.page
    vaccinator.go("/desk/vaccination/")
    vaccinator.arrive("Contoh Rahasia")
    day = f"{vaccinator.site}phone/"
    vaccinator.go(day)
    expect(page.locator("[data-phone][data-ready]")).to_be_visible()
    stored = page.evaluate(READ)
    assert stored["days"] == 1
    assert "Rahasia" not in stored["text"]
    assert not stored["extractable"]
    vaccinator.go("/me/")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    vaccinator.press(page.locator('form[action^="/sign-out/"] button'))
    until(page, f"async () => {{ const kept = await ({READ})(); return !kept.days && !kept.keys; }}")
    page.context.set_offline(True)
    page.goto(f"{vaccinator.city}{day}", wait_until="commit")
    expect(page.locator("body")).not_to_contain_text("Contoh Rahasia")


#: Number of kept days, all that is stored as text, and whether the key can be read out.
READ = """async () => {
  const asked = indexedDB.open("kini-vaccination");
  await new Promise((done) => { asked.onsuccess = done; });
  const all = (name) => new Promise((done) => {
    const rows = asked.result.transaction(name).objectStore(name).getAll();
    rows.onsuccess = () => done(rows.result);
  });
  const days = await all("days"), keys = await all("keys");
  const text = days.map((each) => new TextDecoder().decode(each.data)).join() + JSON.stringify(days);
  return { days: days.length, keys: keys.length, text, extractable: keys.some((each) => each.key.extractable) };
}"""
