"""App icons: the logo as PNG in the city's colour, for clients that take no SVG."""

import io
from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw

#: Side in pixels, and True if the colour fills the whole square (phones cut out their own shape).
ICONS: Final = {"192": (192, False), "512": (512, False), "maskable-512": (512, True), "touch": (180, True)}
#: The logo on a grid of 34 (templates/web/icon.svg): strokes, their width, corner radius.
GRID: Final = 34
STROKES: Final = (((12, 9), (12, 25)), ((22.5, 9), (13, 17.5), (23, 25)))
WIDTH, CORNER = 3.5, 11
#: Share of a full square that the logo may take, so that no shape cuts into it (safe zone: a circle of 80 %).
SAFE: Final = 0.72
#: Oversampling factor for smooth edges.
FINE: Final = 4


def manifest_purpose(name: str) -> str:
    """Manifest `purpose` of an icon; empty for the touch icon, which is linked instead."""
    return "" if name == "touch" else "maskable" if ICONS[name][1] else "any"


@lru_cache(maxsize=16)
def render_png(name: str, colour: str) -> bytes:
    """Render an icon as PNG.

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
