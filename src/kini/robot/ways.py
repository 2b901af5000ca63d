"""Steps that no person takes but something outside brings about: how the robot brings it about, by kind of service."""

import time
from collections.abc import Callable, Iterator
from urllib.parse import urljoin

import httpx

from kini.cases.models import Case
from kini.core.registry import Registry
from kini.payments.providers.configured import providers
from kini.robot.browser import Broken, Browser, Page

PATIENCE = 15.0  # seconds until what was brought about is seen

#: By kind and move ("payment.settle"): given the resident's browser, an officer's and the reference of the case.
ways: Registry[Callable[[Browser, Browser, str], None]] = Registry("way of the robot")
#: What stands between the questions and the check, by kind: given the browser and the page, gives the page after it.
steps: Registry[Callable[[Browser, Page], Page]] = Registry("step of the robot")


def pay(browser: Browser, reference: str) -> None:
    """Pay as a resident does: choose the QR code, scan it at the pretended bank, and wait until the city was told."""
    address = f"/cases/{reference}/pay/"
    page = browser.send(browser.get(address).form(address), {"method": "qr"})
    payload = " ".join(page.text('//p[contains(@class, "breaks")]')).strip()
    if not payload:
        raise Broken(f"{page.url} shows no code to pay with")
    bank = next(iter(providers().values())).pretend
    httpx.post(f"{bank}pay", data={"code": payload}, timeout=10).raise_for_status()
    before, until = Case.objects.values_list("state", flat=True).get(reference=reference), time.monotonic() + PATIENCE
    while Case.objects.values_list("state", flat=True).get(reference=reference) == before:
        if time.monotonic() > until:
            raise Broken(f"{reference} was paid, and nothing happened within {PATIENCE:.0f} seconds")
        time.sleep(0.05)
    browser.get(f"/cases/{reference}/")


def give_back(officer: Browser, reference: str) -> None:
    """Give a payment back as a cashier does."""
    address = f"/desk/cases/{reference}/refund/"
    officer.send(officer.get(address).form(address), {"reason": "1"})


def choose_time(browser: Browser, page: Page) -> Page:
    """Choose the first place, day and time that can be had; a day on which one has booked already is passed over."""
    # With a single place the choice begins with its days.
    places = [page] if page.has("//table//a[@data-free]") else _behind(browser, page)
    for month in (month for place in places for month in _months(browser, place)):
        for times in _behind(browser, month):
            slot = times.tree.xpath('//input[@name="slot"]/@value')[0]
            form = times.form(httpx.URL(times.url).path)
            following = browser.send(form, {"slot": str(slot)}, expect=(200, 422))
            if not following.shows_errors:
                return following
    raise Broken(f"{page.url} leads to no time that could be booked")


def _months(browser: Browser, page: Page) -> Iterator[Page]:
    """The days of this month, and of those after it."""
    yield page
    for href in page.tree.xpath('//a[@rel="next"]/@href'):
        yield from _months(browser, browser.get(urljoin(page.url, str(href))))


def _behind(browser: Browser, page: Page) -> Iterator[Page]:
    """The pages behind the links that say that something is free there."""
    return (browser.get(str(href)) for href in page.tree.xpath("//a[@data-free]/@href"))


ways.register("payment.settle", lambda resident, _officer, reference: pay(resident, reference))
ways.register("payment.refund", lambda _resident, officer, reference: give_back(officer, reference))
steps.register("booking", choose_time)
