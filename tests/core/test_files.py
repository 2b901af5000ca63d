"""Uploads: valid files are cleaned and stored, hostile ones refused with a helpful message."""

import io
import random
import struct
import zipfile
import zlib
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from kini.core import files

SCRIPT = b"<script>alert(1)</script>"
pytestmark = pytest.mark.usefixtures("var")


def picture(form: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: object) -> bytes:
    image = Image.new("RGB", size, "navy")
    image.paste("orange", (0, 0, size[0] // 2, size[1] // 2))  # the upper left corner is known
    target = io.BytesIO()
    image.convert(mode).save(target, form, **options)
    return target.getvalue()


def exif(
    *,
    orientation: int = 1,
    taken_at: str = "2026:03:01 10:20:30",
    offset: str = "",
    place: dict[int, object] | None = None,
) -> Image.Exif:
    data = Image.Exif()
    data[ExifTags.Base.Orientation] = orientation
    data[ExifTags.Base.Make] = "Secretphone"
    details = data.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = taken_at
    if offset:
        details[ExifTags.Base.OffsetTimeOriginal] = offset
    tags, gps = ExifTags.GPS, data.get_ifd(ExifTags.IFD.GPSInfo)
    gps |= {tags.GPSLatitudeRef: "S", tags.GPSLatitude: (6.0, 10.0, 30.0)}
    gps |= {tags.GPSLongitudeRef: "E", tags.GPSLongitude: (106.0, 49.0, 12.0), **(place or {})}
    return data


def pdf(change: object = None, **options: str) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if callable(change):
        change(writer)
    if options:
        writer.encrypt(**options)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def keep(
    content: bytes, name: str = "scan.jpg", accept: frozenset[str] = files.DOCUMENTS, **more: object
) -> files.StoredFile:
    return files.store(SimpleUploadedFile(name, content), accept=accept, **more)


def kept(stored: files.StoredFile) -> bytes:
    with files.open_stored(stored.sha256) as file:
        return file.read()


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (picture("JPEG"), "image/jpeg"),
        (picture("JPEG", mode="CMYK"), "image/jpeg"),
        (picture("JPEG", mode="L"), "image/jpeg"),
        (picture("PNG"), "image/png"),
        (picture("PNG", mode="P"), "image/png"),
        (picture("PNG", mode="1"), "image/png"),
        (picture("PNG", mode="I;16"), "image/png"),
        (picture("PNG", mode="RGBA"), "image/png"),
        (picture("PNG", mode="LA"), "image/png"),
        (picture("WEBP"), "image/webp"),
        (picture("WEBP", mode="RGBA"), "image/webp"),
        (pdf(), "application/pdf"),
    ],
)
def test_honest_files_are_kept(content: bytes, content_type: str) -> None:
    stored = keep(content, "any-name.exe")
    assert stored.content_type == content_type
    assert stored.size == len(kept(stored))
    assert files.exists(stored.sha256)
    assert files.is_intact(stored.sha256)
    if content_type != "application/pdf":
        with Image.open(io.BytesIO(kept(stored))) as image:
            assert image.size == (60, 40)


def test_a_photo_tells_when_and_then_forgets_where(var: Path) -> None:
    stored = keep(picture(exif=exif(), comment=b"home"), timezone=ZoneInfo("Asia/Jakarta"))
    assert stored.taken_at == datetime(2026, 3, 1, 3, 20, 30, tzinfo=UTC)
    with Image.open(io.BytesIO(kept(stored))) as image:
        assert not image.getexif()
        assert "comment" not in image.info
    assert b"Secretphone" not in kept(stored)
    assert b"home" not in kept(stored)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ({}, (-6.175, 106.82)),
        ({ExifTags.GPS.GPSLatitudeRef: "N"}, (6.175, 106.82)),
        ({ExifTags.GPS.GPSLongitudeRef: "W"}, (-6.175, -106.82)),
        ({ExifTags.GPS.GPSLatitude: (90.0, 59.0, 0.0)}, None),
        ({ExifTags.GPS.GPSLatitude: (6.0, 10.0)}, None),
        ({ExifTags.GPS.GPSLatitude: (0.0, 0.0, 0.0), ExifTags.GPS.GPSLongitude: (0.0, 0.0, 0.0)}, None),
    ],
)
def test_the_place_of_a_photo_is_read_when_it_can_be(
    place: dict[int, object], expected: tuple[float, float] | None
) -> None:
    point = keep(picture(exif=exif(place=place))).point
    assert point == (expected and pytest.approx(expected))


