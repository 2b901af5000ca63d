"""Drawn pictures in place of photos: streets with what a report is about, the same street afterwards, papers."""

from collections.abc import Callable, Mapping
from random import Random

from PIL import Image, ImageDraw

from kini.core.drawn_photos import grained_jpeg

SIZE = WIDTH, HEIGHT = 400, 300
#: Row at which the street begins.
STREET = 165

type Colour = tuple[int, int, int]
type Subject = Callable[[ImageDraw.ImageDraw, Random], None]

_SKIES: tuple[Colour, ...] = ((196, 218, 235), (222, 214, 196), (178, 196, 214), (206, 226, 222), (230, 205, 180))
_WALLS: tuple[Colour, ...] = ((214, 196, 170), (190, 200, 196), (200, 176, 160), (226, 218, 200), (168, 178, 190))
_GREENS: tuple[Colour, ...] = ((72, 118, 66), (92, 134, 74), (58, 100, 72))


def draw(subject: str, seed: int, *, solved: bool = False) -> bytes:
    """Draw a JPEG; the same seed gives the same picture.

    Args:
        subject: a name of `SUBJECTS`; an unknown one gives the empty street.
        solved: draw the street after the work, with a patch where it was done.
    """
    rng = Random(f"{subject} {seed} {solved}")  # noqa: S311 -- a drawing
    image = Image.new("RGB", SIZE, rng.choice(_SKIES))
    pen = ImageDraw.Draw(image)
    if subject == "paper":
        _paper(pen, rng)
    else:
        _street(pen, rng)
        (_patch if solved else SUBJECTS.get(subject, _nothing))(pen, rng)
    return grained_jpeg(image, rng, 0.12)


def _shade(colour: Colour, rng: Random, by: int = 14) -> Colour:
    step = rng.randint(-by, by)
    red, green, blue = (max(0, min(255, part + step)) for part in colour)
    return red, green, blue


def _street(pen: ImageDraw.ImageDraw, rng: Random) -> None:
    """Houses, a kerb, trees and a road in perspective."""
    left = -rng.randint(0, 60)
    while left < WIDTH:
        width, top = rng.randint(50, 120), rng.randint(20, 110)
        wall = _shade(rng.choice(_WALLS), rng)
        pen.rectangle((left, top, left + width, STREET), wall)
        dark = _shade((92, 102, 112), rng)
        for x in range(left + 10, left + width - 16, 26):
            for y in range(top + 12, STREET - 24, 30):
                pen.rectangle((x, y, x + 13, y + 16), dark)
        left += width
    for _tree in range(rng.randint(1, 4)):
        _tree_at(pen, rng, rng.randint(0, WIDTH), rng.randint(22, 46))
    pen.rectangle((0, STREET, WIDTH, STREET + 16), _shade((176, 172, 164), rng))
    pen.rectangle((0, STREET + 16, WIDTH, HEIGHT), _shade((112, 112, 114), rng, 22))
    middle = rng.randint(120, 280)
    for step in range(5):
        y = STREET + 30 + step * 26
        pen.polygon(
            [(middle - 2 - step, y), (middle + 2 + step, y), (middle + 4 + step, y + 14), (middle - 4 - step, y + 14)],
            (226, 222, 210),
        )


