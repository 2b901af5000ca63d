"""QR codes are read in Chromium by a stand-in for BarcodeDetector, which it does not have here."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import kini.web

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.long
SCRIPT = Path(kini.web.__file__).parent / "static" / "kini" / "scan.js"
HTML = """<!doctype html><title>-</title><form action="/sent"><input id="code" name="code"><video muted hidden></video>
<button type="button" data-scan-into="code" hidden>Scan</button></form><script src="/scan.js"></script>"""
#: A camera that shows a canvas, in which a code is seen.
READER = """
window.BarcodeDetector = class { async detect() { return [{ rawValue: "KP-7KQ2-M4XD" }]; } };
const canvas = document.createElement("canvas");
canvas.getContext("2d");
setInterval(() => canvas.getContext("2d").fillRect(0, 0, 9, 9), 50);
navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(10);
"""


def opened(chromium: "Browser", script: str = "") -> "Page":
    page = chromium.new_context().new_page()
    if script:
        page.add_init_script(script)

    def answer(route) -> None:
        if route.request.url.endswith("/scan.js"):
            route.fulfill(body=SCRIPT.read_text("utf-8"), content_type="text/javascript")
        else:
            route.fulfill(body=HTML, content_type="text/html")

    page.route("**/*", answer)
    page.goto("https://kota.example/")
    return page


def test_a_camera_fills_the_field_and_sends_it(chromium: "Browser") -> None:
    page = opened(chromium, READER)
    page.click("[data-scan-into]")
    page.wait_for_url("**/sent?code=KP-7KQ2-M4XD")
    page.context.close()


def test_no_scan_is_offered_where_the_browser_reads_no_codes(chromium: "Browser") -> None:
    page = opened(chromium, "delete window.BarcodeDetector")
    assert page.evaluate("KiniScan.canRead") is False
    assert page.locator("[data-scan-into]").is_hidden()
    page.context.close()
