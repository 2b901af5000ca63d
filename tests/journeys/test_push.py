"""A push message appears as a browser notification; tapping it opens the case."""

import json

from playwright.sync_api import Browser, expect

from tests.journeys.conftest import Person, Stock
from tests.journeys.test_apply import SERVICE

#: Waits until a note is shown, and says its title.
SHOWN = """async () => {
  for (let tries = 0; tries < 500; tries += 1) {
    const [note] = await self.registration.getNotifications();
    if (note) return note.title;
    await new Promise((next) => { setTimeout(next, 20); });
  }
}"""
TAP = """async () => {
  const [notification] = await self.registration.getNotifications();
  self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
}"""


def test_a_note_leads_to_the_case(windowed: Browser, city: str, stock: Stock):
    context = windowed.new_context(locale="id-ID", viewport={"width": 360, "height": 740})
    context.grant_permissions(["notifications"], origin=city)
    someone = Person(context.new_page(), city)
    browser = context.new_cdp_session(someone.page)
    known: list[str] = []
    browser.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: known.extend(each["registrationId"] for each in event["registrations"]),
    )
    browser.send("ServiceWorker.enable")
    someone.sign_in("Budi Contoh")
    [reference] = stock.cases(SERVICE, 1, "accept")
    notification = json.loads(stock.note(reference))
    someone.go("/cases/")
    someone.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    pushed = {"origin": city, "registrationId": known[-1], "data": json.dumps(notification)}
    browser.send("ServiceWorker.deliverPushMessage", pushed)
    [worker] = context.service_workers
    assert worker.evaluate(SHOWN) == notification["title"]
    with someone.page.expect_navigation(url=f"**{notification['link']}"):
        worker.evaluate(TAP)
    someone.press(someone.page.locator(f'main a[href*="{reference}"]').first)
    expect(someone.page.locator("main")).to_contain_text(reference)
    context.close()