@pytest.mark.parametrize(
    ("taken_at", "offset", "expected"),
    [
        ("2026:03:01 10:20:30", "+07:00", datetime(2026, 3, 1, 3, 20, 30, tzinfo=UTC)),
        ("2026:03:01 10:20:30", "", datetime(2026, 3, 1, 10, 20, 30, tzinfo=UTC)),
        ("2026:03:01 10:20:30", "nonsense", None),
        ("0000:00:00 00:00:00", "", None),
        ("1970:01:01 00:00:00", "", None),
        ("9999:12:31 23:59:59", "-12:00", None),
        ("yesterday", "", None),
    ],
)
def test_a_camera_clock_is_believed_when_it_can_be(taken_at: str, offset: str, expected: datetime | None) -> None:
    assert keep(picture(exif=exif(taken_at=taken_at, offset=offset))).taken_at == expected


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photos_stand_upright(orientation: int) -> None:
    upright = Image.new("RGB", (60, 40), "navy")
    upright.paste("orange", (0, 0, 30, 20))
    as_held = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,  # held so, it is turned by 270 degrees to stand
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    as_stored = upright.transpose(as_held[orientation]) if orientation > 1 else upright
    target = io.BytesIO()
    as_stored.save(target, "PNG", exif=exif(orientation=orientation))
    with Image.open(io.BytesIO(kept(keep(target.getvalue())))) as image:
        assert image.size == (60, 40)
        assert image.getpixel((5, 5)) == upright.getpixel((5, 5))
        assert image.getpixel((55, 35)) == upright.getpixel((55, 35))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")  # said by Pillow, which goes on
def test_broken_metadata_spoils_no_picture() -> None:
    content = picture(exif=b"Exif\0\0II*\0" + b"\xff" * 40)
    assert keep(content).taken_at is None


def test_large_photos_become_smaller() -> None:
    with Image.open(io.BytesIO(kept(keep(picture(size=(6000, 3000)))))) as image:
        assert max(image.size) <= 4096


def archive() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr("index.html", SCRIPT)
    return target.getvalue()


@pytest.mark.parametrize("tail", [SCRIPT, b"GIF89a" + SCRIPT, archive(), pdf()], ids=["html", "gif", "zip", "pdf"])
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_what_hides_behind_a_picture_is_gone(form: str, tail: bytes) -> None:
    result = kept(keep(picture(form) + tail))
    assert SCRIPT not in result
    assert not zipfile.is_zipfile(io.BytesIO(result))
    assert b"%PDF" not in result


def test_what_hides_inside_a_picture_is_gone() -> None:
    assert SCRIPT not in kept(keep(picture("JPEG", comment=SCRIPT)))
    assert SCRIPT not in kept(keep(picture("JPEG", icc_profile=SCRIPT)))


@pytest.mark.parametrize("content", [b"GIF89a" + picture(), SCRIPT + picture(), b"MZ" + pdf(), b"\0", b"text"])
def test_other_types_are_refused(content: bytes) -> None:
    with pytest.raises(files.FileRefused, match="JPEG, PNG, WebP, PDF"):
        keep(content)


def test_only_welcome_types_are_taken() -> None:
    with pytest.raises(files.FileRefused, match="Choose one of these: JPEG, PNG, WebP"):
        keep(pdf(), accept=files.IMAGES)
    with pytest.raises(files.FileRefused, match="Choose one of these: PDF"):
        keep(picture(), accept=files.PDF)


def test_empty_and_large_files_are_refused() -> None:
    with pytest.raises(files.FileRefused, match="empty"):
        keep(b"")
    with pytest.raises(files.FileRefused, match="limit is 10 MB"):
        keep(picture() + b"\0" * 50_000_000)


