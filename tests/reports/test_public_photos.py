"""Public copies of photos: metadata is gone, marked places are covered, nothing is released without that step."""

import io
from itertools import pairwise
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image

from kini.cases import actions as cases
from kini.cases.models import Attachment, Case
from kini.core import files
from kini.core.actors import ActionRefused, NotAllowed
from kini.people.models import AccessLog
from kini.reports import actions, public_photos, queries
from kini.reports.models import PublicPhoto
from kini.reports.public_photos import CoveredArea, area_between, read_areas
from kini.reports.public_text import words_of
from kini.services.models import ServiceVersion
from tests.cases.town import Town, filled
from tests.pagechecks import CheckedClient
from tests.reports.test_public_reports import lamps as lamps
from tests.reports.test_public_reports import said

#: Size of the photo, and the rectangle in it with stripes that stand for a number plate.
SIZE, PLATE = (800, 600), (400, 300, 560, 360)
FACE = CoveredArea(500, 500, 700, 600)
SECRETS = (b"Kamera Rahasia", b"Warga Contoh", b"Exif", b"GPS")


def camera_photo() -> bytes:
    """Photo with striped plate, position, owner's name and a thumbnail in its metadata."""
    image = Image.new("RGB", SIZE, (90, 120, 90))
    for x in range(PLATE[0], PLATE[2], 4):
        image.paste((0, 0, 0) if x % 8 else (255, 255, 255), (x, PLATE[1], x + 4, PLATE[3]))
    exif = image.getexif()
    exif[ExifTags.Base.Artist], exif[ExifTags.Base.Model] = "Warga Contoh", "Kamera Rahasia"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (6.0, 6.0, 36.0)
    target = io.BytesIO()
    image.save(target, "JPEG", quality=95, exif=exif)
    assert all(secret in target.getvalue() for secret in SECRETS[:3])
    return target.getvalue()


@pytest.fixture
def with_photo(town: Town, lamps: ServiceVersion) -> Case:
    by = town.named("resident")
    draft = filled(by, lamps, town.resident, said())
    upload = SimpleUploadedFile("IMG.jpg", camera_photo(), "image/jpeg")
    picture = cases.attach_file(by=by, draft=draft, slot="photos", upload=upload)
    cases.update_answers(by=by, draft=draft, values={"photos": {"files": [str(picture.pk)]}})
    return cases.submit(by=by, draft=draft, confirm=True)


