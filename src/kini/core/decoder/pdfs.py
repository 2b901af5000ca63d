"""Checks that a PDF only shows pages: no scripts, launches or embedded files.

Actions, annotations and names must be on a list of allowed ones; a second list of keys is refused anywhere in the file,
also in objects that no page uses. Keys are those of ISO 32000-2. Runs in a decoder process (core/decoder), whose limits
bound the cost of files that pass these checks.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader, apply_configuration
from pypdf.errors import LimitReachedError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, NullObject

from kini.core.decoder import RejectedFile

MAX_PAGES = 300
#: Far more than a form of three hundred pages needs, far fewer than would keep a decoder busy.
MAX_OBJECTS = 30_000
#: Of one object stream: pypdf parses about a megabyte of objects a second.
MAX_UNPACKED_BYTES = 4_000_000
#: Bytes outside of streams, which are parsed at the same speed; images and texts are in streams.
MAX_STRUCTURE_BYTES = 4_000_000
END_MARK = b"%%EOF"
END_WITHIN = 1024

#: Allowed actions of links, bookmarks and buttons (12.6.4), and on opening the document.
ACTIONS, OPEN_ACTIONS = frozenset({"/GoTo", "/Named", "/URI"}), frozenset({"/GoTo"})
#: Allowed schemes of links; a file: URL on Windows may send the reader's password hash to a stranger.
SCHEMES = ("http://", "https://", "mailto:", "tel:")
#: Allowed annotations, which only show something (12.5.6).
ANNOTATIONS = frozenset(
    [
        "/Text",
        "/Link",
        "/FreeText",
        "/Line",
        "/Square",
        "/Circle",
        "/Polygon",
        "/PolyLine",
        "/Highlight",
        "/Underline",
        "/Squiggly",
        "/StrikeOut",
        "/Stamp",
        "/Caret",
        "/Ink",
        "/Popup",
        "/Widget",
        "/PrinterMark",
        "/TrapNet",
        "/Watermark",
        "/Redact",
    ]
)
#: Allowed name trees (7.7.4): destinations and appearances, not scripts or files.
NAME_TREES = frozenset({"/Dests", "/AP", "/Pages", "/Templates", "/IDS"})

#: Keys, types of objects and actions that do more than show a page; refused everywhere.
ACTIVE_KEYS = frozenset(
    [
        "/JS",
        "/JavaScript",
        "/AA",
        "/XFA",
        "/EmbeddedFiles",
        "/EF",
        "/RF",
        "/UF",
        "/RichMediaContent",
        "/RichMediaSettings",
        "/Collection",
        "/AF",
    ]
)
ACTIVE_KINDS = frozenset(
    [
        "/EmbeddedFile",
        "/FileAttachment",
        "/Filespec",
        "/RichMedia",
        "/Movie",
        "/Sound",
        "/Screen",
        "/3D",
        "/Projection",
        "/FDF",
        "/Collection",
    ]
)
ACTIVE_ACTIONS = frozenset(
    [
        "/JavaScript",
        "/Launch",
        "/SubmitForm",
        "/ImportData",
        "/GoToR",
        "/GoToE",
        "/GoToDp",
        "/GoTo3DView",
        "/Thread",
        "/Rendition",
        "/Movie",
        "/Sound",
        "/RichMediaExecute",
        "/Hide",
        "/ResetForm",
        "/SetOCGState",
        "/Trans",
    ]
)
#: Searched in the raw bytes too: some readers find objects that the cross-reference table omits.
ACTIVE_BYTES = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/GoToR", b"/GoToE", b"/SubmitForm", b"/ImportData")
_STREAM = re.compile(rb"stream\r?\n")


def check(content: bytes) -> None:
    """Refuse everything but a plain PDF.

    A file may open at one of its pages (many programs write that) and link to web pages; it may not start anything or
    refer to other files.

    Raises:
        RejectedFile: damaged, locked, too long, a polyglot, or with scripts, launches or embedded files.
    """
    _refuse_second_nature(content)
    if any(word in content for word in ACTIVE_BYTES):
        raise RejectedFile("pdf-active")
    if structure_bytes(content) > MAX_STRUCTURE_BYTES:
        raise RejectedFile("pdf-too-complicated")
    try:
        with apply_configuration(zlib_maximum_output_length=MAX_UNPACKED_BYTES):
            _check_objects(PdfReader(io.BytesIO(content)))
    except (RejectedFile, MemoryError):
        raise
    except (LimitReachedError, RecursionError):
        raise RejectedFile("pdf-too-complicated") from None
    except Exception:  # on hostile bytes a parser may raise anything
        raise RejectedFile("pdf-damaged") from None


def structure_bytes(content: bytes) -> int:
    """Count the bytes outside of streams."""
    count, at = 0, 0
    while start := _STREAM.search(content, at):
        count += start.end() - at
        end = content.find(b"endstream", start.end())
        if end < 0:
            return count
        at = end + len(b"endstream")
    return count + len(content) - at


def _check_objects(reader: PdfReader) -> None:
    if reader.is_encrypted:
        raise RejectedFile("pdf-locked")
    if any(_is_active(thing) for thing in _dictionaries(reader)):
        raise RejectedFile("pdf-active")
    if len(reader.pages) > MAX_PAGES:
        raise RejectedFile("pdf-too-many-pages", MAX_PAGES)
    if not len(reader.pages):
        raise RejectedFile("pdf-damaged")


def _refuse_second_nature(content: bytes) -> None:
    """Refuse polyglots: a file that ends where its PDF ends cannot be a web page or an archive as well."""
    end = content.rfind(END_MARK)
    if end < 0 or len(content) - end > END_WITHIN:
        raise RejectedFile("pdf-damaged")
    rest = content[end + len(END_MARK) :].strip(b"\r\n\t \0")
    if rest or zipfile.is_zipfile(io.BytesIO(content)):
        raise RejectedFile("pdf-two-natures")


def _dictionaries(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Yield every dictionary of the file, also of objects that no page uses."""
    ids = {(number, generation) for generation, numbers in reader.xref.items() for number in numbers}
    ids |= {(number, 0) for number in reader.xref_objStm}
    if len(ids) > MAX_OBJECTS:
        raise RejectedFile("pdf-too-complicated")
    yield from _inside(reader.trailer)
    for number, generation in sorted(ids):
        yield from _inside(reader.get_object(IndirectObject(number, generation, reader)))


