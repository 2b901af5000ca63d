"""Photos of goods: without metadata, for the two sides and officers until an officer of neither side released them."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from kini.core import file_references, retention
from kini.core.actors import ActionRefused, NotAllowed
from kini.core.file_store import open_stored
from kini.together.models import DeliveryPhoto, Pledge
from kini.together.photos import actions as photo_actions
from tests.cases.town import acting
from tests.pagechecks import CheckedClient
from tests.together.conftest import HelpTown, place
from tests.together.test_pages import signed_in
from tests.together.test_retention import applied


def picture(colour: int = 90) -> SimpleUploadedFile:
    """A JPEG with a place and a camera in its metadata."""
    image, content = Image.new("RGB", (64, 48), (colour, 120, 60)), BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Secret camera"
    image.save(content, "JPEG", exif=exif)
    return SimpleUploadedFile("goods.jpg", content.getvalue(), "image/jpeg")


@pytest.fixture
def pledge(town: HelpTown) -> Pledge:
    return town.received(town.line(town.need()), 5)


def status(client: CheckedClient, address: str) -> int:
    """Status of an answer, whose file is closed."""
    response = client.get(address)
    if response.streaming:
        assert b"".join(response.streaming_content).startswith(b"\xff\xd8"), "a JPEG, read to its end"
    return response.status_code


def add(town: HelpTown, pledge: Pledge, colour: int = 90) -> DeliveryPhoto:
    by = acting(town.boss)
    return photo_actions.add_photo(by=by, pledge=pledge, upload=picture(colour), without_faces=True)


def test_a_photo_loses_its_metadata_and_keeps_its_file(town: HelpTown, pledge: Pledge) -> None:
    photo = add(town, pledge)
    with open_stored(photo.sha256) as stored:
        content = stored.read()
    assert b"Secret camera" not in content
    assert not Image.open(BytesIO(content)).getexif()
    assert photo.sha256 in file_references.referenced_hashes()


def test_only_the_two_sides_and_officers_see_it_before_its_release(town: HelpTown, pledge: Pledge) -> None:
    address = reverse("together:photo", args=[add(town, pledge).pk])
    for who in (town.boss, town.head, town.officer, town.colleague):
        assert status(signed_in(who), address) == 200
    for client in (signed_in(town.donor), CheckedClient()):
        assert status(client, address) == 404
    need = reverse("together:need", args=[pledge.line.need.reference])
    assert address not in signed_in(town.donor).get(need).content.decode()
    desk = signed_in(town.officer)
    assert address in desk.get(reverse("together:desk-photos")).content.decode()
    desk.post(reverse("together:desk-photo-deed", args=[DeliveryPhoto.objects.get().pk, "release"]))
    assert status(CheckedClient(), address) == 200
    assert address in signed_in(town.donor).get(need).content.decode()


def test_a_photo_of_a_hidden_place_is_never_public(town: HelpTown) -> None:
    home = place(town, "orphanage", "Rumah aman", "31.71.01.1002", hidden=True, contact=town.head.user)
    photo = add(town, town.received(town.line(town.need(home)), 5))
    photo_actions.release_photo(by=acting(town.officer), photo=photo)
    assert CheckedClient().get(reverse("together:photo", args=[photo.pk])).status_code == 404


def test_photos_are_released_and_removed_by_officers_of_neither_side(town: HelpTown, pledge: Pledge) -> None:
    by = acting(town.officer)
    photo = photo_actions.add_photo(by=by, pledge=pledge, upload=picture(), without_faces=True)
    with pytest.raises(ActionRefused, match="somebody else"):
        photo_actions.release_photo(by=by, photo=photo)
    for side in (town.boss, town.head, town.donor):
        with pytest.raises(NotAllowed):
            photo_actions.release_photo(by=acting(side), photo=photo)
    photo_actions.remove_photo(by=acting(town.colleague), photo=photo)
    assert not DeliveryPhoto.objects.exists()


def test_what_is_refused(town: HelpTown, pledge: Pledge) -> None:
    by = acting(town.boss)
    with pytest.raises(ActionRefused, match="without any face"):
        photo_actions.add_photo(by=by, pledge=pledge, upload=picture(), without_faces=False)
    with pytest.raises(NotAllowed):
        photo_actions.add_photo(by=acting(town.donor), pledge=pledge, upload=picture(), without_faces=True)
    add(town, pledge)
    with pytest.raises(ActionRefused, match="used for a delivery before"):
        add(town, pledge)
    add(town, pledge, 10)
    add(town, pledge, 200)
    with pytest.raises(ActionRefused, match="3 photos"):
        add(town, pledge, 250)
    open_pledge = town.pledge(town.line(town.need()), 5)
    with pytest.raises(ActionRefused, match="not recorded the delivery"):
        photo_actions.add_photo(by=by, pledge=open_pledge, upload=picture(170), without_faces=True)


def test_a_side_adds_one_on_its_page(town: HelpTown, pledge: Pledge) -> None:
    client, address = signed_in(town.boss), reverse("together:new-photo", args=[pledge.reference])
    assert "multipart/form-data" in client.get(address).content.decode()
    text = SimpleUploadedFile("goods.jpg", b"no picture", "image/jpeg")
    assert client.post(address, {"photo": text, "without_faces": "on"}).status_code == 422
    assert client.post(address, {"photo": picture(), "without_faces": "on"}).status_code == 302
    here = reverse("together:pledge", args=[pledge.reference])
    assert reverse("together:photo", args=[DeliveryPhoto.objects.get().pk]) in client.get(here).content.decode()


def test_photos_are_deleted_after_a_year(town: HelpTown, pledge: Pledge) -> None:
    add(town, pledge)
    term = retention.rules.get("together.photos").term.days
    assert (applied("together.photos", term - 1), applied("together.photos", term + 1)) == (0, 1)
    assert not DeliveryPhoto.objects.exists()
