"""`./kini plugin new NAME`: write a plug-in that works, to be changed into one's own.

The files are in `plugin_layout`, rendered by Django's `startapp`.
"""

import argparse
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import CommandError as DjangoCommandError
from django.core.management.commands import startapp

from kini.cli import texts
from kini.core.command_line import CommandError

LAYOUT = Path(__file__).parent / "plugin_layout"
#: Suffix of files that would be taken for parts of the house.
SUFFIX = "-tpl"
RENDERED = ("py", "html", "po", "toml", "md")
MOST_LETTERS = 20  # names of constraints, of 63 characters, begin with the plug-in's

NEXT = """{folder} is ready: a package, its page /{name}/, and its tests.

  Tests        ./kini test -- {folder}
  Look at it   export KINI_PLUGINS={name} PYTHONPATH={folder}
               ./kini up   and open /{name}/
  Officers     give the permission "write-{name}" to a role in roles.yaml of the pack
  Texts        ./kini texts {folder}/{name}
  Tables       ./kini plugin migrations {name}

docs/developers.md tells what else a plug-in may bring ("Write a plug-in")."""


class StartPlugin(startapp.Command):
    """Django's command, for all types of files of a plug-in."""

    rewrite_template_suffixes = tuple((f".{each}{SUFFIX}", f".{each}") for each in RENDERED)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="name of its package and of its addresses, for example petition")
    parser.add_argument("--into", type=Path, default=Path(), help="folder in which its own is made (this one)")


def run(options: argparse.Namespace) -> int:
    folder = make_plugin(options.name, options.into)
    print(NEXT.format(folder=folder, name=options.name))
    return 0


def make_plugin(name: str, into: Path) -> Path:
    """Write a plug-in into a new folder, with compiled texts; return the folder.

    Raises:
        CommandError: when the name cannot be used, or its folder exists.
    """
    require_usable(name)
    folder = (into / name).resolve()
    if folder.exists():
        raise CommandError(f"{folder} exists; choose another name, or another folder with --into.")
    settings: dict[str, Any] = {"template": str(LAYOUT), "extensions": list(RENDERED), "files": [], "verbosity": 0}
    title = name.replace("_", " ").capitalize()
    try:
        StartPlugin().handle(name=name, directory=str(folder), title=title, **settings)
    except DjangoCommandError as error:
        raise CommandError(str(error)) from None
    for catalog in texts.catalogs(folder / name):
        texts.save(catalog, texts.updated(catalog))
    return folder


def require_usable(name: str) -> None:
    """Check the name of a plug-in.

    Raises:
        CommandError: when it is no short name of a package in lower case, or a room has it.
    """
    if not (name.isidentifier() and name.isascii() and name.islower() and len(name) <= MOST_LETTERS):
        raise CommandError(
            f'"{name}" cannot be the name of a package; use lower-case letters, digits and "_", beginning with a'
            f" letter, at most {MOST_LETTERS}."
        )
    if name in {each.label for each in apps.get_app_configs()}:
        raise CommandError(f'Kini has a room "{name}" already; choose another name.')