def _tree_at(pen: ImageDraw.ImageDraw, rng: Random, x: int, size: int) -> None:
    pen.rectangle((x - 3, STREET - size, x + 3, STREET + 4), (96, 76, 58))
    for _leaf in range(7):
        dx, dy, r = rng.randint(-size // 2, size // 2), rng.randint(-size, 0), rng.randint(size // 3, size // 2)
        pen.ellipse(
            (x + dx - r, STREET - size + dy // 2 - r, x + dx + r, STREET - size + dy // 2 + r), rng.choice(_GREENS)
        )


def _blob(pen: ImageDraw.ImageDraw, rng: Random, box: tuple[int, int, int, int], colour: Colour) -> None:
    """An uneven round shape."""
    left, top, right, bottom = box
    points = []
    for x, y in ((0, 0.5), (0.15, 0.15), (0.5, 0), (0.85, 0.15), (1, 0.5), (0.85, 0.85), (0.5, 1), (0.15, 0.85)):
        points.append((left + (right - left) * x + rng.randint(-9, 9), top + (bottom - top) * y + rng.randint(-5, 5)))
    pen.polygon(points, colour)


def _place(rng: Random, width: int, height: int) -> tuple[int, int, int, int]:
    left, top = rng.randint(30, WIDTH - width - 30), rng.randint(STREET + 26, HEIGHT - height - 8)
    return left, top, left + width, top + height


def _nothing(pen: ImageDraw.ImageDraw, rng: Random) -> None:
    """The street alone."""


def _patch(pen: ImageDraw.ImageDraw, rng: Random) -> None:
    box = _place(rng, rng.randint(90, 170), rng.randint(36, 60))
    pen.rectangle(box, _shade((64, 64, 68), rng))
    pen.rectangle(box, outline=(90, 90, 92), width=2)
    x = rng.randint(20, WIDTH - 30)
    pen.polygon([(x, STREET + 60), (x + 22, STREET + 60), (x + 11, STREET + 26)], (224, 108, 40))


def _pothole(pen: ImageDraw.ImageDraw, rng: Random) -> None:
    left, top, right, bottom = _place(rng, rng.randint(110, 190), rng.randint(44, 70))
    _blob(pen, rng, (left - 10, top - 6, right + 10, bottom + 6), (150, 142, 130))
    _blob(pen, rng, (left, top, right, bottom), (58, 54, 52))
    _blob(pen, rng, (left + 26, top + 14, right - 30, bottom - 10), (96, 104, 104))


def _cover(pen: ImageDraw.ImageDraw, rng: Random) -> None:
    left, top, right, bottom = _place(rng, 110, 54)
    pen.ellipse((left - 8, top - 6, right + 8, bottom + 6), (150, 146, 140))
    pen.ellipse((left, top, right, bottom), (24, 24, 26))


def _light(pen: ImageDraw.ImageDraw, rng: Random) -> None:
    pen.rectangle((0, 0, WIDTH, STREET), (34, 40, 58))
    x = rng.randint(90, WIDTH - 120)
    pen.rectangle((x, 30, x + 6, STREET + 20), (120, 124, 128))
    pen.rectangle((x, 30, x + 58, 36), (120, 124, 128))
    pen.ellipse((x + 42, 34, x + 66, 46), (70, 72, 76))
    for _window in range(14):
        wx, wy = rng.randint(0, WIDTH), rng.randint(60, STREET - 20)
        pen.rectangle((wx, wy, wx + 8, wy + 10), (198, 170, 96))


def _cable(pen: ImageDraw.ImageDraw, rng: Random) -> None:
    """Two poles with a tangle of cables between them; one hangs down to the road."""
    left, right = rng.randint(30, 80), rng.randint(300, 360)
    for x in (left, right):
        pen.rectangle((x, 8, x + 9, STREET + 26), (96, 88, 80))
        pen.rectangle((x - 14, 22, x + 23, 27), (70, 64, 58))
        _blob(pen, rng, (x - 10, 40, x + 20, 66), (44, 44, 48))
    for _line in range(16):
        top, sag = rng.randint(16, 50), rng.randint(8, 90)
        _hang(pen, (left + 4, top), (right + 4, top + rng.randint(-8, 8)), sag, rng.randint(1, 3))
    loose = rng.randint(left + 60, right - 60)
    _hang(pen, (left + 4, 40), (loose, STREET + rng.randint(30, 80)), 30, 3)
    for turn in range(3):
        pen.ellipse(
            (right - 26 + turn * 5, 60 + turn * 6, right + 18 + turn * 3, 100 + turn * 5), outline=(30, 30, 34), width=2
        )


def _hang(pen: ImageDraw.ImageDraw, start: tuple[int, int], end: tuple[int, int], sag: int, width: int) -> None:
    """A cable between two points, sagging by so many pixels in its middle."""
    points = [
        (
            start[0] + (end[0] - start[0]) * n / 20,
            start[1] + (end[1] - start[1]) * n / 20 + sag * 4 * n / 20 * (1 - n / 20),
        )
        for n in range(21)
    ]
    pen.line(points, (28, 28, 32), width, joint="curve")


def _waste(pen: ImageDraw.ImageDraw, rng: Random) -> None:
    base = rng.randint(60, 200)
    for row in range(4):
        for _bag in range(9 - row * 2):
            x, y = base + rng.randint(0, 130), STREET + 72 - row * 18 + rng.randint(-6, 6)
            colour = rng.choice(((38, 38, 42), (200, 198, 190), (60, 92, 140), (150, 60, 54), (196, 160, 70)))
            _blob(pen, rng, (x, y, x + 38, y + 30), colour)


def _flood(pen: ImageDraw.ImageDraw, rng: Random) -> None:
    level = STREET + rng.randint(-34, 14)
    pen.rectangle((0, level, WIDTH, HEIGHT), (136, 116, 90))
    for _wave in range(40):
        x, y = rng.randint(-20, WIDTH), rng.randint(level + 4, HEIGHT)
        pen.line((x, y, x + rng.randint(14, 50), y), rng.choice(((160, 142, 116), (116, 98, 78))), 2)
    x = rng.randint(60, 280)
    pen.rectangle((x, level - 26, x + 70, level + 6), (150, 52, 48))
    pen.polygon(
        [(x + 10, level - 26), (x + 22, level - 46), (x + 50, level - 46), (x + 60, level - 26)], (120, 140, 156)
    )


def _drain(pen: ImageDraw.ImageDraw, rng: Random) -> None:
    pen.polygon([(120, STREET + 16), (180, STREET + 16), (290, HEIGHT), (70, HEIGHT)], (62, 66, 58))
    for _thing in range(26):
        x, y = rng.randint(110, 230), rng.randint(STREET + 30, HEIGHT - 10)
        pen.rectangle(
            (x, y, x + rng.randint(6, 22), y + rng.randint(4, 12)),
            rng.choice(((210, 206, 196), (96, 130, 84), (170, 70, 60), (70, 110, 150))),
        )


def _tree(pen: ImageDraw.ImageDraw, rng: Random) -> None:
    x = rng.randint(70, 160)
    pen.line((x, STREET + 40, x + rng.randint(150, 210), STREET + rng.randint(60, 110)), (92, 70, 52), 18)
    for _leaf in range(24):
        lx, ly, r = x + rng.randint(80, 220), STREET + rng.randint(20, 120), rng.randint(12, 26)
        pen.ellipse((lx - r, ly - r, lx + r, ly + r), rng.choice(_GREENS))


def _parking(pen: ImageDraw.ImageDraw, rng: Random) -> None:
    x, y = rng.randint(40, 180), STREET + rng.randint(6, 40)
    body = rng.choice(((176, 40, 44), (44, 70, 120), (220, 220, 216), (40, 42, 46)))
    pen.rounded_rectangle((x, y, x + 170, y + 46), 10, body)
    pen.polygon([(x + 28, y), (x + 52, y - 34), (x + 118, y - 34), (x + 146, y)], body)
    pen.polygon([(x + 42, y - 3), (x + 58, y - 27), (x + 112, y - 27), (x + 130, y - 3)], (178, 200, 212))
    for wheel in (x + 22, x + 116):
        pen.ellipse((wheel, y + 30, wheel + 34, y + 64), (26, 26, 28))
    pen.ellipse((x + 210, 60, x + 246, 96), (200, 36, 40))
    pen.rectangle((x + 226, 96, x + 230, STREET + 10), (120, 120, 120))


def _stall(pen: ImageDraw.ImageDraw, rng: Random) -> None:
    x, y = rng.randint(60, 210), STREET - 10
    for strip in range(6):
        colour = (214, 80, 60) if strip % 2 else (236, 230, 216)
        pen.polygon(
            [
                (x + strip * 20, y - 50),
                (x + 20 + strip * 20, y - 50),
                (x + 24 + strip * 20, y - 24),
                (x - 4 + strip * 20, y - 24),
            ],
            colour,
        )
    pen.rectangle((x, y, x + 120, y + 46), (140, 106, 70))
    pen.rectangle((x + 4, y - 24, x + 8, y), (90, 80, 70))
    pen.rectangle((x + 112, y - 24, x + 116, y), (90, 80, 70))


def _paper(pen: ImageDraw.ImageDraw, rng: Random) -> None:
    """A sheet with lines that say nothing and a stamp."""
    pen.rectangle((0, 0, WIDTH, HEIGHT), _shade((120, 92, 66), rng))
    lean = rng.randint(-10, 10)
    sheet = [(88 + lean, 14), (318 + lean, 12), (312 - lean, 290), (82 - lean, 288)]
    pen.polygon(sheet, (246, 244, 236))
    pen.rectangle((120, 34, 280, 44), (70, 76, 92))
    for row in range(64, 230, 15):
        pen.line((108, row, rng.randint(190, 296), row), (150, 152, 158), 3)
    x, y = rng.randint(200, 240), rng.randint(220, 244)
    pen.ellipse((x, y, x + 54, y + 36), outline=(70, 80, 160), width=3)
    pen.line((x + 8, y + 18, x + 46, y + 18), (70, 80, 160), 2)


SUBJECTS: Mapping[str, Subject] = {
    "pothole": _pothole,
    "cover": _cover,
    "light": _light,
    "cable": _cable,
    "waste": _waste,
    "flood": _flood,
    "drain": _drain,
    "tree": _tree,
    "parking": _parking,
    "stall": _stall,
}
