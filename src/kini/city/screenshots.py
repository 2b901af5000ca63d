"""Checks of the pack's screenshots: browsers leave out those that are missing, too small or too long."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from kini.city.schema import Screenshot
from kini.web.app_screenshots import FOLDER, picture_size

#: Least and largest side in pixels, and how much longer one side may be, as Chromium asks for.
LEAST, MOST, LONGEST = 320, 3840, 2.3


def screenshot_faults(root: Path, screenshots: Sequence[Screenshot]) -> Iterator[tuple[int, str, str]]:
    """Yield the number, fault and remedy of each screenshot that no browser would show."""
    for number, each in enumerate(screenshots):
        path = root / FOLDER / each.file
        try:
            sides = sorted(picture_size(path))
        except OSError:
            message = _("there is no picture %(path)s") % {"path": f"{FOLDER}/{each.file}"}
            yield number, message, _("Save a WebP, PNG or JPEG file there.")
            continue
        if sides[0] < LEAST or sides[1] > MOST or sides[1] > LONGEST * sides[0]:
            width, height = picture_size(path)
            limits = {"least": LEAST, "most": MOST, "ratio": LONGEST}
            message = _("the picture is %(width)s x %(height)s pixels") % {"width": width, "height": height}
            remedy = _("Use sides of %(least)s to %(most)s pixels, the longer one at most %(ratio)s times the other.")
            yield number, message, remedy % limits
