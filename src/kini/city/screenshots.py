"""Checks of the pack's screenshots: browsers leave out those that are missing, too small or too long."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from kini.city.pack import CITY_FILE
from kini.city.schema import Screenshot
from kini.core.config_files import ConfigError, read_source_file
from kini.web.app_screenshots import FOLDER, picture_size

#: Least and largest side in pixels, and how much longer one side may be, as Chromium asks for.
LEAST, MOST, LONGEST = 320, 3840, 2.3


def screenshot_faults(root: Path, screenshots: Sequence[Screenshot]) -> Iterator[ConfigError]:
    """Yield an error for each screenshot of city.toml that no browser would show."""
    source = read_source_file(root / CITY_FILE, root)
    for number, each in enumerate(screenshots):
        field = ("screenshots", number, "file")
        try:
            width, height = picture_size(root / FOLDER / each.file)
        except OSError:
            message = _("there is no picture %(path)s") % {"path": f"{FOLDER}/{each.file}"}
            yield source.error_at(field, message, _("Save a WebP, PNG or JPEG file there."))
            continue
        if min(width, height) < LEAST or max(width, height) > min(MOST, LONGEST * min(width, height)):
            message = _("the picture is %(width)s x %(height)s pixels") % {"width": width, "height": height}
            remedy = _("Use sides of %(least)s to %(most)s pixels, the longer one at most %(ratio)s times the other.")
            yield source.error_at(field, message, remedy % {"least": LEAST, "most": MOST, "ratio": LONGEST})
