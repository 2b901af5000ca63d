"""Signed PDFs checked by independent programs: signature, tags, language, fonts."""

import shutil
from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from lxml import etree
from pypdf import PdfReader

from kini.core import files
from kini.core.file_errors import FileDamaged
from kini.documents import typesetting
from kini.documents.pages import signed_file_response
from kini.documents.rules import ContentRow, DocumentContent
from tests.documents.pdf_tools import content_of, pdfsig, reader_of
from tests.environment import replace

needs_pdfsig = pytest.mark.skipif(not shutil.which("pdfsig"), reason="pdfsig is not here; install poppler-utils")
#: XMP may say a property as an attribute or as an element.
PDFUA = {"pdfuaid": "http://www.aiim.org/pdfua/ns/id/"}
CODE = "7F3K-9Q2M-V0XA-4TBE-8HJ5"
HOSTILE = [
    '#panic("x") #include "/etc/passwd"',
    "*bold* _it_ `raw` $x^2$ = heading \\ // comment /* */ <label> @ref [x] {y} #{1+1}",
    '", "rows": [], "title": "forged',
    "\u202egnp.exe \u0000\u0007 \ufeff tab\tend",
    "中文 😀 عربى",
    "x" * 3000,
    "</svg><script>alert(1)</script> &amp; %PDF-1.4",
]


def said(*texts):
    rows = tuple(ContentRow(f"row_{n}", f"Label {n}", text) for n, text in enumerate(texts))
    return DocumentContent("Title", "Service", "Agency", "", "Head", "City", "1 January 2026", "", rows)


def set_paper(pack, *texts):
    data = typesetting.document_data(said(*texts), "#0b5d51", "en", "CITY-7F3K-9Q2M/1", CODE)
    return typesetting.render_pdf(pack, "certificate", data, datetime(2026, 1, 1, tzinfo=UTC))


@needs_pdfsig
def test_the_signature_is_valid_and_covers_everything(certificate, tmp_path):
    paper = tmp_path / "document.pdf"
    paper.write_bytes(content_of(certificate))
    output = pdfsig(paper)
    assert "Signature is Valid" in output
    assert "ETSI.CAdES.detached" in output
    assert "Total document signed" in output
    assert "Signer Certificate Common Name: Catatan" in output


def test_a_document_can_be_sent_to_the_city_again(certificate, var):
    upload = SimpleUploadedFile("document.pdf", content_of(certificate))
    assert files.store(upload, accept=files.PDF).sha256 == certificate.sha256


def test_a_document_that_was_changed_on_the_disk_is_not_given_out(certificate):
    path = files.path_of(certificate.sha256)
    assert b"%PDF" not in path.read_bytes()
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(FileDamaged):
        signed_file_response(certificate)


@needs_pdfsig
def test_a_changed_byte_is_noticed(certificate, tmp_path):
    content = bytearray(content_of(certificate))
    content[2000] ^= 1
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(content)
    assert "Signature is Valid" not in pdfsig(changed)


def test_it_is_tagged_and_says_its_language_and_title(certificate):
    reader = reader_of(certificate)
    root = reader.root_object
    assert root["/MarkInfo"]["/Marked"].value
    assert root["/Lang"] == "id"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value
    assert reader.metadata.title == "Sertifikat relawan"
    xmp = etree.fromstring(root["/Metadata"].get_data())
    assert xmp.xpath("string(//@pdfuaid:part | //pdfuaid:part)", namespaces=PDFUA) == "1"
    assert all(page["/Tabs"] == "/S" for page in reader.pages)


def tags(element):
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        elements = kid.get_object()
        if hasattr(elements, "get") and "/S" in elements:
            yield elements["/S"], elements
            yield from tags(elements)


def test_it_has_one_heading_and_its_picture_a_description(certificate):
    elements = list(tags(reader_of(certificate).root_object["/StructTreeRoot"]))
    names = [name for name, _element in elements]
    assert names.count("/H1") == 1
    figures = [element for name, element in elements if name == "/Figure"]
    assert len(figures) == 1
    assert f"https://kota.example/v/{certificate.code}" in figures[0]["/Alt"]


def test_every_font_is_in_the_file(certificate):
    for page in reader_of(certificate).pages:
        for font in page["/Resources"]["/Font"].values():
            descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(descriptor)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_somebody_typed_is_only_ever_text(city, text):
    paper = PdfReader(BytesIO(set_paper(city, text, "after it")))
    shown = "".join(page.extract_text() for page in paper.pages)
    assert "after it" in shown
    letters = "".join(c for c in text if c.isascii() and c.isalnum())
    assert letters in "".join(c for c in shown if c.isalnum())


def test_the_same_data_make_the_same_paper(city):
    assert set_paper(city, "Somebody") == set_paper(city, "Somebody")


def test_only_papers_of_a_first_look_say_that_they_are_examples(settings):
    assert typesetting.layout_data("#0b5d51", "en")["sample_mark"] == "EXAMPLE"
    settings.ENV = replace(settings.ENV, name="production")
    assert (
        typesetting.layout_data("#0b5d51", "en")["sample"]
        == typesetting.layout_data("#0b5d51", "en")["sample_mark"]
        == ""
    )
