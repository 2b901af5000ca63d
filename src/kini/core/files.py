"""Uploaded files: known by their content, cleaned, and kept by the hash of it (see file_store).

What an image hides (where it was taken, text and programs behind the picture) does not survive: it is decoded and
encoded again, in a process of its own (see decoder). PDFs are kept as they are, or refused (see pdfs.py). The name that
somebody gave a file decides nothing.
"""

import errno
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from kini.core import malware
from kini.core.decoder import client as decoder
from kini.core.decoder.errors import Unfit
from kini.core.file_refusals import FileBusy, FileRefused, FileTooLarge, StorageFull, refusal_of
from kini.core.file_store import FileChanged, exists, is_whole, keep, open_stored, path_of

__all__ = [
    "FileBusy",
    "FileChanged",
    "FileRefused",
    "FileTooLarge",
    "StorageFull",
    "exists",
    "is_whole",
    "keep",
    "open_stored",
    "path_of",
]

MAX_BYTES = 10_000_000
NAME_LENGTH = 160
PDF = frozenset({"application/pdf"})
IMAGES = frozenset({"image/jpeg", "image/png", "image/webp"})
DOCUMENTS = IMAGES | PDF

#: Attribute of an upload for which the disk had no room (uploads.py).
WITHOUT_ROOM = "without_room"
#: Errors of a full disk.
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

_WORDS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WebP", "application/pdf": "PDF"}


@dataclass(frozen=True, slots=True)
class Stored:
    """A file as kept.

    Attributes:
        sha256: of the content as kept; the key under which it is found.
        source_sha256: of the content as uploaded; tells that the same file came twice.
        size: bytes as kept.
        taken_at: when a photo says it was taken, in UTC; it is no longer in the kept file.
    """

    sha256: str
    source_sha256: str
    content_type: str
    size: int
    taken_at: datetime | None


def store(upload: UploadedFile, *, accept: frozenset[str], timezone: tzinfo = UTC) -> Stored:
    """Check, clean and keep an upload. Keeping the same content twice keeps it once.

    Args:
        accept: content types that are welcome here (IMAGES, PDF, DOCUMENTS).
        timezone: in which a photo's own clock is read when it does not say.

    Raises:
        FileRefused: it is empty, too large, damaged, dangerous, or of another type; or it cannot be taken now
            (FileBusy, StorageFull).
    """
    source = _read(upload)
    content_type = _type_of(source)
    if content_type not in accept:
        raise FileRefused(
            _("This kind of file cannot be taken. Choose one of these: {types}.").format(types=_listed(accept))
        )
    decoded = _opened(source, content_type)
    kept = source if content_type in PDF else decoded.content
    taken_at = read_clock(decoded.taken, decoded.offset, timezone)
    try:
        digest = keep(kept)
    except OSError as error:
        require_full(error)
        raise _full() from None
    return Stored(digest, hashlib.sha256(source).hexdigest(), content_type, len(kept), taken_at)


def clean_name(name: str) -> str:
    """A file's name as it may be stored and shown: no folders, no control characters, its ending kept."""
    plain = "".join(c for c in PurePosixPath(name.replace("\\", "/")).name if c.isprintable()).strip()
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 10:
        return plain[:NAME_LENGTH]
    return f"{stem[: NAME_LENGTH - len(ending) - 1]}.{ending}"


def require_full(error: OSError) -> bool:
    """True when an error says that the disk is full; raises every other error."""
    if error.errno not in NO_ROOM:
        raise error
    return True


def _full() -> StorageFull:
    return StorageFull(_("There is no room for more files at the moment. What you typed is kept; try again later."))


def _read(upload: UploadedFile) -> bytes:
    if getattr(upload, WITHOUT_ROOM, False):
        raise _full()
    # The size is what was received, and reading stops past the limit all the same.
    upload.seek(0)
    source: bytes = upload.read(MAX_BYTES + 1)
    if not source:
        raise FileRefused(_("This file is empty. Choose it once more."))
    if len(source) > MAX_BYTES:
        megabytes = MAX_BYTES // 1_000_000
        raise FileTooLarge(_("This file is too large. It may have up to {megabytes} MB.").format(megabytes=megabytes))
    return source


def _opened(source: bytes, content_type: str) -> decoder.Decoded:
    """Scan and decode a file, both outside of this process, which waits for few files at the same time."""
    try:
        with decoder.place():
            if settings.ENV.clamd:
                malware.scan(source, malware.read_address(settings.ENV.clamd))
            return decoder.decode(source, content_type, locks=Path(settings.VAR_PATH) / "locks")
    except OSError as error:
        require_full(error)
        raise _full() from None
    except malware.Infected:
        raise FileRefused(
            _("The virus scanner found something in this file. Do not open it; send another one.")
        ) from None
    except malware.ScannerAway:
        raise FileBusy(_("Files cannot be checked for viruses at the moment. Try again in a few minutes.")) from None
    except Unfit as unfit:
        raise refusal_of(unfit) from None
    except decoder.Busy:
        raise FileBusy(
            _("Many files are being checked just now. Yours was not taken; send it again in a minute.")
        ) from None


def read_clock(taken: str, offset: str, timezone: tzinfo) -> datetime | None:
    """Time at which a photo was taken (UTC), as its camera wrote it; None when that is impossible."""
    try:
        local = datetime.strptime(taken, "%Y:%m:%d %H:%M:%S")
        own = datetime.strptime(offset, "%z").tzinfo if offset else timezone
        taken_at = local.replace(tzinfo=own).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    # A clock that was never set says 1970 or 2000 at best; one in the future is wrong as well.
    return taken_at if datetime(2001, 1, 1, tzinfo=UTC) < taken_at < datetime.now(UTC) + timedelta(days=1) else None


def _type_of(content: bytes) -> str:
    """The content type by the first bytes; empty when it is none that we know."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return "application/pdf" if content.startswith(b"%PDF-") else ""


def _listed(accept: frozenset[str]) -> str:
    return ", ".join(word for content_type, word in _WORDS.items() if content_type in accept)
