"""Typesetting to PDF/UA-1. Data reaches the typesetter as a separate file, never as code."""

import hashlib
import io
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import segno
import typst
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from kini.city.public import pack
from kini.core.registry import Registry
from kini.documents.rules import DocumentContent, bundled_glyphs_only, map_texts, printable_text
from kini.web.theme import theme_tokens

#: Folders with built-in templates; a pack's file of the same name in `letters/` overrides one.
template_folders: Registry[Path] = Registry("folder of papers")
template_folders.register("documents", Path(__file__).parent / "paper")
FOLDER = "letters"
DEFAULT_COLOUR = "#0b5d51"
MAIN = "main.typ"
#: Resolution of previews: A4 is 794 pixels wide.
PREVIEW_PPI = 96
#: Stands where a document has its code; nothing is found by it.
NO_CODE = "-"
#: The typesetter's message about a character that no font has.
MISSING_GLYPH = "could not be displayed"


class TypesettingError(Exception):
    """A template cannot be typeset; the message is the typesetter's, with the line."""


def template_files(root: Path) -> dict[str, bytes]:
    """Typst files available to templates of the pack at `root`, by name."""
    folders = [*template_folders, root / FOLDER]
    files = [file for folder in folders for file in sorted(folder.glob("*.typ"))]
    return {file.name: file.read_bytes() for file in files}


def template_digest(root: Path, template: str) -> str:
    """SHA-256 of a template and its layout.

    Raises:
        LookupError: for an unknown template.
    """
    files = template_files(root)
    try:
        return hashlib.sha256(files["layout.typ"] + files[f"{template}.typ"]).hexdigest()
    except KeyError as missing:
        raise LookupError(f"There is no template {missing} in {root / FOLDER}.") from None


def render_pdf(root: Path, template: str, data: Mapping[str, Any], created_at: datetime) -> bytes:
    """Typeset a template with data as PDF/UA-1: tagged, with title and language.

    Characters that no font has become "?".

    Raises:
        TypesettingError: if the template is broken.
    """
    clean = map_texts(dict(data), printable_text)
    try:
        return _set(root, template, clean, created_at)
    except typst.TypstError as error:
        if MISSING_GLYPH not in error.message:
            raise TypesettingError(error.diagnostic) from None
    try:
        return _set(root, template, map_texts(clean, bundled_glyphs_only), created_at)
    except typst.TypstError as error:
        raise TypesettingError(error.diagnostic) from None


def render_preview(root: Path, template: str, data: Mapping[str, Any]) -> bytes:
    """Picture (PNG) of the first page of a template, for the screen.

    Raises:
        TypesettingError: if the template is broken.
    """
    clean = map_texts(map_texts(dict(data), printable_text), bundled_glyphs_only)
    try:
        pages: Any = typst.compile(  # a list where there are several, missing from its type hints
            cast("Any", _files(root, template, clean)),
            format="png",
            ppi=PREVIEW_PPI,
            font_paths=_font_folders(root),
            ignore_system_fonts=True,
        )
    except typst.TypstError as error:
        raise TypesettingError(error.diagnostic) from None
    page: bytes = pages[0] if isinstance(pages, list) else pages
    return page


def _files(root: Path, template: str, data: Mapping[str, Any]) -> dict[str, bytes]:
    files = template_files(root)
    return files | {
        MAIN: files[f"{template}.typ"],
        "data.json": json.dumps(data, ensure_ascii=False).encode(),
        "qr.svg": qr_svg(data["address"]),
    }


def _font_folders(root: Path) -> list[str | Path]:
    fonts = root / FOLDER / "fonts"
    return [fonts] if fonts.is_dir() else []


def _set(root: Path, template: str, data: Mapping[str, Any], created_at: datetime) -> bytes:
    pdf = typst.compile(
        cast("Any", _files(root, template, data)),  # files by name, missing from its type hints
        format="pdf",
        font_paths=_font_folders(root),
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        timestamp=created_at.replace(microsecond=0),
    )
    assert isinstance(pdf, bytes)
    return pdf


def qr_svg(address: str) -> bytes:
    """QR code of a URL as SVG, with error correction for a quarter of it."""
    drawing = io.BytesIO()
    segno.make(address, error="q", micro=False).save(drawing, kind="svg", border=0, xmldecl=False)
    return drawing.getvalue()


def brand_colour() -> str:
    """The city's brand colour, dark enough for text."""
    return theme_tokens(pack.current().theme).get("brand-700", DEFAULT_COLOUR)


def verification_url(code: str) -> str:
    """Verification URL of a document."""
    return f"{settings.ENV.address}{reverse('documents:check', args=[code])}"


def document_data(content: DocumentContent, colour: str, language: str, number: str, code: str) -> dict[str, Any]:
    """Data of a document's template and layout. Labels are in the active language."""
    address = verification_url(code)
    labels = {
        "number": _("Number"),
        "until": _("Valid until"),
        "signed": _("Signed electronically. Use the code on this page to verify a printed copy."),
        "check": _("Check this document"),
        "qr": _("QR code that leads to %(address)s") % {"address": address},
        "agency": _("On behalf of %(agency)s") % {"agency": content.agency},
    }
    return layout_data(colour, language) | {
        **content.as_json(),
        "by_name": {row.name: row.text for row in content.rows},
        "number": number,
        "code": code,
        "address": address,
        "typed_at": f"{settings.ENV.address.partition('://')[2]}{reverse('documents:find')}",
        "labels": labels,
    }


def preview_data(content: DocumentContent, colour: str, language: str) -> dict[str, Any]:
    """Data of a document that has not been issued, marked as a preview. Labels are in the active language."""
    marks = {"sample": _("Preview. Nothing has been issued yet."), "sample_mark": _("PREVIEW")}
    return document_data(content, colour, language, NO_CODE, NO_CODE) | marks


def layout_data(colour: str, language: str) -> dict[str, Any]:
    """Data of the layout; outside production documents are marked as examples."""
    real = settings.ENV.production
    return {
        "colour": colour,
        "language": language,
        "sample": "" if real else _("Example from Kini. This is not an official document."),
        "sample_mark": "" if real else _("EXAMPLE"),
    }
