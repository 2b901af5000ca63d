"""Journeys that are counted: everyday errands of residents on a phone, with minimal effort."""

import base64
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatch

from playwright.sync_api import Locator

from tests.journeys.conftest import Person, Stock
from tests.journeys.pace import Pace
from tests.journeys.test_apply import AGENCY, SERVICE, apply, desk_move

KNOWN = "Budi Contoh"
GRANDMOTHER = "3171014403500001"
AREA = "Kebon Sirih"
MOST_PAGES = 40
CHECK = "*/check/"
PICTURES = [
    base64.b64decode(each)
    for each in (
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    )
]
#: What is typed, by the name of the input. The rest is chosen, photographed or left out.
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
    "plate": "B1234KNI",
    "chassis_last5": "90417",
    "location.text": "Depan masjid",
    "description": "Lubang besar di depan sekolah.",
    "purpose": "Keperluan sekolah",
}
#: Choices, by the name of the group and their label.
CHOSEN = {
    ("child_sex", "Perempuan"),
    ("relation", "Ibu"),
    ("relation", "Nenek atau kakek saya"),
    ("problem", "Jalan berlubang"),
    ("visibility", "Privat: hanya saya dan petugas"),
    ("event", "Kebakaran"),
    ("clinic", "Dokter umum"),
    ("group", "Tidak"),
    ("payer", "Dengan JKN (BPJS Kesehatan)"),
    ("mobility", "Perlu dibantu"),
}
#: Papers of which there are two.
TWO = {"witness_cards"}


@dataclass
class Walk:
    """Somebody on the way, with what they type."""

    someone: Person
    pace: Pace
    stock: Stock
    person: Callable[[], Person]
    typed: dict[str, str] = field(default_factory=TYPED.copy)

    @property
    def main(self) -> Locator:
        return self.someone.page.locator("main")

    def set_out(self, path: str = "/") -> None:
        """Open the page where the journey begins, and count from there."""
        self.pace = Pace(self.someone.page)
        self.someone.go(path)

    def follow(self, name: str | re.Pattern[str]) -> None:
        self.pace.turn(self.main.get_by_role("link", name=name).first)

    def search(self, words: str, service: str) -> None:
        self.pace.type(self.main.locator("input[name=q]"), words)
        self.pace.turn(self.main.locator("form.search button"))
        self.follow(re.compile(re.escape(service)))

    def start(self) -> None:
        self.pace.turn(self.main.locator('form[action$="/start/"] button').first)

    def answer_all(self, until: str = CHECK) -> None:
        """Answer page after page up to the one with an address like this."""
        for _ in range(MOST_PAGES):
            if fnmatch(self.someone.page.url.partition("?")[0], until):
                return
            self.answer()
        raise AssertionError(f"no end of questions at {self.someone.page.url}")

    def answer(self) -> None:
        """Answer the page with minimal effort and continue."""
        before = self.someone.page.url
        form = self.main.locator("form:has(button.button)").first
        for line in form.locator("input:visible, textarea:visible").all():
            self.fill(line)
        for box in form.locator("select:visible").all():
            self.pace.choose(box, AREA)
        self.pace.turn(form.locator("button.button:not([type=button])").first)
        assert self.someone.page.url != before, self.main.inner_text()

    def fill(self, line: Locator) -> None:
        name, kind = line.get_attribute("name") or "", line.get_attribute("type") or "text"
        if kind == "radio":
            if (name, line.evaluate("each => each.labels[0].innerText")) in CHOSEN:
                self.pace.tap(line)
        elif kind == "checkbox":
            if not (line.get_attribute("id") or "").endswith("-statement"):  # in place of a paper
                self.pace.tap(line)
        elif kind == "file":
            self.pace.photograph(line, *PICTURES[: 2 if name in TWO else 1])
        elif line.input_value():
            return
        elif line.get_attribute("role") == "combobox":
            self.pace.choose(line, AREA)
        elif name in self.typed:
            self.pace.type(line, self.typed[name])

    def send(self) -> str:
        self.pace.turn(self.main.locator('form[action$="/check/"] button'))
        reference = self.main.locator("strong.reference").inner_text()
        assert re.fullmatch(r"KINI-[0-9A-Z]{4}-[0-9A-Z]{4}", reference)
        return reference

    def sign_in(self) -> None:
        """Sign in by code with an unknown number."""
        number = f"0813{secrets.randbelow(10**8):08d}"
        self.typed["number"] = f"317101440790{secrets.randbelow(9000) + 1000}"
        self.pace.type(self.main.locator("input[name=contact]"), number)
        self.pace.turn(self.main.locator("form button").first)
        outbox = self.someone.page.context.new_page()
        outbox.goto(f"{self.someone.city}/outbox/")
        message = outbox.locator("main").inner_text()
        outbox.close()
        match = re.search(r"\b(\d{6})\b", message[message.index(number[1:4]) :])
        assert match, "no code in the outbox"
        self.pace.type(self.main.locator("input[name=code]"), match.group(1))
        self.pace.turn(self.main.locator("form button").first)


def first_birth_certificate(walk: Walk) -> None:
    walk.search("akta kelahiran", "Akta kelahiran")
    walk.start()
    walk.sign_in()
    walk.answer_all()
    walk.send()


