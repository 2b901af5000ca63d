"""Perceptual hashes of photos: the same picture is recognized when it was re-encoded, resized, turned or mirrored.

The hash is made as PDQ makes it (Meta, ThreatExchange): 64 x 64 grey cells, the 16 x 16 lowest frequencies without the
constant ones, each compared with their median: 256 bits. PDQ's own package has no wheel for newer Pythons, and hashes
are compared within one city only. A match is a distance of at most 31; unrelated pictures are about 128 apart. Limits
(test_photo_hashes.py): a crop of 5 %, a turn by 3 degrees or a wide border is not recognized, and a picture without
detail has no meaningful hash.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from django.db import connection
from PIL import Image

from kini.cases.models import Attachment
from kini.core import files
from kini.core.files import IMAGES
from kini.reports.models import PhotoHash

#: Distance up to which two hashes are of the same picture; quality below which a hash says nothing.
MOST_DISTANCE, LEAST_QUALITY = 31, 50
CELLS, LOWEST = 64, 16
PART_BITS = 16
#: Rows 1 to 16 of the discrete cosine transform of 64 cells (DCT-II), not scaled: only the order of its values counts.
FREQUENCIES = np.cos(np.pi / CELLS * np.outer(np.arange(1, LOWEST + 1), np.arange(CELLS) + 0.5))

type Bits = np.ndarray[tuple[int], np.dtype[np.bool_]]
type Grey = np.ndarray[tuple[int, int], np.dtype[np.float64]]


def hashes_of(picture: Image.Image) -> tuple[list[Bits], int]:
    """Return the hashes of a picture (the first) and of its seven turned and mirrored forms, and the quality."""
    small = picture.convert("L").resize((CELLS, CELLS), Image.Resampling.BILINEAR, reducing_gap=3.0)
    grey = np.asarray(small, dtype=np.float64)
    turned = [np.rot90(form, turns) for form in (grey, grey.T) for turns in range(4)]
    return [_bits(form) for form in turned], _quality(grey)


def _bits(grey: Grey) -> Bits:
    lowest = FREQUENCIES @ grey @ FREQUENCIES.T
    bits: Bits = (lowest > np.median(lowest)).ravel()
    return bits


def _quality(grey: Grey) -> int:
    """Amount of detail from 0 to 100, as PDQ counts it: steps between neighbours, in hundredths of the whole range."""
    steps = sum(int(np.abs(np.trunc(np.diff(grey, axis=axis) * 100 / 255)).sum()) for axis in (0, 1))
    return min(100, steps // 90)


def distance(one: Bits, other: Bits) -> int:
    """Number of bits in which two hashes differ."""
    return int(np.count_nonzero(one != other))


def parts_of(bits: Bits) -> list[int]:
    """Return the 16 parts of a hash as numbers that also tell their place."""
    words = np.packbits(bits).view(">u2").astype(int)
    return [place << PART_BITS | int(word) for place, word in enumerate(words)]


def near_parts(bits: Bits) -> Iterator[int]:
    """Yield the parts of every hash at a distance of at most 31: at least one part differs in at most one bit."""
    for part in parts_of(bits):
        yield part
        yield from (part ^ 1 << bit for bit in range(PART_BITS))


def hash_photo(photo: Attachment) -> PhotoHash | None:
    """Return the stored hash of a photo, computed if it has none; None for files that are no pictures or are gone."""
    if photo.content_type not in IMAGES or not files.exists(photo.sha256):
        return None
    stored = PhotoHash.objects.filter(photo=photo).first()
    if stored is None:
        with files.open_stored(photo.sha256) as content, Image.open(content) as picture:
            hashes, quality = hashes_of(picture)
        values = {"bits": np.packbits(hashes[0]).tobytes(), "parts": parts_of(hashes[0]), "quality": quality}
        stored, _made = PhotoHash.objects.get_or_create(photo=photo, defaults=values)
    return stored


_SAME = """
    SELECT hashed.photo_id FROM reports_photohash AS hashed
    WHERE hashed.parts && %(parts)s AND hashed.quality >= %(quality)s AND hashed.photo_id <> %(photo)s
        AND EXISTS (
            SELECT FROM unnest(%(variants)s::bytea[]) AS variant(bits)
            WHERE bit_count(
                ('x' || encode(hashed.bits, 'hex'))::bit(256) # ('x' || encode(variant.bits, 'hex'))::bit(256)
            ) <= %(distance)s
        )
    LIMIT 1
"""


def same_picture(photo: Attachment) -> Attachment | None:
    """Return another photo of any report that shows the same picture, also turned or mirrored. One query."""
    if photo.content_type not in IMAGES or not files.exists(photo.sha256):
        return None
    with files.open_stored(photo.sha256) as content, Image.open(content) as picture:
        hashes, quality = hashes_of(picture)
    if quality < LEAST_QUALITY:
        return None
    values: dict[str, Any] = {
        "parts": sorted({part for bits in hashes for part in near_parts(bits)}),
        "variants": [np.packbits(bits).tobytes() for bits in hashes],
        "quality": LEAST_QUALITY,
        "distance": MOST_DISTANCE,
        "photo": photo.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SAME, values)
        row = cursor.fetchone()
    return Attachment.objects.get(pk=row[0]) if row else None
