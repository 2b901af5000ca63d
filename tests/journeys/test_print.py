"""Printed confirmation and tracker on A4, without screen-only elements."""

from io import BytesIO

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from tests.journeys.conftest import Person
from tests.journeys.test_apply import SERVICE, apply

#: Words of buttons and bars, which paper cannot press.
SCREEN_ONLY = ("Beranda", "Langsung ke isi", "Pantau", "English", "Kirim penilaian", "Saya ingin membatalkannya")


def printed(person: Person, path: str) -> tuple[int, str]:
    """Number of A4 sheets and text of a printed page."""
    person.go(path)
    paper = PdfReader(BytesIO(person.page.pdf(format="A4")))
    return len(paper.pages), "\n".join(sheet.extract_text() for sheet in paper.pages)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_case_prints_on_paper(chromium: Browser, city: str, scheme):
    context = chromium.new_context(locale="id-ID", color_scheme=scheme)
    person = Person(context.new_page(), city)
    person.sign_in("Agus Contoh")
    reference = apply(person, SERVICE)
    for path, most in ((f"/cases/{reference}/sent/", 1), (f"/cases/{reference}/", 2)):
        sheets, text = printed(person, path)
        assert sheets <= most, f"{path}: {sheets} sheets"
        assert reference in text
        assert not [word for word in SCREEN_ONLY if word in text], text
    context.close()