def next_birth_certificate(walk: Walk) -> None:
    """That of another child: the city knows the parent by now."""
    first_birth_certificate(walk)
    walk.set_out()
    walk.typed["child_name"] = "Adik Contoh"
    walk.search("akta kelahiran", "Akta kelahiran")
    walk.start()
    walk.answer_all()
    walk.send()


def pothole(walk: Walk) -> None:
    walk.search("jalan berlubang", "Lapor jalan")
    walk.start()
    walk.answer_all()
    walk.send()


def health_centre(walk: Walk) -> None:
    walk.follow("Antrean Puskesmas")
    walk.start()
    walk.answer_all("*/book/*/")
    walk.follow(re.compile("Puskesmas"))
    walk.pace.turn(walk.main.locator("table.days td a").first)
    walk.pace.tap(walk.main.locator("input[name=slot]").first)
    walk.pace.turn(walk.main.locator("form button.button").last)
    walk.send()
    walk.follow(re.compile("Tiket|tiket"))
    assert walk.main.locator(".ticket svg").count() == 1


def vehicle_tax(walk: Walk) -> None:
    walk.follow("Pajak kendaraan (PKB)")
    walk.start()
    walk.answer_all()
    walk.pace.turn(walk.main.locator('form[action$="/check/"] button'))
    walk.follow(re.compile("Bayar"))
    walk.pace.turn(walk.main.locator("form button.button").first)
    assert walk.main.locator("svg").count()


def wifi(walk: Walk) -> None:
    walk.follow("Lokasi JakWIFI")
    walk.follow("Cari Wi-Fi gratis")
    walk.pace.turn(walk.main.get_by_role("button", name="Pakai lokasi saya"))
    assert "km" in walk.main.inner_text() or " m" in walk.main.inner_text()


def emergency(walk: Walk) -> None:
    walk.follow("Darurat 112")
    walk.start()
    walk.answer()
    assert walk.main.locator("strong.reference").count() == 1


def flood(walk: Walk) -> None:
    walk.follow("Air dan banjir")
    walk.follow("Pantau banjir")
    walk.follow("Lihat angkanya")
    assert "Siaga" in walk.main.inner_text()


def bus(walk: Walk) -> None:
    walk.search("jadwal busway", "Rute dan tarif angkutan umum")
    walk.follow("Lihat angkanya")
    walk.pace.turn(walk.main.get_by_role("button", name="Pakai lokasi saya"))
    walk.pace.turn(walk.main.locator("li a[href*='/transit/']").first)


def allowance(walk: Walk) -> None:
    walk.search("tunjangan lansia", "Tunjangan lansia (KLJ)")
    walk.pace.choose(walk.main.get_by_label("Untuk siapa?"), "Untuk keluarga saya yang lain")
    walk.typed |= {"national_id": GRANDMOTHER, "number": GRANDMOTHER}
    walk.start()
    walk.answer_all()  # the demo's resident has not yet proved at a counter who they are, which sending needs


def correction(walk: Walk) -> None:
    reference, officer = apply(walk.someone, SERVICE), walk.person()
    officer.sign_in(f"Petugas {AGENCY}")
    desk_move(officer, reference, "ask", message="Fotonya kurang jelas.")
    walk.set_out(f"/cases/{reference}/")
    walk.follow("Jawab sekarang")
    walk.pace.turn(walk.main.locator('form[action$="/moves/answer/"] button').first)


def withdrawal(walk: Walk) -> None:
    walk.set_out(f"/cases/{apply(walk.someone, SERVICE)}/")
    form = walk.main.locator('form[action$="/withdraw/"]')
    if not form.locator("button").first.is_visible():
        walk.pace.tap(walk.main.locator("details:has(form[action$='/withdraw/']) summary").first)
    walk.pace.turn(form.locator("button").first)


def finished(walk: Walk, *decision: str, **inputs: str) -> str:
    """A request of this person that has been decided, uncounted."""
    reference, officer, head = apply(walk.someone, SERVICE), walk.person(), walk.person()
    officer.sign_in(f"Petugas {AGENCY}")
    if inputs:
        desk_move(officer, reference, *decision, **inputs)
    else:
        desk_move(officer, reference, "accept")
        head.sign_in(f"Kepala {AGENCY}")
        desk_move(head, reference, *decision)
    assert walk.stock.carry_out() == 1
    return reference


def objection(walk: Walk) -> None:
    walk.set_out(f"/cases/{finished(walk, 'reject', reason='Dokumen tidak sesuai dengan catatan.')}/")
    walk.pace.turn(walk.main.locator('a[href$="/moves/object/"]').first)
    walk.pace.type(walk.main.locator("textarea"), "Dokumen saya sesuai.")
    walk.pace.turn(walk.main.locator('form[action$="/object/"] button.button').first)


def rating(walk: Walk) -> None:
    walk.set_out(f"/cases/{finished(walk, 'approve')}/")
    walk.pace.tap(walk.main.locator("form:has(input[type=radio]) input[type=radio]").last)
    walk.pace.turn(walk.main.locator("form:has(input[type=radio]) button.button").first)