def _inside(thing: Any) -> Iterator[DictionaryObject]:
    """Yield the dictionaries in an object without following references: every object is visited anyway."""
    waiting = [thing]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, DictionaryObject):
            yield thing
            waiting.extend(thing.values())
        elif isinstance(thing, ArrayObject):
            waiting.extend(thing)


def _is_active(thing: DictionaryObject) -> bool:
    """True if a dictionary, or one that it refers to, does more than show something."""
    kinds = {str(_at(thing, key)) for key in ("/Type", "/Subtype")}
    return bool(
        not ACTIVE_KEYS.isdisjoint(thing)
        or not ACTIVE_KINDS.isdisjoint(kinds)
        or str(_at(thing, "/S")) in ACTIVE_ACTIONS
        or ("/Action" in kinds and not _may_act(thing, ACTIONS))
        or ("/Annot" in kinds and str(_at(thing, "/Subtype")) not in ANNOTATIONS)
        or ("/Form" in kinds and "/Ref" in thing)
        or _names_a_file(thing)
        or _links_elsewhere(thing)
        or any(not _may_act(action, allowed) for action, allowed in _actions(thing))
        or any(str(_at(each, "/Subtype")) not in ANNOTATIONS for each in _dictionaries_at(thing, "/Annots"))
        or ("/Catalog" in kinds and _holds_more_names(thing))
    )


def _actions(thing: DictionaryObject) -> Iterator[tuple[DictionaryObject, frozenset[str]]]:
    """Yield the actions of a dictionary, each with the allowed ones. `/A` also has other meanings."""
    opening = _at(thing, "/OpenAction")
    if isinstance(opening, DictionaryObject):  # an array is a page and a place on it
        yield opening, OPEN_ACTIONS
    for key in ("/A", "/PA", "/Next"):
        yield from ((each, ACTIONS) for each in _dictionaries_at(thing, key) if "/S" in each)


def _may_act(action: DictionaryObject, allowed: frozenset[str]) -> bool:
    return str(_at(action, "/S")) in allowed


def _links_elsewhere(thing: DictionaryObject) -> bool:
    """True if it links to anything but web pages, or changes the base URL of links (`/URI` of the catalog)."""
    if "/URI" not in thing:
        return False
    address = _at(thing, "/URI")
    url = address if isinstance(address, bytes) else str(address).encode("utf-8", "replace")
    return not url.strip().lower().startswith(tuple(scheme.encode() for scheme in SCHEMES))


def _names_a_file(thing: DictionaryObject) -> bool:
    """True if `/F` is a file specification; in annotations it is a number, elsewhere the name of a resource."""
    value = _at(thing, "/F")
    if isinstance(value, DictionaryObject):
        return not {"/F", "/UF", "/FS", "/DOS", "/Unix", "/Mac"}.isdisjoint(value)
    return isinstance(value, str | bytes) and not isinstance(value, NameObject)


def _holds_more_names(catalog: DictionaryObject) -> bool:
    names = _at(catalog, "/Names")
    return isinstance(names, DictionaryObject) and not NAME_TREES.issuperset(names)


def _dictionaries_at(thing: DictionaryObject, key: str) -> list[DictionaryObject]:
    """Dictionaries of an entry or of its array, with references followed."""
    value = _at(thing, key)
    values = [each.get_object() for each in value] if isinstance(value, ArrayObject) else [value]
    return [each for each in values if isinstance(each, DictionaryObject)]


def _at(thing: DictionaryObject, key: str) -> Any:
    """Entry with its reference followed; null when missing."""
    return thing.get(key, NullObject()).get_object()
