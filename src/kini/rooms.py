"""Rooms of the house on their floors, top to bottom: the one list that names them.

Each room is the package `kini.ROOM`; it imports only from floors below its own (import-linter reads this list). Its
files are found by their names: `apps.py`, `urls.py`, `environment.py` (variables), `commands/` (verbs), and Django's.
Rooms of others are named by KINI_PLUGINS.
"""

from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

FLOORS = (
    ("demo",),
    ("privacy",),
    ("health_record", "satusehat"),
    ("together", "vaccination"),
    ("epidemic", "reports", "letters", "payments", "booking", "feeds", "wifi"),
    ("cases",),
    ("services",),
    ("operator",),
    ("records",),
    ("documents", "messages"),
    ("people",),
    ("analytics",),
    ("city",),
    ("api",),
    ("web",),
    ("exchange",),
    ("ledger",),
    ("core",),
)
#: Packages that run, play and measure the house: they have verbs, but are no part of the running program.
TOOLS = (("cli",), ("bench",), ("robot",))

ROOMS = tuple(f"kini.{name}" for floor in reversed(FLOORS) for name in floor)


def modules(name: str, packages: Iterable[str]) -> Iterable[ModuleType]:
    """Import the module of that name from each package that has one.

    Raises:
        ModuleNotFoundError: a package does not exist, or the module imports one that does not.
    """
    for package in packages:
        if find_spec(f"{package}.{name}"):
            yield import_module(f"{package}.{name}")
