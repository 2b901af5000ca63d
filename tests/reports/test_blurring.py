"""Measured recall of the blurring, on a labelled set of made-up areas (`labelled_areas.csv`, pixels of 1600 x 1200).

No program looks for faces and plates, so its recall is nil and every photo goes to a person. What is measured is how
much of each labelled area is unreadable once an officer has marked it, also when the officer marked it too small.
The areas lie on noise, in which every pixel that is not covered is seen.
"""

import csv
import io
from itertools import batched
from pathlib import Path

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from kini.core import files
from kini.core.files import IMAGES
from kini.reports import public_photos
from kini.reports.public_photos import MOST_AREAS, WHOLE, CoveredArea

LABELLED = Path(__file__).parent / "labelled_areas.csv"
SIZE = (1600, 1200)
#: An area is hidden when no more than this share of it can be read; steps between neighbours in noise and in a mosaic.
READABLE, STEP = 0.01, 48
#: Hidden areas of each kind, by the share of a side by which marks are too small on each side.
RECALL: dict[float, dict[str, tuple[int, int]]] = {
    0.0: {"face": (40, 40), "plate": (20, 20)},
    0.05: {"face": (40, 40), "plate": (20, 20)},
    0.1: {"face": (40, 40), "plate": (20, 20)},
}

type Box = tuple[int, int, int, int]


def labelled() -> list[tuple[str, Box]]:
    with LABELLED.open(encoding="utf-8") as lines:
        rows = list(csv.reader(lines))[1:]
    return [(kind, (int(sides[0]), int(sides[1]), int(sides[2]), int(sides[3]))) for kind, *sides in rows]


def marked(box: Box, small: float) -> CoveredArea:
    """What an officer marks: the area, too small on each side by a share of it."""
    left, top, right, bottom = box
    x, y = (right - left) * small, (bottom - top) * small
    sides = (left + x) / SIZE[0], (top + y) / SIZE[1], (right - x) / SIZE[0], (bottom - y) / SIZE[1]
    first, last = (int(each * WHOLE) for each in sides[:2]), (-int(-each * WHOLE // 1) for each in sides[2:])
    return CoveredArea(*first, *last)


def readable(public: bytes, box: Box) -> float:
    """Share of an area's pixels that still differ from a neighbour as noise does."""
    with Image.open(io.BytesIO(public)) as image:
        grey = np.asarray(image.convert("L").crop(box), dtype=float)
    steps = np.minimum(np.abs(np.diff(grey, axis=0))[:, :-1], np.abs(np.diff(grey, axis=1))[:-1, :])
    return float((steps > STEP).mean())


@pytest.fixture
def noise() -> str:
    """Key of a stored photo of noise."""
    pixels = np.random.default_rng(8).integers(0, 2, (SIZE[1], SIZE[0]), dtype="uint8") * 255
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "PNG")
    return files.store(SimpleUploadedFile("noise.png", target.getvalue()), accept=IMAGES).sha256


def hidden(photo: str, small: float) -> dict[str, tuple[int, int]]:
    """Areas of each kind that are hidden, and all of them, when they are marked too small by a share."""
    labels = labelled()
    found = {kind: (0, 0) for kind, _box in labels}
    for some in batched(labels, MOST_AREAS):
        copy = public_photos.public_copy(photo, [marked(box, small) for _kind, box in some])
        for kind, box in some:
            count, whole = found[kind]
            found[kind] = (count + (readable(copy, box) <= READABLE), whole + 1)
    return found


def test_recall_is_as_the_documents_say(var: Path, noise: str) -> None:
    measured = {small: hidden(noise, small) for small in RECALL}
    assert measured == RECALL
    assert sum(count for count, _all in hidden(noise, 0.25).values()) < 60, "beyond that a mark is too small"
    plain = public_photos.public_copy(noise, [])
    assert all(readable(plain, box) > 10 * READABLE for _kind, box in labelled()), "nothing is hidden by itself"
