"""Verbs of the command line: module, description, and what to set up before the module is imported."""

import importlib
import os
from contextlib import ExitStack
from dataclasses import dataclass
from enum import Enum
from types import ModuleType

import django

from kini.core import environment
from kini.core.database.embedded import EmbeddedServer


class Needs(Enum):
    NOTHING = "nothing"  # neither Django nor a database
    SETTINGS = "settings"  # Django, but no city's database: no secrets are needed
    CITY = "city"  # the city's environment, set by the operator or `up`
    DATABASE = "database"  # the city's database; in a demo that of `up`, or one started for the verb
    NEW_DATABASE = "new database"  # the same, created when missing


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb; its module has `arguments(parser)` and `run(options) -> exit code`."""

    module: str
    about: str
    needs: Needs = Needs.NOTHING

    def load(self, stack: ExitStack) -> ModuleType:
        """Set up what the verb needs and import its module; `stack` stops what was started."""
        if self.needs is Needs.SETTINGS:
            os.environ.setdefault("KINI_ENV", "local")
        if self.needs in (Needs.DATABASE, Needs.NEW_DATABASE):
            attach_city(stack, make=self.needs is Needs.NEW_DATABASE)
        if self.needs is not Needs.NOTHING:
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kini.settings")
            django.setup()
        return importlib.import_module(self.module)


def attach_city(stack: ExitStack, *, make: bool = False) -> None:
    """Set the environment of a local city in the var folder, unless it is set already; `make` creates its database."""
    if os.environ.get("KINI_ENV", "local") != "local" or "DATABASE_URL" in os.environ:
        return
    os.environ["KINI_ENV"] = "local"
    var = environment.read().var
    running = var / environment.RUNNING_FILE
    if running.is_file():
        for line in running.read_text("utf-8").splitlines():
            name, _equals, address = line.partition("=")
            os.environ[name] = address
    elif make or (var / "postgres").is_dir():
        server = EmbeddedServer(var / "postgres")
        stack.callback(server.stop)
        server.start()
        os.environ.update(server.addresses())
    else:
        raise environment.InvalidEnvironment(f"{var} has no city yet; run ./kini up first, or set DATABASE_URL.")
