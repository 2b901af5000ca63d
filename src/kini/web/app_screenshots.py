"""Screenshots of the app, from the city pack, for browsers that offer to install it."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.urls import reverse
from PIL import Image

from kini.web.current_city import current_city

#: Folder of the city pack.
FOLDER = "screenshots"
CONTENT_TYPES = {".webp": "image/webp", ".png": "image/png", ".jpg": "image/jpeg"}


def picture_size(path: Path) -> tuple[int, int]:
    """Width and height of a picture in pixels.

    Raises:
        OSError: there is no file, or it is no picture.
    """
    with Image.open(path) as picture:
        return picture.size


def manifest_screenshots() -> list[dict[str, Any]]:
    """Member `screenshots` of the web app manifest, without those whose picture is missing."""
    city = current_city()
    shown = []
    for each in city.screenshots:
        try:
            width, height = _known_size(city.root / FOLDER / each.file)
        except OSError:
            continue
        shown.append(
            {
                "src": reverse("web:screenshot", args=[each.file]),
                "sizes": f"{width}x{height}",
                "type": CONTENT_TYPES[Path(each.file).suffix],
                "form_factor": "narrow" if width < height else "wide",
                "label": str(each.label),
            }
        )
    return shown


_known_size = lru_cache(maxsize=16)(picture_size)


def screenshot_file(name: str) -> Path | None:
    """File of a screenshot that the city names; None if there is none of that name."""
    city = current_city()
    named = (city.root / FOLDER / each.file for each in city.screenshots if each.file == name)
    return next((path for path in named if path.is_file()), None)
