"""Kind-specific steps of the robot: moves triggered by outside systems, and pages between questions and summary."""

import time
from collections.abc import Callable, Iterator
from urllib.parse import urljoin

import httpx

from kini.cases.models import Case
from kini.core.registry import Registry
from kini.payments.public import configured_providers
from kini.robot.browser import Browser, CheckFailed, Page

PATIENCE = 15.0  # seconds to wait for the effect

#: By "KIND.MOVE" ("payment.settle"); called with the resident's browser, an officer's, and the case reference.
external_moves: Registry[Callable[[Browser, Browser, str], None]] = Registry("way of the robot")
#: Pages of a kind between questions and summary; called with browser and page, returns the next page.
extra_pages: Registry[Callable[[Browser, Page], Page]] = Registry("step of the robot")


def pay(browser: Browser, reference: str) -> None:
    """Pay by QR code at the sandbox bank, and wait until the case has moved."""
    address = f"/cases/{reference}/pay/"
    page = browser.send(browser.get(address).form(address), {"method": "qr"})
    payload = " ".join(page.text('//p[contains(@class, "breaks")]')).strip()
    if not payload:
        raise CheckFailed(f"{page.url} shows no code to pay with")
    bank = next(iter(configured_providers().values())).pretend
    httpx.post(f"{bank}pay", data={"code": payload}, timeout=10).raise_for_status()
    before, until = Case.objects.values_list("state", flat=True).get(reference=reference), time.monotonic() + PATIENCE
    while Case.objects.values_list("state", flat=True).get(reference=reference) == before:
        if time.monotonic() > until:
            raise CheckFailed(f"{reference} was paid, and nothing happened within {PATIENCE:.0f} seconds")
        time.sleep(0.05)
    browser.get(f"/cases/{reference}/")


def refund(officer: Browser, reference: str) -> None:
    """Refund a payment on the officers' page."""
    address = f"/desk/cases/{reference}/refund/"
    officer.send(officer.get(address).form(address), {"reason": "1"})


def choose_time(browser: Browser, page: Page) -> Page:
    """Choose the first free slot; days on which the resident already has a booking are skipped."""
    # With a single venue the selection starts with its days.
    places = [page] if page.has("//table//a[@data-free]") else _behind(browser, page)
    for month in (month for place in places for month in _months(browser, place)):
        for times in _behind(browser, month):
            slot = times.tree.xpath('//input[@name="slot"]/@value')[0]
            form = times.form(httpx.URL(times.url).path)
            following = browser.send(form, {"slot": str(slot)}, expect=(200, 422))
            if not following.shows_errors:
                return following
    raise CheckFailed(f"{page.url} leads to no time that could be booked")


def _months(browser: Browser, page: Page) -> Iterator[Page]:
    """Calendar pages of this month and the following ones."""
    yield page
    for href in page.tree.xpath('//a[@rel="next"]/@href'):
        yield from _months(browser, browser.get(urljoin(page.url, str(href))))


def _behind(browser: Browser, page: Page) -> Iterator[Page]:
    """Pages linked as having free slots."""
    return (browser.get(str(href)) for href in page.tree.xpath("//a[@data-free]/@href"))


external_moves.register("payment.settle", lambda resident, _officer, reference: pay(resident, reference))
external_moves.register("payment.refund", lambda _resident, officer, reference: refund(officer, reference))
extra_pages.register("booking", choose_time)
