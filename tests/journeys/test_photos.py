"""Photos on a phone: preview, scaling in the browser, several files, invalid files, lost connection."""

import base64
import io
from urllib.parse import urlsplit

from PIL import ExifTags, Image
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Person, Stock
from tests.journeys.walks import PICTURES

SERVICE = "general-complaint"
PHONE = {"width": 360, "height": 740}


def phone(chromium: Browser, city: str) -> Person:
    context = chromium.new_context(locale="id-ID", viewport=PHONE, has_touch=True, is_mobile=True)
    return Person(context.new_page(), city)


def take(page: Page, number: int) -> None:
    """Photo as a camera produces it."""
    picture = {"name": f"foto-{number}.png", "mimeType": "image/png", "buffer": PICTURES[number]}
    page.locator("input[type=file]").first.set_input_files(picture)


def test_photos_are_taken_one_after_the_other_and_seen_before_they_are_sent(chromium: Browser, city: str):
    someone = phone(chromium, city)
    someone.go(f"/services/{SERVICE}/")
    someone.page.locator('form[action$="/start/"] button').first.click()
    page = someone.page
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Ambil foto").click()
    assert chooser.value.is_multiple()
    take(page, 0)
    take(page, 1)
    shown = page.locator(".previews li")
    expect(shown).to_have_count(2)
    expect(shown.first.locator("img")).to_have_js_property("naturalWidth", 1)
    shown.first.get_by_role("button", name="foto-0.png").click()
    expect(shown).to_have_count(1)
    take(page, 0)
    someone.press(page.get_by_role("button", name="Lanjutkan"))
    page.go_back()
    page.reload()
    expect(page.locator(".checklist li")).to_have_count(2)
    page.context.close()


def as_a_camera_takes_it() -> bytes:
    """4000 x 3000 pixels, portrait, with time and location in the metadata."""
    grain = Image.effect_noise((1000, 750), 25).resize((4000, 3000), Image.Resampling.BILINEAR)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.Exif).update(
        {ExifTags.Base.DateTimeOriginal: "2026:03:04 05:06:07", ExifTags.Base.OffsetTimeOriginal: "+07:00"}
    )
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({ExifTags.GPS.GPSLatitudeRef: "S", ExifTags.GPS.GPSLatitude: (6, 12, 0)})
    file = io.BytesIO()
    grain.convert("RGB").save(file, "JPEG", quality=95, exif=exif)
    return file.getvalue()


CHOSEN = """async (input) => {
  const bytes = new Uint8Array(await input.files[0].arrayBuffer());
  return btoa(Array.from(bytes, (each) => String.fromCharCode(each)).join(""));
}"""


def test_a_large_photo_is_made_smaller_before_it_is_sent(chromium: Browser, city: str, stock: Stock):
    someone = phone(chromium, city)
    someone.go(f"/services/{SERVICE}/")
    someone.press(someone.page.locator('form[action$="/start/"] button').first)
    photo = as_a_camera_takes_it()
    assert len(photo) > 1_000_000
    chosen = someone.page.locator("input[type=file]").first
    chosen.set_input_files({"name": "IMG_1.JPEG", "mimeType": "image/jpeg", "buffer": photo})
    someone.press(someone.page.get_by_role("button", name="Lanjutkan"))
    draft = urlsplit(someone.page.url).path.split("/")[2]
    [(width, height, _size, taken)] = stock.files(draft)
    assert (width, height) == (1200, 1600)
    assert taken == "2026-03-03T22:06:07+00:00"

    someone.page.go_back()
    someone.page.reload()
    chosen.set_input_files({"name": "IMG_2.JPEG", "mimeType": "image/jpeg", "buffer": photo})
    expect(someone.page.locator(".previews li")).to_have_count(1)
    sent = base64.b64decode(chosen.evaluate(CHOSEN))
    assert len(sent) <= 300_000
    exif = Image.open(io.BytesIO(sent)).getexif()
    assert exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] == "2026:03:04 05:06:07"
    assert not exif.get_ifd(ExifTags.IFD.GPSInfo)
    someone.page.context.close()


def test_a_lost_connection_is_said_and_taken_back(chromium: Browser, city: str):
    someone = phone(chromium, city)
    someone.go("/services/")
    banner = someone.page.get_by_text("Anda sedang luring")
    expect(banner).to_be_hidden()
    someone.page.context.set_offline(True)
    expect(banner).to_be_visible()
    someone.page.context.set_offline(False)
    expect(banner).to_be_hidden()
    someone.page.context.close()
