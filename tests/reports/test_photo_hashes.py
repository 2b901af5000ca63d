"""Perceptual hashes of photos: what is recognized, and what is not (the limits that the docs name)."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from kini.reports.photo_hashes import LEAST_QUALITY, MOST_DISTANCE, distance, hashes_of, near_parts, parts_of

type Change = Callable[[Image.Image], Image.Image]


def scene(seed: int) -> Image.Image:
    """A made-up picture with detail at all scales, as photos have it."""
    random = np.random.default_rng(seed)
    whole = np.zeros((300, 400, 3))
    for octave in range(1, 7):
        cells = (random.random((2**octave * 3, 2**octave * 4, 3)) * 255).astype("uint8")
        layer = Image.fromarray(cells).resize((400, 300), Image.Resampling.BICUBIC)
        whole += np.asarray(layer) / 1.7**octave
    whole = 255 * (whole - whole.min()) / (whole.max() - whole.min())
    picture = Image.fromarray(whole.astype("uint8"))
    draw = ImageDraw.Draw(picture)
    for _ in range(5):
        x, y, width, height = (int(each) for each in random.integers(10, 150, 4))
        color = tuple(int(each) for each in random.integers(0, 255, 3))
        draw.rectangle([x * 2, y, x * 2 + width, y + height], fill=color)
    return picture


def encoded(picture: Image.Image, quality: int) -> Image.Image:
    content = BytesIO()
    picture.save(content, "JPEG", quality=quality)
    return Image.open(BytesIO(content.getvalue()))


def cropped(picture: Image.Image, share: float) -> Image.Image:
    x, y = int(picture.width * share / 2), int(picture.height * share / 2)
    return picture.crop((x, y, picture.width - x, picture.height - y))


def least_distance(one: Image.Image, other: Image.Image) -> int:
    first = hashes_of(one)[0][0]
    return min(distance(first, each) for each in hashes_of(other)[0])


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda picture: encoded(picture, 40), id="JPEG quality 40"),
        pytest.param(lambda picture: encoded(picture, 10), id="JPEG quality 10"),
        pytest.param(lambda picture: picture.resize((200, 150)), id="half the size"),
        pytest.param(lambda picture: ImageEnhance.Brightness(picture).enhance(1.3), id="brighter"),
        pytest.param(lambda picture: cropped(picture, 0.02), id="crop of 2 %"),
        pytest.param(lambda picture: picture.rotate(90, expand=True), id="turned by 90 degrees"),
        pytest.param(lambda picture: picture.rotate(180), id="turned by 180 degrees"),
        pytest.param(ImageOps.mirror, id="mirrored"),
    ],
)
def test_the_same_picture_is_recognized(change: Change):
    assert all(least_distance(scene(seed), change(scene(seed))) <= MOST_DISTANCE for seed in range(4))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda picture: cropped(picture, 0.15), id="crop of 15 %"),
        pytest.param(lambda picture: picture.rotate(3), id="turned by 3 degrees"),
    ],
)
def test_limits(change: Change):
    assert all(least_distance(scene(seed), change(scene(seed))) > MOST_DISTANCE for seed in range(4))


def test_other_pictures_are_far_apart():
    pictures = [scene(seed) for seed in range(8)]
    pairs = [least_distance(one, other) for one in pictures for other in pictures if one is not other]
    assert min(pairs) > 2 * MOST_DISTANCE


def test_a_picture_without_detail_says_nothing():
    assert hashes_of(Image.new("RGB", (400, 300), (90, 120, 90)))[1] < LEAST_QUALITY
    assert hashes_of(scene(1))[1] >= LEAST_QUALITY


def test_every_near_hash_shares_a_near_part():
    random = np.random.default_rng(5)
    bits = random.random(256) > 0.5
    for changed in range(MOST_DISTANCE + 1):
        other = bits.copy()
        other[random.choice(256, changed, replace=False)] ^= True
        assert set(parts_of(other)) & set(near_parts(bits))
    assert parts_of(~bits) != parts_of(bits)
