"""PDFs that only show pages. Anything that runs, opens or carries something else is refused. Pure."""

import io
import time
import zipfile
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from pypdf import PdfReader, apply_configuration
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

MAX_PAGES = 300
#: Far above what a form of three hundred pages has, far below what keeps a server busy.
MAX_OBJECTS = 50_000
MAX_UNPACKED_BYTES = 20_000_000
MAX_SECONDS = 5
END_MARK = b"%%EOF"
END_WITHIN = 1024

#: Entries of a dictionary, and kinds of action, annotation and stream, that do more than show a page.
ACTIVE_KEYS = frozenset({"/JS", "/JavaScript", "/AA", "/XFA", "/EmbeddedFiles", "/EF", "/RichMediaContent"})
ACTIVE_ACTIONS = frozenset(
    {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition", "/RichMediaExecute"}
)
ACTIVE_KINDS = frozenset({"/EmbeddedFile", "/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"})
#: Looked for in the bytes too, as some readers find objects that the file's own table leaves out.
ACTIVE_BYTES = (b"/JavaScript", b"/Launch", b"/EmbeddedFile")


class Unfit(Exception):
    """The PDF cannot be taken; the message is for the person who sent it."""


def check(content: bytes) -> None:
    """Refuse what is not a plain PDF.

    A file may open at one of its pages (many programs write that); it may not open or start anything else.

    Raises:
        Unfit: damaged, locked, too long, another file at the same time, or with scripts, launches or files inside.
    """
    _refuse_second_nature(content)
    if any(word in content for word in ACTIVE_BYTES):
        raise Unfit(_active())
    try:
        with apply_configuration(zlib_maximum_output_length=MAX_UNPACKED_BYTES):
            _check_objects(PdfReader(io.BytesIO(content)))
    except Unfit:
        raise
    except Exception:  # a parser meets hostile bytes here, and raises whatever it likes
        raise Unfit(_damaged()) from None


def _check_objects(reader: PdfReader) -> None:
    if reader.is_encrypted:
        raise Unfit(_("This PDF is locked by a password. Save it without one."))
    if any(_is_active(thing) for thing in _dictionaries(reader)):
        raise Unfit(_active())
    if len(reader.pages) > MAX_PAGES:
        raise Unfit(_("This PDF has too many pages. It may have up to {pages}.").format(pages=MAX_PAGES))
    if not len(reader.pages):
        raise Unfit(_damaged())


def _refuse_second_nature(content: bytes) -> None:
    """A file that ends where its PDF ends cannot be a web page or an archive as well."""
    end = content.rfind(END_MARK)
    if end < 0 or len(content) - end > END_WITHIN:
        raise Unfit(_damaged())
    rest = content[end + len(END_MARK) :].strip(b"\r\n\t \0")
    if rest or zipfile.is_zipfile(io.BytesIO(content)):
        raise Unfit(_("This file is a PDF and something else at once. Save it as a plain PDF."))


def _dictionaries(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Every dictionary of the file, also of objects that no page uses."""
    ids = {(number, generation) for generation, numbers in reader.xref.items() for number in numbers}
    ids |= {(number, 0) for number in reader.xref_objStm}
    yield from _inside(reader.trailer)
    latest = time.monotonic() + MAX_SECONDS
    for number, generation in sorted(ids):
        if len(ids) > MAX_OBJECTS or time.monotonic() > latest:
            raise Unfit(_("This PDF is too complicated. Print it into a new PDF."))
        yield from _inside(reader.get_object(IndirectObject(number, generation, reader)))


def _inside(thing: Any) -> Iterator[DictionaryObject]:
    """The dictionaries in an object, without following references: each object gets its own turn."""
    waiting = [thing]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, DictionaryObject):
            yield thing
            waiting.extend(thing.values())
        elif isinstance(thing, ArrayObject):
            waiting.extend(thing)


def _is_active(thing: DictionaryObject) -> bool:
    kinds = {str(thing[key]) for key in ("/Type", "/Subtype") if key in thing}
    action = str(thing["/S"]) if "/S" in thing else ""
    return not ACTIVE_KEYS.isdisjoint(thing) or not ACTIVE_KINDS.isdisjoint(kinds) or action in ACTIVE_ACTIONS


def _active() -> str:
    return _("This PDF carries scripts, actions or other files. Print it into a plain PDF.")


def _damaged() -> str:
    return _("This PDF is damaged. Save it anew.")
