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
class Metadata:
    """Orientation, and the camera's time, offset and (latitude, longitude) as written in the photo."""

    turn: Image.Transpose | None = None
    taken: str = ""
    offset: str = ""
    point: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class CleanedImage:
    """An image without metadata, and what it said."""

    content: bytes
    metadata: Metadata


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
            metadata = _read_exif(image)
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # JPEG decodes large photos smaller, in less memory
            return CleanedImage(_encode(image, form, metadata.turn), metadata)
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


def _read_exif(image: Image.Image) -> Metadata:
    """Read orientation, camera time, offset and place; broken metadata is ignored."""
    try:
        exif = image.getexif()
        details, place = exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)
    except Exception:  # as above
        return Metadata()
    taken, offset = (
        str(details.get(tag, "")).strip("\0 ")[:40]
        for tag in (ExifTags.Base.DateTimeOriginal, ExifTags.Base.OffsetTimeOriginal)
    )
    return Metadata(_UPRIGHT.get(exif.get(ExifTags.Base.Orientation, 1)), taken, offset, _point(place))


def _point(place: dict[int, Any]) -> tuple[float, float] | None:
    """Latitude and longitude; None if they are missing, broken or those of a camera that had no signal (0, 0)."""
    tags = ExifTags.GPS
    try:
        latitude = _degrees(place[tags.GPSLatitude], str(place[tags.GPSLatitudeRef]), "S")
        longitude = _degrees(place[tags.GPSLongitude], str(place[tags.GPSLongitudeRef]), "W")
    except Exception:  # as above
        return None
    known = (latitude or longitude) and abs(latitude) <= 90 and abs(longitude) <= 180
    return (latitude, longitude) if known else None


def _degrees(parts: Any, letter: str, negative: str) -> float:
    degrees, minutes, seconds = map(float, parts)
    return (degrees + minutes / 60 + seconds / 3600) * (-1 if letter.strip("\0 ").upper() == negative else 1)
