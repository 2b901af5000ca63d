"""Doses in real browsers: registered by a grandchild, recorded under a wrong number and moved, shown at a gate."""

import io
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from kini.robot.scratch import ScratchCity
from tests.journeys.conftest import ROOT, Person, Stock
from tests.journeys.test_vaccination import PHONE, Vaccinator

pytestmark = pytest.mark.long
ELDER = "Contoh Nenek"


@pytest.fixture
def signed_in(chromium: Browser, city: str) -> Iterator[Callable[[str], Vaccinator]]:
    """People of the demo, each with a phone; "" is somebody without an account."""
    contexts = []

    def sign_in(name: str) -> Vaccinator:
        context = chromium.new_context(viewport=PHONE, locale="id-ID")  # type: ignore[arg-type]
        contexts.append(context)
        someone = Vaccinator(context.new_page(), city)
        if name:
            someone.sign_in(name)
        return someone

    yield sign_in
    for context in contexts:
        context.close()


def give_dose(vaccinator: Vaccinator, name: str) -> None:
    """Vaccinate somebody who was checked in, with the page for phones."""
    vaccinator.go(f"{vaccinator.site}phone/")
    expect(vaccinator.page.locator("[data-phone][data-ready]")).to_be_visible()
    vaccinator.vaccinate(name)
    expect(vaccinator.page.locator("[data-part=status]")).to_contain_text("terkirim")


def certificate_of(person: Person) -> str:
    """Get the certificate of the only dose, and read its picture."""
    zxingcpp = pytest.importorskip("zxingcpp")
    from PIL import Image

    person.go("/vaccination/certificates/")
    person.press(person.page.get_by_role("button", name="Buat sertifikat"))
    picture = person.page.locator("figure.qr-code svg").screenshot(scale="device")
    [code] = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)).convert("L"))
    return str(code.text)


def verdict(gatekeeper: Person, code: str) -> str:
    """Type a code at the gate."""
    page = gatekeeper.page
    page.locator("[data-typed] textarea").fill(code)
    page.locator("[data-typed] button").click()
    expect(page.locator("[data-result]")).to_be_visible()
    words = page.locator("[data-result]").inner_text()
    page.locator("[data-clear]").click()
    return words


def verified(scratch: ScratchCity, code: str) -> bool:
    """Verify a code with the command."""
    command = [sys.executable, "-m", "kini.cli", "verify", code]
    return subprocess.run(command, env=scratch.env, cwd=ROOT, capture_output=True, check=False).returncode == 0