def png_of(width: int, height: int, data: bytes = b"") -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(9000, 9000), (10_000, 10_000), (60_000, 60_000), (2**31 - 1, 1)])
def test_pictures_with_too_many_pixels_are_not_unpacked(width: int, height: int) -> None:
    with pytest.raises(files.FileRefused, match="limit is 25 megapixels"):
        keep(png_of(width, height, zlib.compress(b"\0" * 1_000_000)))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_half_a_picture_is_refused(form: str) -> None:
    image = Image.effect_noise((200, 200), 80).convert("RGB")
    target = io.BytesIO()
    image.save(target, form)
    with pytest.raises(files.FileRefused, match="damaged"):
        keep(target.getvalue()[: target.tell() // 2])


@given(st.sampled_from([picture("JPEG"), picture("PNG"), picture("WEBP"), pdf()]), st.randoms(use_true_random=False))
def test_bent_files_are_taken_or_refused_but_never_crash(content: bytes, chance: random.Random) -> None:
    bent = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        bent[chance.randrange(12, len(bent))] = chance.randrange(256)
    with suppress(files.FileRefused):
        assert keep(bytes(bent)).size > 0


def add_script(writer: PdfWriter) -> None:
    names = ArrayObject([TextStringObject("hello"), action(S=NameObject("/JavaScript"), JS=TextStringObject("alert"))])
    writer.root_object[NameObject("/Names")] = action(JavaScript=action(Names=names))


def add_file(writer: PdfWriter) -> None:
    writer.add_attachment("page.html", SCRIPT)


def action(**entries: object) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{name}"): value for name, value in entries.items()})


def open_with(sort: str) -> object:
    def change(writer: PdfWriter) -> None:
        writer.root_object[NameObject("/OpenAction")] = action(S=NameObject(sort), F=TextStringObject("calc.exe"))

    return change


def hide_script(writer: PdfWriter) -> None:
    writer._add_object(action(S=NameObject("/JavaScript"), JS=TextStringObject("app.alert(1)")))


def act_on_opening_the_page(writer: PdfWriter) -> None:
    writer.pages[0][NameObject("/AA")] = action(O=action(S=NameObject("/Named"), N=NameObject("/Print")))


def annotate(kind: str) -> object:
    def change(writer: PdfWriter) -> None:
        writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(action(Subtype=NameObject(kind)))])

    return change


def fill_in_by_script(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/AcroForm")] = action(XFA=TextStringObject("<xdp/>"))


@pytest.mark.parametrize(
    "change",
    [
        add_script,
        add_file,
        hide_script,
        act_on_opening_the_page,
        fill_in_by_script,
        *(open_with(sort) for sort in ("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE")),
        *(annotate(kind) for kind in ("/FileAttachment", "/RichMedia", "/Movie", "/Screen", "/3D")),
    ],
)
def test_pdfs_that_do_more_than_show_pages_are_refused(change: object) -> None:
    with pytest.raises(files.FileRefused, match="Print it to a plain PDF"):
        keep(pdf(change))


def link(**action_entries: object) -> object:
    """PDF page with a link that has this action."""

    def change(writer: PdfWriter) -> None:
        about = action(Subtype=NameObject("/Link"), A=writer._add_object(action(**action_entries)))
        writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(about)])

    return change


def to(address: str) -> object:
    return link(S=NameObject("/URI"), URI=TextStringObject(address))


def at_root(**entries: object) -> object:
    def change(writer: PdfWriter) -> None:
        writer.root_object.update(action(**entries))

    return change


UNC = TextStringObject(r"\\evil.example\share\x.pdf")
ADDRESSES = ("javascript:alert(1)", "file:///etc/passwd", r"\\evil\x", "//evil/x", "smb://evil/x", "x.html", "")
OUTSIDE = [
    link(S=NameObject("/Thread"), F=UNC, D=NumberObject(0)),
    link(S=NameObject("/GoTo"), F=UNC),
    link(S=NameObject("/GoTo"), F=action(UF=UNC)),
    link(S=NameObject("/NewInPDF3")),
    link(S=NameObject("/GoTo"), Next=action(S=NameObject("/NewInPDF3"))),
    link(S=NameObject("/GoTo"), Next=ArrayObject([action(S=NameObject("/Hide"))])),
    *(to(address) for address in (*ADDRESSES, " JavaScript:alert(1)", "data:text/html,x")),
    annotate("/NewInPDF3"),
    at_root(OpenAction=action(S=NameObject("/URI"), URI=TextStringObject("https://evil.example"))),
    at_root(URI=action(Base=TextStringObject("file://evil/"))),
    at_root(Names=action(Renditions=action(Names=ArrayObject()))),
    at_root(Collection=action()),
    at_root(Extra=action(Type=NameObject("/Filespec"))),
    at_root(Extra=action(Type=NameObject("/XObject"), Subtype=NameObject("/Form"), Ref=action(Page=NumberObject(0)))),
    at_root(Extra=action(Type=NameObject("/XObject"), Subtype=NameObject("/Image"), F=UNC)),
    at_root(Extra=action(Type=NameObject("/Action"), S=NameObject("/NewInPDF3"))),
]


@pytest.mark.parametrize("change", OUTSIDE)
def test_pdfs_that_point_outside_are_refused(change: object) -> None:
    with pytest.raises(files.FileRefused, match="Print it to a plain PDF"):
        keep(pdf(change))


