"""Checks of a city pack. Rooms above register theirs, so that `./kini check pack` finds every fault at once."""

from collections.abc import Callable, Iterable
from pathlib import Path

from kini.city.pack import load_city
from kini.city.tables import read_tables
from kini.core.faults import Fault, PackFaults
from kini.core.registry import Registry

#: Each is given the folder of a pack and names what is wrong in the files that its room reads.
pack_checks: Registry[Callable[[Path], Iterable[Fault]]] = Registry("check of the pack")


def check(path: Path) -> list[Fault]:
    """Every fault that any registered check finds in the pack at `path`, in the order of files and lines."""
    return sorted({fault for each in pack_checks for fault in each(path)})


def check_city(path: Path) -> list[Fault]:
    """The faults of the files that this room reads."""
    try:
        read_tables(path, load_city(path))
    except PackFaults as error:
        return error.errors
    return []
