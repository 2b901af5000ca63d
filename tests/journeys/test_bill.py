"""Payment with a late webhook: the page waits, then continues to the receipt by itself."""

from urllib.parse import parse_qs, urlsplit

import httpx
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import Person, Stock

SERVICE = "water-bill"
NUMBER = "3000654321"


def test_a_bill_is_paid_with_a_late_notice(chromium: Browser, city: str, stock: Stock):
    context = chromium.new_context(locale="id-ID", viewport={"width": 360, "height": 740})
    someone = Person(context.new_page(), city)
    page = someone.page
    someone.sign_in("Wati Contoh")
    someone.go(f"/services/{SERVICE}/")
    someone.press(page.locator('form[action$="/start/"] button').first)
    page.locator("[name=customer_no]").fill(NUMBER)
    someone.press(page.locator("main form button.button").first)
    assert "86.200" in page.locator("main").inner_text()
    someone.press(page.locator('main form[action$="/check/"] button'))
    reference = page.locator("strong.reference").inner_text()

    someone.go(f"/cases/{reference}/pay/")
    someone.press(page.locator("main form button.button"))
    bank = page.locator('main a[href*="?reference="]').get_attribute("href") or ""
    code = parse_qs(urlsplit(bank).query)["reference"][0]
    sandbox = bank.partition("?")[0]
    httpx.post(f"{sandbox}faults", json={"notice": "never"}).raise_for_status()
    httpx.post(f"{sandbox}pay", data={"code": code}).raise_for_status()
    page.reload()
    expect(page.locator("form[data-waiting]")).to_be_visible()

    httpx.post(f"{sandbox}faults", json={"notice": "twice"}).raise_for_status()
    with page.expect_navigation(url=f"**/cases/{reference}/"):
        httpx.post(f"{sandbox}pay", data={"code": code}).raise_for_status()
    httpx.post(f"{sandbox}faults", json={}).raise_for_status()
    stock.run_jobs()
    page.reload()
    expect(page.locator('main a[href*="/receipts/"]')).to_have_count(1)
    context.close()