PLAIN = [
    to("https://www.example.org/?q=1"),
    to("mailto:city@example.org"),
    link(S=NameObject("/GoTo"), D=TextStringObject("chapter")),
    link(S=NameObject("/Named"), N=NameObject("/NextPage")),
    at_root(OpenAction=action(S=NameObject("/GoTo"), D=TextStringObject("chapter"))),
    at_root(Names=action(Dests=action(Names=ArrayObject()))),
    at_root(Extra=action(S=NameObject("/P"), A=action(O=NameObject("/Layout"), Placement=NameObject("/Block")))),
    at_root(Extra=action(Font=action(F=action(Type=NameObject("/Font")), A=action(Type=NameObject("/Font"))))),
    at_root(Extra=action(Type=NameObject("/Trans"), S=NameObject("/Dissolve"))),
    annotate("/Widget"),
]


@pytest.mark.parametrize("change", PLAIN)
def test_pdfs_with_links_marks_and_tags_are_taken(change: object) -> None:
    assert keep(pdf(change)).size


def test_names_written_in_escapes_hide_nothing() -> None:
    content = pdf(open_with("/JavaScript")).replace(b"/JavaScript", b"/J#61vaScript")
    assert b"/JavaScript" not in content
    with pytest.raises(files.FileRefused, match="Print it to a plain PDF"):
        keep(content)


def test_a_pdf_may_open_at_one_of_its_pages() -> None:
    def change(writer: PdfWriter) -> None:
        page = writer.pages[0].indirect_reference
        writer.root_object[NameObject("/OpenAction")] = ArrayObject([page, NameObject("/Fit")])
        writer.pages[0][NameObject("/Rotate")] = NumberObject(90)

    stored = keep(pdf(change))
    assert len(PdfReader(io.BytesIO(kept(stored))).pages) == 1
    assert stored.sha256 == stored.source_sha256


def test_locked_pdfs_are_refused() -> None:
    with pytest.raises(files.FileRefused, match="password"):
        keep(pdf(user_password="rahasia", algorithm="AES-256"))


@pytest.mark.parametrize("tail", [SCRIPT, archive(), b"\n<html>"], ids=["html", "zip", "html-after-line"])
def test_pdfs_that_are_something_else_too_are_refused(tail: bytes) -> None:
    with pytest.raises(files.FileRefused, match="another type of file at once"):
        keep(pdf() + tail)


def test_an_archive_that_ends_as_a_pdf_is_refused() -> None:
    target = io.BytesIO(pdf())
    with zipfile.ZipFile(target, "a") as packed:
        packed.writestr("index.html", SCRIPT)
        packed.comment = b"\n%%EOF\n"
    with pytest.raises(files.FileRefused, match="another type of file at once"):
        keep(target.getvalue())


def many_pages(writer: PdfWriter) -> None:
    for _ in range(300):
        writer.add_blank_page(10, 10)


def test_damaged_and_endless_pdfs_are_refused() -> None:
    with pytest.raises(files.FileRefused, match="damaged"):
        keep(pdf()[:-40])
    with pytest.raises(files.FileRefused, match="damaged"):
        keep(b"%PDF-1.7\nnothing\n%%EOF")
    with pytest.raises(files.FileRefused, match="limit is 300"):
        keep(pdf(many_pages))


def test_the_same_content_is_kept_once(var: Path) -> None:
    assert keep(pdf()).sha256 == keep(pdf(), "other.pdf").sha256
    assert len([path for path in (var / "files").rglob("*") if path.is_file()]) == 1
    stored = keep(pdf())
    assert (var / "files" / stored.sha256[:2] / stored.sha256[2:4] / stored.sha256).is_file()


def test_a_changed_file_is_noticed(var: Path) -> None:
    stored = keep(pdf())
    files.path_of(stored.sha256).write_bytes(b"other")
    assert not files.is_intact(stored.sha256)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "0" * 63, "G" * 64, "0" * 64 + "\n", "\0" * 64])
def test_nothing_outside_the_folder_has_a_name(name: str) -> None:
    assert not files.exists(name)
    with pytest.raises(FileNotFoundError):
        files.open_stored(name)


@pytest.mark.parametrize(
    ("given_name", "clean"),
    [
        ("KTP scan.jpg", "KTP scan.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\Ijazah.pdf", "Ijazah.pdf"),
        ("a\0b\r\nc.png", "abc.png"),
        ("\u202efdp.exe", "fdp.exe"),
        ("", ""),
    ],
)
def test_names_are_cleaned(given_name: str, clean: str) -> None:
    assert files.clean_name(given_name) == clean


@given(st.text())
def test_any_name_can_be_stored_and_shown(name: str) -> None:
    clean = files.clean_name(name)
    assert len(clean) <= files.NAME_LENGTH
    assert not {"/", "\\", "\0", "\n"} & set(clean)


def test_a_long_name_keeps_its_ending() -> None:
    clean = files.clean_name("x" * 300 + ".pdf")
    assert clean.endswith("xx.pdf")
    assert len(clean) == files.NAME_LENGTH
