"""Photos and scans, decoded and encoded anew: what is not picture does not survive."""

import io
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from django.utils.translation import gettext as _
from PIL import ExifTags, Image

#: More than any phone takes in one picture, and few enough to be held in memory.
MAX_PIXELS = 50_000_000
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


class Unfit(Exception):
    """The image cannot be taken; the message is for the person who sent it."""


def clean(content: bytes, content_type: str, timezone: tzinfo) -> tuple[bytes, datetime | None]:
    """The picture alone, upright, without any metadata.

    Args:
        content_type: what the first bytes say it is.
        timezone: in which the camera's clock is read when the photo does not say.

    Returns:
        The new content, of the same type, and when the photo says it was taken (UTC).

    Raises:
        Unfit: when it is damaged, has too many pixels, or is something else behind the first bytes.
    """
    form = _FORMATS[content_type]
    try:
        with Image.open(io.BytesIO(content), formats=[form]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Unfit(_too_many_pixels())
            turn, taken_at = _read_exif(image, timezone)
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # JPEG decodes large photos smaller, in less memory
            upright = image if turn is None else image.transpose(turn)
            return _encode(upright, form), taken_at
    except Unfit:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unfit(_too_many_pixels()) from None
    except Exception:  # a decoder meets hostile bytes here, and raises whatever it likes
        raise Unfit(_("This picture is damaged. Take it again, or save it anew.")) from None


def _encode(image: Image.Image, form: str) -> bytes:
    plain = _plain(image, form)
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    plain.info.clear()
    target = io.BytesIO()
    plain.save(target, form, **_SAVE[form])
    return target.getvalue()


def _plain(image: Image.Image, form: str) -> Image.Image:
    """A copy of the pixels in a mode that the format keeps, transparency included."""
    modes = _PLAIN_MODES[form]
    if image.mode in modes:
        return image.copy()
    if image.mode.startswith("I;16"):
        return image.convert("I").point(lambda value: value / 256).convert("L").convert(modes[0])
    return image.convert("RGBA" if image.has_transparency_data and "RGBA" in modes else "RGB")


def _read_exif(image: Image.Image, timezone: tzinfo) -> tuple[Image.Transpose | None, datetime | None]:
    """How to turn the picture upright, and when it was taken; broken metadata spoils no picture."""
    try:
        exif = image.getexif()
        details = exif.get_ifd(ExifTags.IFD.Exif)
    except Exception:  # the same hostile bytes
        return None, None
    return _UPRIGHT.get(exif.get(ExifTags.Base.Orientation, 1)), _taken_at(details, timezone)


def _taken_at(details: dict[int, Any], timezone: tzinfo) -> datetime | None:
    text = str(details.get(ExifTags.Base.DateTimeOriginal, "")).strip("\0 ")
    offset = str(details.get(ExifTags.Base.OffsetTimeOriginal, "")).strip("\0 ")
    try:
        local = datetime.strptime(text, "%Y:%m:%d %H:%M:%S")
        own = datetime.strptime(offset, "%z").tzinfo if offset else timezone
        taken_at = local.replace(tzinfo=own).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    # A clock that was never set says 1970 or 2000 at best; one in the future is wrong as well.
    return taken_at if datetime(2001, 1, 1, tzinfo=UTC) < taken_at < datetime.now(UTC) + timedelta(days=1) else None


def _too_many_pixels() -> str:
    megapixels = MAX_PIXELS // 1_000_000
    return _("This picture has too many pixels. It may have up to {megapixels} megapixels.").format(
        megapixels=megapixels
    )
