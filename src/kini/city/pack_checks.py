"""Registry of city pack checks; `./kini check pack` runs all of them and reports every error at once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kini.city.maps.layers import layer_faults
from kini.city.pack import load_city
from kini.city.pack_tables import read_pack_tables
from kini.city.screenshots import screenshot_faults
from kini.core.command_line import CommandError
from kini.core.config_files import ConfigError, ConfigErrors
from kini.core.registry import Registry
from kini.core.table_import import Unreadable

#: Each receives the folder of a pack and yields the errors in the files that its room reads.
pack_checks: Registry[Callable[[Path], Iterable[ConfigError]]] = Registry("check of the pack")


def check_pack(path: Path) -> list[ConfigError]:
    """Errors of all registered checks for the pack at `path`, ordered by file and line."""
    return sorted({error for check in pack_checks for error in _errors(check, path)})


def _errors(check: Callable[[Path], Iterable[ConfigError]], path: Path) -> list[ConfigError]:
    """Errors of one check; those of a file that it only refers to, if it cannot go on without it."""
    try:
        return list(check(path))
    except (ConfigErrors, Unreadable) as error:
        return error.errors


def pack_error(path: Path, errors: Sequence[ConfigError]) -> CommandError:
    """Print every error of a pack, and return the one with which a verb ends."""
    print(*sorted(errors), sep="\n")
    message = ngettext(
        "the pack in %(path)s has %(count)d error; see above.",
        "the pack in %(path)s has %(count)d errors; see above.",
        len(errors),
    )
    return CommandError(message % {"path": path, "count": len(errors)})


def check_city(path: Path) -> list[ConfigError]:
    """Errors in the files that this room reads, and files that no room reads for their name."""
    faults = list(_unread_files(path))
    try:
        city = load_city(path)
        tables = read_pack_tables(path, city)
    except ConfigErrors as error:
        return faults + error.errors
    faults += screenshot_faults(path, city.screenshots)
    return faults + list(layer_faults(path, {area.code for area in tables.areas}))


def _unread_files(path: Path) -> Iterator[ConfigError]:
    for each in sorted(path.rglob("*")):
        if each.suffix.lower() in (".yml", ".yaml") and each.suffix != ".yaml":
            message, remedy = (
                _("nobody reads a file with this ending"),
                _("Rename it to %(stem)s.yaml.") % {"stem": each.stem},
            )
            yield ConfigError(each.relative_to(path).as_posix(), 0, "", message, remedy)
