"""A disk without room: an upload is refused in words, nothing typed is lost, nothing half is kept."""

import io
import os
import resource
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from kini.cases.models import Attachment
from tests.cases.pages.browsing import Seen, Visitor
from tests.cases.pages.test_uploads import mixed  # noqa: F401

pytestmark = pytest.mark.django_db


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file of this process may grow beyond so many bytes: the kernel's answer is that of a full quota."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def noise(side: int) -> SimpleUploadedFile:
    target = io.BytesIO()
    Image.frombytes("RGB", (side, side), secrets.token_bytes(3 * side * side)).save(target, "PNG")
    return SimpleUploadedFile("noise.png", target.getvalue(), "image/png")


@pytest.mark.parametrize("side", [300, 700], ids=["no room to keep it", "no room to receive it"])
def test_an_upload_on_a_full_disk_is_refused_in_words(
    resident: Visitor,
    mixed: Seen,  # noqa: F811
    var: Path,
    side: int,
) -> None:
    with room_for(200_000):
        page = resident.send(mixed, damage=noise(side), words="A crack.")
    assert page.status == 507
    assert "There is no space for more files at the moment." in page.text
    assert page.value("words") == "A crack."
    assert not Attachment.objects.exists()
    assert not [name for _folder, _folders, names in os.walk(var / "files") for name in names]
    assert resident.send(page, damage=noise(100), words="A crack.").status == 200


def test_a_changed_file_is_not_shown(resident: Visitor, mixed: Seen, var: Path) -> None:  # noqa: F811
    resident.send(mixed, damage=noise(40), words="A crack.")
    document = Attachment.objects.get()
    [path] = (path for path in (var / "files").glob("??/??/*") if path.is_file())
    path.write_bytes(path.read_bytes()[:-1])
    answer = resident.get(f"/apply/{document.draft_id}/files/{document.pk}/")
    assert answer.status_code == 500
    assert "The problem has been logged." in answer.content.decode()
