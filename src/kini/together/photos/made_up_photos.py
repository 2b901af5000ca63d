"""Made-up photos of goods: drawn boxes and sacks, most of them released, two that wait for an officer."""

from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from kini.core import current_time
from kini.core.actors import Actor
from kini.core.drawn_photos import grained_jpeg
from kini.together.models import Delivery
from kini.together.photos.actions import add_photo, release_photo

SIZE = WIDTH, HEIGHT = 480, 360
#: Row at which the wall ends.
FLOOR = 190
#: One delivery in so many has a photo; so many photos wait.
ONE_IN, WAITING = 3, 2
_BOXES = ((190, 146, 96), (172, 128, 84), (204, 164, 116))
_SACKS = ((232, 226, 210), (216, 206, 180), (240, 238, 230))


def fill(by: Actor, verifier: Actor, random: Random) -> int:
    """Add photos to made-up deliveries, and release them as the officer; returns their number."""
    deliveries = Delivery.objects.select_related("pledge__line__need__beneficiary__area", "pledge__giver")
    chosen = list(deliveries.order_by("pk"))[::ONE_IN]
    for number, delivery in enumerate(chosen):
        upload = SimpleUploadedFile("goods.jpg", draw(random), "image/jpeg")
        with current_time.freeze(delivery.delivered_at):
            photo = add_photo(by=by, pledge=delivery.pledge, upload=upload, without_faces=True)
        if number < len(chosen) - WAITING:
            release_photo(by=verifier, photo=photo)
    return len(chosen)


def draw(random: Random) -> bytes:
    """Draw a JPEG of parcels before a wall."""
    image = Image.new("RGB", SIZE, random.choice(((206, 212, 204), (222, 206, 184), (196, 206, 218))))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, FLOOR, WIDTH, HEIGHT), (150, 140, 128))
    for row in range(3):
        for column in range(6 - row):
            left, top = 20 + column * 72 + row * 36 + random.randint(-6, 6), 286 - row * 62 + random.randint(-4, 4)
            (_box if random.random() < 0.6 else _sack)(pen, random, (left, top, left + 66, top + 60))
    return grained_jpeg(image, random, 0.08)


def _box(pen: ImageDraw.ImageDraw, random: Random, place: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = place
    pen.rectangle(place, random.choice(_BOXES), (110, 80, 50), 2)
    pen.rectangle(((left + right) // 2 - 6, top, (left + right) // 2 + 6, bottom), (222, 204, 160))


def _sack(pen: ImageDraw.ImageDraw, random: Random, place: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = place
    pen.rounded_rectangle((left, top + 8, right, bottom), 18, random.choice(_SACKS), (150, 144, 130), 2)
    pen.line((left + 16, top + 18, right - 16, top + 18), (170, 80, 60), 3)
