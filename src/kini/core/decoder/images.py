"""Images, decoded and encoded again, so that only the pixels survive.

Runs in a decoder process (core/decoder), whose limits bound the cost of files that pass these checks.
"""

import io
import re
from dataclasses import dataclass
from typing import Any

from PIL import ExifTags, Image

from kini.core.decoder import RejectedFile

#: More than most phones take in one picture.
MAX_PIXELS = 50_000_000
#: Memory limit of a decoded picture, by format: only JPEG can be read at half the size.
MAX_DECODED_BYTES = {"JPEG": 200_000_000, "PNG": 100_000_000, "WEBP": 100_000_000}
#: Bytes that Pillow uses for a pixel, by mode; four for others.
PIXEL_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2, "LA": 4}
#: A progressive photo has about ten scans; each costs a pass over the whole image.
MAX_SCANS = 100
#: Scans times pixels: twenty scans of the largest image, eighty of one with 12 megapixels.
MAX_SCANNED_PIXELS = 1_000_000_000
#: Small print on an A4 page stays readable; longer sides are scaled down.
LONGEST_SIDE = 4096
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_PLAIN_MODES = {"JPEG": ("RGB", "L"), "PNG": ("RGB", "RGBA", "L", "LA"), "WEBP": ("RGB", "RGBA")}
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SAVE: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 85, "optimize": True},
    "PNG": {"compress_level": 6},
    "WEBP": {"quality": 85, "method": 2},
}


#: A marker in the data of a scan, where a byte 0xFF is followed by 0x00 or a restart marker.
_MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd8\xff])")
_SCAN, _END = 0xDA, 0xD9


@dataclass(frozen=True, slots=True)
class CleanedImage:
    """An image without metadata, and the camera's time and offset as written in the photo."""

    content: bytes
    taken: str
    offset: str


def clean(content: bytes, content_type: str) -> CleanedImage:
    """Return the image in the same format, upright, without metadata.

    Args:
        content_type: by the first bytes.

    Raises:
        RejectedFile: when it is damaged, has too many pixels or scans, or is not of that type.
    """
    form = _FORMATS[content_type]
    try:
        with Image.open(io.BytesIO(content), formats=[form]) as image:
            _require_size(image, form)
            if form == "JPEG":
                _require_scans(count_scans(content), image.width * image.height)
            turn, taken, offset = _read_exif(image)
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # JPEG decodes large photos smaller, in less memory
            return CleanedImage(_encode(image, form, turn), taken, offset)
    except (RejectedFile, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise RejectedFile("too-many-pixels", MAX_DECODED_BYTES[form] // 4_000_000) from None
    except Exception:  # on hostile bytes a decoder may raise anything
        raise RejectedFile("picture-damaged") from None


def _require_size(image: Image.Image, form: str) -> None:
    """Check dimensions and mode by the header, before decoding."""
    most = min(MAX_PIXELS, MAX_DECODED_BYTES[form] // PIXEL_BYTES.get(image.mode, 4))
    if image.width * image.height > most:
        raise RejectedFile("too-many-pixels", most // 1_000_000)


def _require_scans(scans: int, pixels: int) -> None:
    if scans > MAX_SCANS or scans * pixels > max(MAX_SCANNED_PIXELS, pixels):
        raise RejectedFile("too-many-scans")


def count_scans(content: bytes) -> int:
    """Count the scans of a JPEG by its markers (ITU-T T.81, annex B), up to one more than the limit."""
    scans, at = 0, 2
    while scans <= MAX_SCANS and (marker := _MARKER.search(content, at)):
        kind, at = marker[1][0], marker.end()
        if kind == _END:
            break
        scans += kind == _SCAN
        at += int.from_bytes(content[at : at + 2])
    return scans


def _encode(image: Image.Image, form: str, turn: Image.Transpose | None) -> bytes:
    plain = _plain(image, form)
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    plain = plain.copy() if turn is None else plain.transpose(turn)  # drops everything but the pixels
    plain.info.clear()
    target = io.BytesIO()
    plain.save(target, form, **_SAVE[form])
    return target.getvalue()


def _plain(image: Image.Image, form: str) -> Image.Image:
    """Convert to a mode that the format supports, keeping transparency."""
    modes = _PLAIN_MODES[form]
    if image.mode in modes:
        return image
    if image.mode.startswith("I;16"):
        return image.convert("I").point(lambda value: value / 256).convert("L").convert(modes[0])
    return image.convert("RGBA" if image.has_transparency_data and "RGBA" in modes else "RGB")


def _read_exif(image: Image.Image) -> tuple[Image.Transpose | None, str, str]:
    """Read orientation, camera time and offset; broken metadata is ignored."""
    try:
        exif = image.getexif()
        details = exif.get_ifd(ExifTags.IFD.Exif)
    except Exception:  # as above
        return None, "", ""
    taken, offset = (
        str(details.get(tag, "")).strip("\0 ")[:40]
        for tag in (ExifTags.Base.DateTimeOriginal, ExifTags.Base.OffsetTimeOriginal)
    )
    return _UPRIGHT.get(exif.get(ExifTags.Base.Orientation, 1)), taken, offset
