"""A pothole with 200 followers: closed falsely, disputed, closed falsely again, audited, reopened, fixed, confirmed."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person, Stock

FOLLOWERS = 200
AGENCY = "dbm"
#: Names of the demo's sign-ins, as they are shown.
AUDITOR = "Periksa ulang laporan yang disanggah"


def answer(reporter: Person, reference: str, which: str, words: str = "") -> None:
    """Answer the question "is it solved?"; opening the page alone changes nothing."""
    reporter.go(f"/reports/{reference}/answer/")
    reporter.go(f"/reports/{reference}/answer/")
    reporter.page.locator("[name=reason]").fill(words)
    reporter.press(reporter.page.locator(f"button[value={which}]"))


@pytest.mark.long
def test_a_falsely_closed_pothole_is_fixed_in_the_end(person, stock: Stock):
    reference, code, contact = stock.pothole(FOLLOWERS)
    before = stock.report_figures(AGENCY)
    public = person()
    public.go(f"/reports/{reference}/")
    expect(public.page.locator("main")).to_contain_text(f"{FOLLOWERS} orang lain")
    expect(public.page.locator("figure img")).to_have_count(1)
    assert stock.close_report(reference, "tim-satu") == "done"

    reporter = person()
    reporter.sign_in_by_code(contact)
    answer(reporter, reference, "not-solved")
    expect(reporter.page.locator(".error-summary, [role=alert]").first).to_be_visible()
    assert stock.states([reference]) == {"done"}, "a dispute needs words"
    answer(reporter, reference, "not-solved", "Lubangnya masih ada, fotonya dari gang lain.")
    assert stock.states([reference]) == {"reopened"}

    assert stock.close_report(reference, "tim-kedua") == "done"
    answer(reporter, reference, "not-solved", "Masih sama.")
    assert stock.states([reference]) == {"done"}, "now an auditor decides"
    expect(reporter.page.locator("main")).to_contain_text("Pemeriksaan independen")

    auditor = person()
    auditor.sign_in(AUDITOR)
    auditor.go("/desk/reports/audits/")
    auditor.press(auditor.page.get_by_role("link", name=reference))
    expect(auditor.page.locator("main")).to_contain_text("Masih sama.")
    expect(auditor.page.locator(".photos img")).not_to_have_count(0)
    auditor.page.locator("[name=note]").fill("Lubang masih ada di tempatnya.")
    auditor.press(auditor.page.locator("button[value=failed]"))
    assert stock.states([reference]) == {"reopened"}

    assert stock.close_report(reference, "tim-akhir-jalan") == "done"
    answer(reporter, reference, "solved")
    follower = person()
    follower.go("/reports/followed/")
    follower.page.locator("[name=code]").fill(code)
    follower.press(follower.page.locator("main form button"))
    expect(follower.page.locator("main")).to_contain_text("Selesai")
    expect(follower.page.locator("main")).to_contain_text("Dibuka kembali")
    closed, confirmed, disputed, failed = (
        now - then for now, then in zip(stock.report_figures(AGENCY), before, strict=True)
    )
    assert (closed, confirmed, disputed, failed) == (3, 1, 2, 1)
    public.go("/reports/offices/")
    expect(public.page.get_by_role("row").filter(has_text="Bina Marga")).to_be_visible()
