"""A large upload does not fill the disk, and other inputs of its form are kept."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from kini.core.files import MAX_BYTES


def test_a_file_of_50_mb_is_cut_off_and_the_form_is_read() -> None:
    large = SimpleUploadedFile("large.pdf", b"%PDF-" + b"\0" * 50_000_000)
    request = RequestFactory().post("/", {"name": "Sri", "file": large, "after": "typed"})
    received = request.FILES["file"]
    assert MAX_BYTES < received.size < MAX_BYTES + 200_000
    assert request.POST["name"] == "Sri"
    assert request.POST["after"] == "typed"
    received.close()


def test_an_ordinary_file_arrives_whole() -> None:
    content = bytes(range(256)) * 12_000  # above what is held in memory
    request = RequestFactory().post("/", {"file": SimpleUploadedFile("scan.jpg", content)})
    received = request.FILES["file"]
    assert received.read() == content
    received.close()


def test_a_name_with_nul_bytes_arrives_without_them() -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a\0b.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n%PDF-\r\n--x--\r\n"
    )
    request = RequestFactory().post("/", body, content_type="multipart/form-data; boundary=x")
    assert request.FILES["file"].name == "ab.pdf"