def colours_in(content: bytes, box: tuple[int, int, int, int]) -> int:
    """Number of clearly different greys along the middle row of a box."""
    with Image.open(io.BytesIO(content)) as image:
        left, top, right, bottom = (round(side * image.width / SIZE[0]) for side in box)
        row = image.convert("L").crop((left, (top + bottom) // 2, right, (top + bottom) // 2 + 1))
        values: list[Any] = list(row.tobytes())
    return sum(abs(one - other) > 60 for one, other in pairwise(values))


def test_nothing_of_the_metadata_is_in_any_public_byte(town: Town, with_photo: Case, client: CheckedClient):
    photo, clerk = with_photo.documents.get(), town.named("clerk")
    copy = actions.prepare_photo(by=clerk, case=with_photo, photo=photo)
    actions.release(by=clerk, case=with_photo, text=words_of(with_photo), before=copy)
    public = b"".join(client.get(f"/reports/{with_photo.reference}/photo/before/").streaming_content)
    assert not [secret for secret in SECRETS if secret in public]
    with Image.open(io.BytesIO(public)) as image:
        assert not image.getexif()
        assert image.size == SIZE


def test_what_is_marked_is_covered_and_the_photo_stays(town: Town, with_photo: Case):
    photo, clerk = with_photo.documents.get(), town.named("clerk")
    before = photo.sha256
    copy = actions.prepare_photo(by=clerk, case=with_photo, photo=photo, areas=[FACE])
    with files.open_stored(copy.sha256) as stored, files.open_stored(before) as original:
        covered, plain = stored.read(), original.read()
    assert colours_in(plain, PLATE) > 30, "the stripes are there"
    assert colours_in(covered, PLATE) <= public_photos.CELLS
    assert copy.areas == [list(FACE)]
    assert files.path_of(before).read_bytes()[:3] != b"\xff\xd8\xff", "the photo is encrypted on the disk"


def test_a_mosaic_covers_all_of_its_area_at_any_place(town: Town, with_photo: Case):
    photo = with_photo.documents.get()
    for area in (CoveredArea(0, 0, 20, 400), CoveredArea(980, 900, 1000, 1000), CoveredArea(500, 500, 501, 501)):
        assert public_photos.public_copy(photo.sha256, [area])
    covered = public_photos.public_copy(photo.sha256, [CoveredArea(0, 0, 1000, 1000)])
    assert colours_in(covered, (0, 0, *SIZE)) <= public_photos.CELLS


def test_two_clicks_mark_a_place_without_scripts(town: Town, with_photo: Case, client: CheckedClient):
    photo = with_photo.documents.get()
    address = f"/desk/reports/{with_photo.reference}/photos/{photo.pk}/"
    client.force_login(town.clerk.user)
    page = client.get(address, {"at.x": "300", "at.y": "225"}).content.decode()
    assert 'name="corner" value="500,500"' in page
    page = client.get(address, {"corner": "500,500", "at.x": "420", "at.y": "270"}).content.decode()
    assert 'name="area" value="500,500,700,600"' in page
    assert 'name="corner"' not in page
    page = client.get(address, {"area": "500,500,700,600", "left": "0", "top": "0", "right": "10", "bottom": "20"})
    assert 'name="area" value="0,0,100,200"' in page.content.decode()
    far = dict.fromkeys(("left", "top", "right", "bottom"), "9" * 5000)
    assert client.get(address, far).status_code == 200
    preview = client.get(f"{address}covered/", {"area": "500,500,700,600", "corner": "1,1"})
    assert colours_in(preview.content, PLATE) <= public_photos.CELLS
    assert AccessLog.objects.filter(resident=town.resident).exists()
    assert client.post(address, {"area": "500,500,700,600"}).status_code == 422
    assert not PublicPhoto.objects.exists()
    assert client.post(address, {"area": "500,500,700,600", "looked": "1"}).status_code == 303
    copy = PublicPhoto.objects.get()
    assert copy.areas == [[500, 500, 700, 600]]
    check = f"/desk/reports/{with_photo.reference}/"
    assert f'value="{copy.pk}" checked' in client.get(check).content.decode()
    shown = b"".join(client.get(f"{check}copies/{copy.pk}/").streaming_content)
    assert colours_in(shown, PLATE) <= public_photos.CELLS
    client.post(check, {"text": words_of(with_photo), "verdict": "release", "before": str(copy.pk)})
    assert queries.public_report(with_photo.reference).current.before == copy
    client.force_login(town.neighbour.user)
    assert client.get(address).status_code == 403


def test_only_copies_of_the_report_are_released(town: Town, with_photo: Case, client: CheckedClient):
    photo = with_photo.documents.get()
    with pytest.raises(NotAllowed):
        actions.prepare_photo(by=town.named("neighbour"), case=with_photo, photo=photo)
    with pytest.raises(ActionRefused, match="photo of this report"):
        actions.prepare_photo(by=town.named("clerk"), case=with_photo, photo=Attachment(case_id=0, sha256="x"))
    client.force_login(town.clerk.user)
    check = f"/desk/reports/{with_photo.reference}/"
    client.post(check, {"text": words_of(with_photo), "verdict": "release", "before": str(photo.pk)})
    assert queries.public_report(with_photo.reference).current.before is None
    assert client.get(f"/reports/{with_photo.reference}/photo/before/").status_code == 404


def test_wrong_rectangles_are_left_out():
    assert read_areas(["1,2,3,4", "3,2,1,4", "0,0,0,5", "a,b,c,d", "1,2,3", "0,0,1001,5", "-1,0,5,5"]) == [(1, 2, 3, 4)]
    assert area_between((9, 2), (4, 8)) == (4, 2, 9, 8)
    assert area_between((5, 5), (5, 5)) == (5, 5, 6, 6)
