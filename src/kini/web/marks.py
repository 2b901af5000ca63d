"""The mark of the program as a picture in the city's colour, for what cannot take it as SVG."""

import io
from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw

#: Pixels on a side, and whether the colour fills the whole square (phones cut their own shape out of it).
ICONS: Final = {"192": (192, False), "512": (512, False), "maskable-512": (512, True), "touch": (180, True)}
#: The mark on a grid of 34 (templates/web/icon.svg): its strokes, their width, the rounding of its corners.
GRID: Final = 34
STROKES: Final = (((12, 9), (12, 25)), ((22.5, 9), (13, 17.5), (23, 25)))
WIDTH, CORNER = 3.5, 11
#: How much of a whole square the mark may take up, so that no shape cuts into it (a circle of 80 %).
SAFE: Final = 0.72
#: Drawn so many times larger and scaled down, so that edges are smooth.
FINE: Final = 4


def purpose(name: str) -> str:
    """What a phone uses the icon for, in the words of the manifest; empty: it finds it by a link."""
    return "" if name == "touch" else "maskable" if ICONS[name][1] else "any"


@lru_cache(maxsize=16)
def drawn(name: str, colour: str) -> bytes:
    """The icon as PNG.

    Args:
        colour: "#rrggbb".
    """
    size, whole = ICONS[name]
    side = size * FINE
    image = Image.new("RGBA", (side, side), colour if whole else "#00000000")
    pen = ImageDraw.Draw(image)
    scale = side / GRID * (SAFE if whole else 1)
    start = (side - GRID * scale) / 2
    if not whole:
        pen.rounded_rectangle((0, 0, side - 1, side - 1), CORNER * scale, fill=colour)
    radius = WIDTH * scale / 2
    for stroke in STROKES:
        points = [(start + x * scale, start + y * scale) for x, y in stroke]
        pen.line(points, fill="white", width=round(2 * radius))
        for x, y in points:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill="white")
    file = io.BytesIO()
    image.resize((size, size), Image.Resampling.LANCZOS).save(file, "PNG", optimize=True)
    return file.getvalue()
