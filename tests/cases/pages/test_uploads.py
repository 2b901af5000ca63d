"""Photos and papers on question pages."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from kini.cases.models import Attachment, Draft
from kini.core.files import MAX_BYTES
from kini.services.models import ServiceVersion
from tests.cases import town as towns
from tests.cases.pages.browsing import Seen, Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def photos(resident: Visitor, census: ServiceVersion) -> Seen:
    resident.begin("census")
    return resident.see(f"/apply/{Draft.objects.get().pk}/pictures/")


@pytest.fixture
def mixed(resident: Visitor, census: ServiceVersion) -> Seen:
    """A page with a photo and a text."""
    resident.begin("census")
    return resident.see(f"/apply/{Draft.objects.get().pk}/damage/")


def bomb() -> bytes:
    picture = BytesIO()
    Image.new("1", (8_000, 8_000)).save(picture, "PNG")
    return picture.getvalue()


BAD = {
    "a program": b"MZ\x90\x00 a program",
    "a web page": b"<html><script>alert(1)</script></html>",
    "half a picture": b"\xff\xd8\xff\xe0" + b"\0" * 40,
    "too large": b"\xff\xd8\xff" + b"\0" * MAX_BYTES,
    "nothing": b"",
    "paper where a photo belongs": b"%PDF-1.4\n%%EOF",
}


@pytest.mark.parametrize("content", [*BAD.values(), None], ids=[*BAD, "a picture that explodes"])
def test_a_bad_file_is_refused_in_words(resident: Visitor, photos: Seen, content: bytes | None) -> None:
    upload = SimpleUploadedFile("boat.jpg", bomb() if content is None else content, "image/jpeg")
    page = resident.send(photos, pictures=upload)
    assert page.status == 422
    assert len(page.errors) == 1
    assert not Attachment.objects.exists()


def test_a_file_is_shown_and_can_be_taken_away(resident: Visitor, photos: Seen) -> None:
    resident.send(photos, pictures=towns.photo(5, name="perahu biru.jpg"))
    page = resident.see(photos.url)
    assert "perahu biru.jpg" in page.text
    document = Attachment.objects.get()
    page = resident.send(page, remove=str(document.pk))
    assert "perahu biru.jpg" not in page.text
    assert not Attachment.objects.exists()
    assert "pictures" not in Draft.objects.get().answers
    again = resident.send(page, remove=str(document.pk))
    assert again.status == 200


def test_several_photos_are_kept_up_to_the_limit(resident: Visitor, photos: Seen) -> None:
    assert resident.send(photos, pictures=[towns.photo(1), towns.photo(2)]).heading == "Photo and words"
    page = resident.send(photos, pictures=towns.photo(3))
    assert page.status == 422
    assert Attachment.objects.count() == 2


def test_the_same_photo_sent_twice_is_kept_once(resident: Visitor, photos: Seen) -> None:
    for _again in range(2):
        assert resident.sent(photos, pictures=towns.photo(1)).status_code == 303
    assert Attachment.objects.count() == 1


def test_a_photo_is_kept_when_something_else_is_wrong(resident: Visitor, mixed: Seen) -> None:
    page = resident.send(mixed, damage=towns.photo(1, name="retak.jpg"), words="")
    assert (page.status, len(page.errors)) == (422, 1)
    assert "retak.jpg" in page.text
    assert resident.send(page, words="A crack.").status == 200
    assert Draft.objects.get().answers["damage"] == {"files": [str(Attachment.objects.get().pk)]}


def test_taking_a_photo_away_keeps_what_was_typed(resident: Visitor, mixed: Seen) -> None:
    page = resident.send(mixed, damage=towns.photo(1), words="")
    page = resident.send(page, words="A long story", remove=str(Attachment.objects.get().pk))
    assert page.status == 200
    assert page.value("words") == "A long story"
    assert not Attachment.objects.exists()


def test_nobody_attaches_or_takes_away_a_file_of_somebody_else(
    resident: Visitor, neighbour: Visitor, photos: Seen
) -> None:
    resident.send(photos, pictures=towns.photo(1))
    document = Attachment.objects.get()
    neighbour.begin("census")
    own = f"/apply/{Draft.objects.exclude(pk=document.draft_id).get().pk}/pictures/"
    page = neighbour.see(own)
    assert neighbour.send(page, remove=str(document.pk)).status == 200
    assert neighbour.post(own, {"pictures.ids": str(document.pk)}).status_code == 422
    assert Attachment.objects.get() == document
    assert neighbour.get(f"{own.replace('pictures', 'files')}{document.pk}/").status_code == 404


def test_the_owner_looks_at_what_was_uploaded(resident: Visitor, photos: Seen) -> None:
    resident.send(photos, pictures=towns.photo(1, name='a "quoted"; name.jpg'))
    document = Attachment.objects.get()
    answer = resident.get(f"/apply/{document.draft_id}/files/{document.pk}/")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert '"' not in answer["Content-Disposition"].partition("filename*=")[2]
    assert b"".join(answer.streaming_content).startswith(b"\xff\xd8\xff")


def test_a_paper_or_the_statement_but_not_both(resident: Visitor, census: ServiceVersion) -> None:
    resident.begin("census")
    page = resident.see(f"/apply/{Draft.objects.get().pk}/doc-letter/")
    assert resident.send(page).status == 422
    both = resident.send(page, letter=towns.photo(1), letter__statement="yes")
    assert both.status == 422
    assert "foto.jpg" in both.text
    assert resident.send(both, letter__statement=None).status == 200
