"""QR codes are read in Chromium, which has no BarcodeDetector here: by jsQR, from pictures and into a field."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import segno

import kini.web
from tests.vaccination.certificates import made

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.long
STATIC = Path(kini.web.__file__).parent / "static" / "kini"
HTML = """<!doctype html><title>-</title><form action="/sent"><input id="code" name="code"><video muted hidden></video>
<button type="button" data-scan-into="code" hidden>Scan</button></form>
<script src="/scan.js" data-decoder="/jsqr.js"></script>"""


@pytest.fixture
def page(chromium: "Browser") -> "Page":
    context = chromium.new_context()
    page = context.new_page()
    files = {"/scan.js": STATIC / "scan.js", "/jsqr.js": next((STATIC / "vendor").glob("jsQR-*.js"))}

    def answer(route) -> None:
        path = "/" + route.request.url.split("/", 3)[3].split("?")[0]
        if path in files:
            route.fulfill(body=files[path].read_text(), content_type="text/javascript")
        else:
            route.fulfill(body=HTML, content_type="text/html")

    page.route("**/*", answer)
    page.goto("https://kota.example/")
    yield page
    context.close()


@pytest.mark.parametrize("text", [made.hc1(), made.digits(made.card()), "KP-7KQ2-M4XD"])
def test_codes_are_read_from_pictures(page: "Page", text: str) -> None:
    picture = io.BytesIO()
    segno.make_qr(text, error="m").save(picture, kind="png", scale=4, border=4)
    script = "async (bytes) => KiniScan.picture(new Blob([new Uint8Array(bytes)], {type: 'image/png'}))"
    assert page.evaluate(script, list(picture.getvalue())) == [text]
    assert page.evaluate(script, [1, 2, 3]) == []


def test_a_camera_fills_the_field_and_sends_it(page: "Page") -> None:
    """The camera is a canvas that shows a code."""
    picture = io.BytesIO()
    segno.make_qr("KP-7KQ2-M4XD").save(picture, kind="png", scale=8, border=4)
    script = """async (bytes) => {
        const image = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [image.width, image.height];
        setInterval(() => canvas.getContext("2d").drawImage(image, 0, 0), 50);
        navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(10);
    }"""
    page.evaluate(script, list(picture.getvalue()))
    page.click("[data-scan-into]")
    page.wait_for_url("**/sent?code=KP-7KQ2-M4XD")
