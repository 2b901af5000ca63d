"""Verbs of `./kini`: their declaration, what to set up before one is imported, and its console output.

A room lists its verbs in `commands/__init__.py`, as VERBS. That file imports nothing but this one, so that the overview
of all verbs is fast; the module of a verb is imported when it runs.
"""

import importlib
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import Enum
from types import ModuleType

#: Languages in which verbs speak.
INTERFACE_LANGUAGES = ("en", "id")
USAGE = 2  # exit code for invalid arguments or environment


class OperatorError(Exception):
    """Something failed; the message is one sentence for the operator."""


class CommandError(OperatorError):
    """The command failed."""


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

    def load_for_help(self) -> ModuleType:
        """Import the module to describe its arguments, which needs neither secrets nor a city."""
        os.environ["KINI_ENV"] = "local"
        return Verb(self.module, self.about, Needs.NOTHING if self.needs is Needs.NOTHING else Needs.SETTINGS).load(
            ExitStack()
        )

    def load(self, stack: ExitStack) -> ModuleType:
        """Set up what the verb needs and import its module; `stack` stops what was started."""
        if self.needs is Needs.SETTINGS:
            os.environ.setdefault("KINI_ENV", "local")
        if self.needs in (Needs.DATABASE, Needs.NEW_DATABASE):
            attach_city(stack, make=self.needs is Needs.NEW_DATABASE)
        if self.needs is not Needs.NOTHING:
            import django

            from kini.core.loading import without_garbage_collection

            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kini.settings")
            with without_garbage_collection():
                django.setup()
                return importlib.import_module(self.module)
        return importlib.import_module(self.module)


def attach_city(stack: ExitStack, *, make: bool = False) -> None:
    """Set the environment of a local city in the var folder, unless it is set already; `make` creates its database."""
    from kini.core import environment
    from kini.core.database.embedded import EmbeddedServer
    from kini.core.environment_settings import InvalidEnvironment

    if os.environ.get("KINI_ENV", "local") != "local" or "DATABASE_URL" in os.environ:
        return
    os.environ["KINI_ENV"] = "local"
    var = environment.read().var
    running = var / environment.RUNNING_FILE
    if running.is_file():
        for line in running.read_text("utf-8").splitlines():
            name, _equals, value = line.partition("=")
            os.environ.setdefault(name, value)
    elif make or (var / "postgres").is_dir():
        server = EmbeddedServer(var / "postgres")
        stack.callback(server.stop)
        server.start()
        os.environ.update(server.addresses())
    else:
        raise InvalidEnvironment(f"{var} has no city yet; run ./kini up first, or set DATABASE_URL.")


def terminal_language() -> str:
    """Language of the terminal by its locale ("id_ID.UTF-8" -> "id"); English for another one that Kini lacks."""
    locale = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    language = locale.split(".")[0].split("_")[0].lower()
    return language if language in INTERFACE_LANGUAGES else "en"


@contextmanager
def step(label: str) -> Iterator[None]:
    """Print the name of a long step, and its duration when it is done."""
    print(f"  {label} ...", end="", flush=True)
    started = time.monotonic()
    try:
        yield
    except BaseException:
        print(flush=True)
        raise
    print(f" {time.monotonic() - started:.1f} s", flush=True)
