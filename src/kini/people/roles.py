"""Roles are data: roles.yaml of the pack says in plain words what an officer is and what such an officer may do."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field, RootModel

from kini.city.pack import load_city
from kini.city.schema import Id
from kini.core.faults import Fault, PackFaults, parse, read_source
from kini.core.texts import Text, untranslated
from kini.people.permissions import Permission

FILE = "roles.yaml"


class Role(BaseModel):
    """roles.yaml: what an officer is, in plain words, and what such an officer may do."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text
    about: Text
    may: list[Permission] = Field(description="Permissions (people/permissions.py).")


class Roles(RootModel[dict[Id, Role]]):
    """The whole file: roles by id."""


def read_roles(root: Path) -> Mapping[str, Role]:
    """The roles of the pack in that folder.

    Raises:
        PackFaults: with every fault of the file, unknown permissions among them.
    """
    return parse(read_source(root / FILE, root), Roles).root


@lru_cache(maxsize=8)
def _roles(root: Path) -> Mapping[str, Role]:
    return read_roles(root)


def roles() -> Mapping[str, Role]:
    """The roles of the running city, by id; read once per process."""
    return _roles(settings.CITY_PATH)


def role_permissions(role: str) -> frozenset[Permission]:
    """What that role may do. A role that the pack no longer has may do nothing."""
    found = roles().get(role)
    return frozenset(found.may) if found else frozenset()


def check_roles(root: Path) -> Iterator[Fault]:
    """Faults of roles.yaml, for `./kini check pack`."""
    try:
        source = read_source(root / FILE, root)
        yield from untranslated(source, parse(source, Roles).root, load_city(root).languages)
    except PackFaults as faults:
        yield from (fault for fault in faults.errors if fault.file == FILE)
