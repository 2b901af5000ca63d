"""Public copies of photos: encoded again from the pixels, smaller, with mosaics where an officer marked something.

No program looks for faces or plates: an officer does, and nothing is public without it. A mosaic has at most eight
cells on each side, at a random offset, so that what it covers cannot be computed back from several copies.
"""

import io
from collections.abc import Iterable, Sequence
from random import SystemRandom
from typing import NamedTuple

from PIL import Image, ImageDraw

from kini.core import files

CONTENT_TYPE = "image/jpeg"
LONGEST_SIDE, QUALITY = 1600, 85
#: Most cells of a mosaic on a side, fewest pixels of a cell, most rectangles of a photo.
CELLS, LEAST_CELL, MOST_AREAS = 8, 8, 40
#: Share of an area's side that is covered beyond it on each side: officers mark faces a little too small.
MARGIN = 0.15
#: Rectangles are in thousandths of the photo's sides.
WHOLE = 1000


class CoveredArea(NamedTuple):
    """Rectangle that is covered, in thousandths of the photo's sides."""

    left: int
    top: int
    right: int
    bottom: int


def read_areas(typed: Iterable[str]) -> list[CoveredArea]:
    """Read rectangles written as "left,top,right,bottom"; wrong ones are left out."""
    areas = []
    for each in typed:
        parts = each.split(",")
        if len(parts) == 4 and all(part.isdecimal() and len(part) <= 4 for part in parts):
            area = CoveredArea(*map(int, parts))
            if area.left < area.right <= WHOLE and area.top < area.bottom <= WHOLE:
                areas.append(area)
    return areas[:MOST_AREAS]


def area_between(one: tuple[int, int], other: tuple[int, int]) -> CoveredArea:
    """Return the rectangle between two corners."""
    (left, right), (top, bottom) = sorted((one[0], other[0])), sorted((one[1], other[1]))
    return CoveredArea(left, top, max(right, left + 1), max(bottom, top + 1))


def size_of(sha256: str) -> tuple[int, int]:
    """Width and height of a stored photo."""
    with files.open_stored(sha256) as stored, Image.open(stored) as image:
        return image.size


def public_copy(sha256: str, areas: Sequence[CoveredArea], *, corner: tuple[int, int] | None = None) -> bytes:
    """Return a stored photo as JPEG without metadata, with a mosaic over each area.

    Args:
        corner: point to mark by a cross, for an officer who has marked the first corner of the next area.
    """
    with files.open_stored(sha256) as stored, Image.open(stored) as image:
        image.load()
        picture = Image.new("RGB", image.size, "white")
        whole = image.convert("RGBA")
        picture.paste(whole, mask=whole.getchannel("A"))
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    for area in areas:
        _cover(picture, area)
    if corner:
        _cross(picture, corner)
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=QUALITY, optimize=True)
    return target.getvalue()


def _cover(picture: Image.Image, area: CoveredArea) -> None:
    """Cover an area, a margin for marks that are too small, and up to a cell around it."""
    chance, (width, height) = SystemRandom(), picture.size
    margin_x, margin_y = (MARGIN * (last - first) for first, last in ((area.left, area.right), (area.top, area.bottom)))
    left, right = (area.left - margin_x) * width / WHOLE, (area.right + margin_x) * width / WHOLE
    top, bottom = (area.top - margin_y) * height / WHOLE, (area.bottom + margin_y) * height / WHOLE
    cell = max(max(right - left, bottom - top) / (CELLS - 1), LEAST_CELL)
    left, top = left - chance.random() * cell, top - chance.random() * cell
    columns, rows = (max(1, min(CELLS, int(side / cell) + 1)) for side in (right - left, bottom - top))
    box = (
        max(0, int(left)),
        max(0, int(top)),
        min(width, max(int(left + columns * cell), int(right)) + 1),
        min(height, max(int(top + rows * cell), int(bottom)) + 1),
    )
    piece = picture.crop(box)
    small = piece.resize((columns, rows), Image.Resampling.BOX)
    picture.paste(small.resize(piece.size, Image.Resampling.NEAREST), box)


def _cross(picture: Image.Image, corner: tuple[int, int]) -> None:
    x, y = corner[0] * picture.width / WHOLE, corner[1] * picture.height / WHOLE
    pen, arm = ImageDraw.Draw(picture), max(picture.size) / 40
    for colour, wide in (("white", 7), ("red", 3)):
        pen.line((x - arm, y, x + arm, y), colour, wide)
        pen.line((x, y - arm, x, y + arm), colour, wide)
