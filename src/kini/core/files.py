"""Uploaded files: checked, cleaned, and stored by the hash of their content (file_store).

Images are decoded and encoded again in a separate process (decoder), which removes metadata and everything appended.
PDFs are stored unchanged, or refused (pdfs). The type is decided by the content, never by the name.
"""

import errno
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from kini.core import virus_scanner
from kini.core.decoder import RejectedFile
from kini.core.decoder import client as decoder
from kini.core.file_errors import FileBusy, FileRefused, FileTooLarge, StorageFull, refusal_for
from kini.core.file_store import FileChanged, exists, is_intact, open_stored, path_of, store_content

#: File of a form, as Django receives it.
type Upload = UploadedFile[bytes]

__all__ = [
    "FileBusy",
    "FileChanged",
    "FileRefused",
    "FileTooLarge",
    "StorageFull",
    "Upload",
    "exists",
    "is_intact",
    "open_stored",
    "path_of",
    "store_content",
]

MAX_BYTES = 10_000_000
NAME_LENGTH = 160
PDF = frozenset({"application/pdf"})
IMAGES = frozenset({"image/jpeg", "image/png", "image/webp"})
DOCUMENTS = IMAGES | PDF

#: Attribute of an upload that did not fit on the disk (upload_handlers.py).
DISK_FULL_ATTRIBUTE = "without_room"
#: errno values of a full disk.
DISK_FULL_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

_WORDS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WebP", "application/pdf": "PDF"}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A stored file.

    Attributes:
        sha256: of the content as stored, which is its key.
        source_sha256: of the content as uploaded, to detect repeated uploads.
        size: bytes as stored.
        taken_at: the photo's own time in UTC, which the stored file no longer has.
        point: the photo's own (latitude, longitude), which is in nothing that is stored.
    """

    sha256: str
    source_sha256: str
    content_type: str
    size: int
    taken_at: datetime | None
    point: tuple[float, float] | None = None


def store(upload: Upload, *, accept: frozenset[str], timezone: tzinfo = UTC) -> StoredFile:
    """Check, clean and store an upload.

    Args:
        accept: allowed content types (IMAGES, PDF, DOCUMENTS).
        timezone: of a photo's time when it names none.

    Raises:
        FileRefused: empty, too large, damaged, dangerous or of another type; FileBusy or StorageFull: not now.
    """
    source = _read(upload)
    content_type = _type_of(source)
    if content_type not in accept:
        raise FileRefused(
            _("This type of file is not accepted. Choose one of these: {types}.").format(types=_listed(accept))
        )
    decoded = _opened(source, content_type)
    cleaned = source if content_type in PDF else decoded.content
    taken_at = parse_camera_time(decoded.taken, decoded.offset, timezone)
    try:
        digest = store_content(cleaned)
    except OSError as error:
        require_disk_full(error)
        raise _full() from None
    point = (decoded.point[0], decoded.point[1]) if decoded.point else None
    return StoredFile(digest, hashlib.sha256(source).hexdigest(), content_type, len(cleaned), taken_at, point)


def clean_name(name: str) -> str:
    """Clean a file name: no folders, no control characters, at most NAME_LENGTH characters with the extension."""
    plain = "".join(c for c in PurePosixPath(name.replace("\\", "/")).name if c.isprintable()).strip()
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 10:
        return plain[:NAME_LENGTH]
    return f"{stem[: NAME_LENGTH - len(ending) - 1]}.{ending}"


def require_disk_full(error: OSError) -> bool:
    """Return True for an error of a full disk; raise every other error."""
    if error.errno not in DISK_FULL_ERRNOS:
        raise error
    return True


def _full() -> StorageFull:
    return StorageFull(_("There is no space for more files at the moment. What you typed is kept; try again later."))


def _read(upload: Upload) -> bytes:
    if getattr(upload, DISK_FULL_ATTRIBUTE, False):
        raise _full()
    # Never read past the limit, even if the upload claims a smaller size.
    upload.seek(0)
    source: bytes = upload.read(MAX_BYTES + 1)
    if not source:
        raise FileRefused(_("This file is empty. Choose it again."))
    if len(source) > MAX_BYTES:
        megabytes = MAX_BYTES // 1_000_000
        raise FileTooLarge(_("This file is too large. The limit is {megabytes} MB.").format(megabytes=megabytes))
    return source


def _opened(source: bytes, content_type: str) -> decoder.Decoded:
    """Scan and decode a file outside of this process, which waits for few files at a time."""
    try:
        with decoder.upload_slot():
            if settings.ENV.clamd:
                virus_scanner.scan(source, virus_scanner.parse_address(settings.ENV.clamd))
            return decoder.decode(source, content_type, locks=Path(settings.VAR_PATH) / "locks")
    except OSError as error:
        require_disk_full(error)
        raise _full() from None
    except virus_scanner.InfectedFile:
        raise FileRefused(
            _("The virus scanner found a threat in this file. Do not open it; send another one.")
        ) from None
    except virus_scanner.ScannerUnavailable:
        raise FileBusy(_("Files cannot be checked for viruses at the moment. Try again in a few minutes.")) from None
    except RejectedFile as unfit:
        raise refusal_for(unfit) from None
    except decoder.DecoderBusy:
        raise FileBusy(_("Many files are being checked right now. Send yours again in a minute.")) from None


def parse_camera_time(taken: str, offset: str, timezone: tzinfo) -> datetime | None:
    """Parse a camera's time and offset; returns UTC, or None when it is not plausible."""
    try:
        local = datetime.strptime(taken, "%Y:%m:%d %H:%M:%S")
        zone = datetime.strptime(offset, "%z").tzinfo if offset else timezone
        taken_at = local.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    # A clock that was never set says 1970 or 2000.
    return taken_at if datetime(2001, 1, 1, tzinfo=UTC) < taken_at < datetime.now(UTC) + timedelta(days=1) else None


def _type_of(content: bytes) -> str:
    """Content type by the first bytes; empty when unknown."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return "application/pdf" if content.startswith(b"%PDF-") else ""


def _listed(accept: frozenset[str]) -> str:
    return ", ".join(word for content_type, word in _WORDS.items() if content_type in accept)
