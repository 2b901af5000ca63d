"""`./kini check pack [PATH]`: report every error of a city pack, with file, line, field and remedy."""

import argparse
from pathlib import Path

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from kini.city.pack_checks import check_pack, pack_error
from kini.core.command_line import INTERFACE_LANGUAGES, terminal_language


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "path",
        type=Path,
        nargs="?",
        default=settings.CITY_PATH,
        help="folder of the pack (default: that of KINI_CITY)",
    )
    parser.add_argument(
        "--language",
        choices=INTERFACE_LANGUAGES,
        default=terminal_language(),
        help="language of the messages (default: that of the terminal)",
    )


def run(options: argparse.Namespace) -> int:
    path = options.path.resolve()
    with translation.override(options.language):
        if errors := check_pack(path):
            raise pack_error(path, errors)
        print(_("The pack in %(path)s has no errors.") % {"path": path})
    return 0
