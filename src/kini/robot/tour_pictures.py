"""Pictures of the tour for the README: the first screen of each stop of a running demo, as its person sees it."""

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from kini.core import system_programs
from kini.demo.public import queries

#: Width and height of the windows of stops at a desk and of all others, and largest size of a picture in bytes.
DESK, PHONE = (1280, 800), (360, 640)
MAX_BYTES = 60_000
#: Qualities of WebP to try, the best one first.
QUALITIES = (80, 70, 60, 50, 40, 30)


def take_tour_pictures(address: str, out: Path, language: str) -> list[Path]:
    """Take a picture of each stop that has one as OUT/PICTURE.webp; returns their paths.

    Args:
        address: URL of a running demo.
        language: code of the language of the pages.
    """
    out.mkdir(parents=True, exist_ok=True)
    stops = [each for each in queries.tour() if each.stop.picture]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=system_programs.find_chromium(), args=system_programs.CHROMIUM_FLAGS
        )
        paths = []
        for each in stops:
            path = out / f"{each.stop.picture}.webp"
            path.write_bytes(_small(_picture(browser, address, each, language)))
            paths.append(path)
        browser.close()
    return paths


def _picture(browser: Browser, address: str, each: queries.TourStop, language: str) -> bytes:
    width, height = DESK if each.stop.page.startswith("/desk/") else PHONE
    context = browser.new_context(
        viewport={"width": width, "height": height},
        reduced_motion="reduce",
        locale=language,
        extra_http_headers={"Cookie": f"kini_language={language}"},
    )
    page = context.new_page()
    if each.person:
        context.set_extra_http_headers({})
        page.goto(f"{address}/demo/sign-in/")
        page.locator(f'form:has(input[value="{each.person}"]) button').first.click()
        context.add_cookies([{"name": "kini_language", "value": language, "url": address}])
    page.goto(f"{address}{each.stop.page}", wait_until="load")
    png = page.screenshot()
    context.close()
    return png


def _small(png: bytes) -> bytes:
    """The picture as WebP of the best quality below the largest size."""
    with Image.open(io.BytesIO(png)) as image:
        for quality in QUALITIES:
            content = io.BytesIO()
            image.convert("RGB").save(content, "WEBP", quality=quality, method=6)
            if content.tell() <= MAX_BYTES:
                break
    return content.getvalue()
