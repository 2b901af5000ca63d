"""Steps that no person takes but something outside brings about: how the robot brings it about, by kind of service."""

import time
from collections.abc import Callable

import httpx

from kini.cases.models import Case
from kini.core.registry import Registry
from kini.payments.providers.configured import providers
from kini.robot.browser import Broken, Browser

PATIENCE = 15.0  # seconds until what was brought about is seen

#: Each is given the resident's browser and the reference of the case.
ways: Registry[Callable[[Browser, str], None]] = Registry("way of the robot")


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


ways.register("payment", pay)
