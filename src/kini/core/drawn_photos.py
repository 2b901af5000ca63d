"""JPEGs of drawings that stand for photos in made-up data, grained so that no two are taken for the same photo."""

import io
from random import Random

from PIL import Image

#: Columns and rows of the grey grain.
GRAIN = (80, 60)
QUALITY = 72


def grained_jpeg(image: Image.Image, random: Random, strength: float) -> bytes:
    """Return a drawing as a JPEG with grain over it.

    Args:
        strength: from 0, no grain, to 1, nothing else.
    """
    grain = Image.frombytes("L", GRAIN, random.randbytes(GRAIN[0] * GRAIN[1])).resize(image.size)
    content = io.BytesIO()
    Image.blend(image, Image.merge("RGB", (grain,) * 3), strength).save(content, "JPEG", quality=QUALITY)
    return content.getvalue()