def test_a_dose_under_a_wrong_number_goes_to_the_right_person(
    signed_in: Callable[[str], Vaccinator], stock: Stock, scratch: ScratchCity
) -> None:
    (wrong, born, number), (right, _born, right_number) = stock.card("Budi Contoh"), stock.card("Wati Contoh")
    vaccinator = signed_in("Vaksinator")
    vaccinator.go("/desk/vaccination/")
    vaccinator.go(f"{vaccinator.site}walk-in/")
    page = vaccinator.page
    page.locator("#campaign").select_option("covid-19")
    for field, text in (("name", wrong), ("born", born), ("national_id", number)):
        page.locator(f"#{field}").fill(text)
    vaccinator.press(page.locator("main form button").first)
    assert vaccinator.heading == wrong
    give_dose(vaccinator, wrong)
    stock.run_jobs()

    resident, gatekeeper = signed_in(wrong), signed_in("")
    code = certificate_of(resident)
    gatekeeper.go("/vaccination/verify/")
    expect(gatekeeper.page.locator("[data-gatekeeper][data-ready]")).to_be_visible()
    gatekeeper.page.context.set_offline(True)
    assert wrong in verdict(gatekeeper, code)
    assert verified(scratch, code)

    resident.go("/vaccination/doses/")
    resident.press(resident.page.get_by_role("link", name="Ini bukan milik saya, atau salah").first)
    resident.page.locator("#words").fill("Hari itu saya tidak disuntik.")
    resident.press(resident.page.get_by_role("button", name="Kirim"))
    expect(resident.page.locator("main")).to_contain_text("Sedang diperiksa")

    manager = signed_in("Pengelola vaksin")
    manager.go("/desk/doses/")
    manager.press(manager.page.locator("main .many a").first)
    assert wrong in manager.heading
    manager.page.get_by_text("Pindahkan dosis ke orang yang menerimanya").click()
    for field, text in (
        ("evidence", "Daftar hari itu dan KTP"),
        ("national_id", right_number),
        ("answer", "Dosis itu milik orang lain."),
    ):
        manager.page.locator(f"#{field}").fill(text)
    manager.press(manager.page.get_by_role("button", name="Putuskan"))
    assert right in manager.heading
    stock.run_jobs()

    resident.go("/me/messages/")
    resident.press(resident.page.get_by_role("link", name="pesan Anda sudah diperiksa"))
    expect(resident.page.locator("main")).to_contain_text("Dosis itu milik orang lain.")
    resident.go("/vaccination/doses/")
    expect(resident.page.locator("main")).to_contain_text("Tidak lagi di catatan Anda")
    resident.go("/vaccination/certificates/")
    expect(resident.page.get_by_role("button", name="Buat sertifikat")).to_have_count(0)
    owner = signed_in(right)
    new = certificate_of(owner)
    gatekeeper.page.context.set_offline(False)
    gatekeeper.go("/vaccination/verify/")
    expect(gatekeeper.page.locator("[data-gatekeeper][data-ready]")).to_be_visible()
    expect(gatekeeper.page.locator("[data-gatekeeper] [data-offline]")).to_be_hidden()
    gatekeeper.page.wait_for_load_state("networkidle")
    gatekeeper.page.context.set_offline(True)
    assert right in verdict(gatekeeper, new)
    assert "Tidak berlaku" in verdict(gatekeeper, code)
    assert (verified(scratch, new), verified(scratch, code)) == (True, False)


def test_a_grandmother_registered_by_her_grandchild_is_found_at_the_site(
    signed_in: Callable[[str], Vaccinator], stock: Stock
) -> None:
    site = stock.vaccination_session()
    grandchild = signed_in("Agus Contoh")
    page = grandchild.page
    grandchild.go("/vaccination/campaigns/covid-19/")
    grandchild.press(page.get_by_role("link", name="Daftarkan orang lain"))
    page.locator("[name=name]").fill(ELDER)
    page.locator("[name=born]").fill("3-5-1950")
    page.get_by_text("Perempuan", exact=True).click()
    page.locator("[data-area] [role=combobox]").fill("Kapuk")
    page.locator("[data-area] [role=option]", has_text="Cengkareng").click()
    grandchild.press(page.get_by_role("button", name="Daftar", exact=True))
    registration = page.url.removeprefix(grandchild.city)
    grandchild.press(page.locator("ul.links a").first)
    page.locator("[name=slot]").first.check(force=True)
    grandchild.press(page.get_by_role("button", name="Ambil tempat ini"))
    number = page.locator(".facts > div", has_text="Nomor").locator("dd").inner_text()
    assert page.locator(".qr-code svg").count() == 1

    vaccinator = signed_in("Vaksinator")
    vaccinator.go(f"/desk/vaccination/at/{site}/")
    expect(vaccinator.page.locator("main")).to_contain_text(ELDER)
    vaccinator.page.locator("#code").fill(number.lower())
    vaccinator.press(vaccinator.page.get_by_role("button", name="Catat kedatangan").first)
    assert vaccinator.heading == ELDER
    give_dose(vaccinator, ELDER)
    stock.run_jobs()
    grandchild.go(registration)
    expect(page.locator("main")).to_contain_text("Dosis ini sudah diberikan")
    vaccinator.go(f"/desk/vaccination/at/{site}/")
    vaccinator.page.locator("#code").fill(number)
    vaccinator.press(vaccinator.page.get_by_role("button", name="Catat kedatangan").first)
    expect(vaccinator.page.locator("body")).to_contain_text("sudah dipakai")
