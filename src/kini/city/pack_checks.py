"""Registry of city pack checks; `./kini check pack` runs all of them and reports every error at once."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from kini.city.maps.layers import layer_faults
from kini.city.pack import load_city
from kini.city.pack_tables import read_pack_tables
from kini.core.command_line import CommandError
from kini.core.config_files import ConfigError, ConfigErrors
from kini.core.registry import Registry

#: Each receives the folder of a pack and yields the errors in the files that its room reads.
pack_checks: Registry[Callable[[Path], Iterable[ConfigError]]] = Registry("check of the pack")


def check_pack(path: Path) -> list[ConfigError]:
    """Errors of all registered checks for the pack at `path`, ordered by file and line."""
    return sorted({fault for each in pack_checks for fault in each(path)})


def pack_error(path: Path, errors: Sequence[ConfigError]) -> CommandError:
    """Print every error of a pack, and return the one with which a verb ends."""
    print(*sorted(errors), sep="\n")
    return CommandError(f"the pack in {path} has {len(errors)} error{'' if len(errors) == 1 else 's'}; see above.")


def check_city(path: Path) -> list[ConfigError]:
    """Errors in the files that this room reads."""
    try:
        tables = read_pack_tables(path, load_city(path))
    except ConfigErrors as error:
        return error.errors
    return list(layer_faults(path, {area.code for area in tables.areas}))
