"""Roles of officers, defined by the pack (roles.yaml): name, description, permissions."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from django.conf import settings
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, PlainValidator, RootModel

from kini.city.public import Id, load_city
from kini.core.config_files import ConfigError, ConfigErrors, parse_model, read_source_file
from kini.core.config_messages import invalid, use_one_of
from kini.core.localized_text import Text, missing_translations
from kini.people.permissions import Permission, permissions

FILE = "roles.yaml"


def _permission(value: object) -> Permission:
    try:
        return permissions.get(str(value))
    except LookupError:
        message = _('there is no permission "%(name)s"') % {"name": value}
        raise invalid(message, use_one_of(permissions.names(), str(value))) from None


class Role(BaseModel):
    """roles.yaml: one role."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Text
    about: Text
    may: list[Annotated[Permission, PlainValidator(_permission)]] = Field(description="Registered permissions.")


class Roles(RootModel[dict[Id, Role]]):
    """The whole file: roles by id."""


def load_roles(root: Path) -> Mapping[str, Role]:
    """Load the roles of the pack in `root`.

    Raises:
        ConfigErrors: with every error of the file, unknown permissions among them.
    """
    return parse_model(read_source_file(root / FILE, root), Roles).root


@lru_cache(maxsize=8)
def _roles(root: Path) -> Mapping[str, Role]:
    return load_roles(root)


def roles() -> Mapping[str, Role]:
    """Return the roles of the running city, by id; cached per process."""
    return _roles(settings.CITY_PATH)


def role_permissions(role: str) -> frozenset[Permission]:
    """Return the permissions of a role; none for a role that the pack no longer has."""
    definition = roles().get(role)
    return frozenset(definition.may) if definition else frozenset()


def check_roles(root: Path) -> Iterator[ConfigError]:
    """Yield the errors of roles.yaml, for `./kini check pack`."""
    try:
        source = read_source_file(root / FILE, root)
        yield from missing_translations(source, parse_model(source, Roles).root, load_city(root).languages)
    except ConfigErrors as faults:
        yield from (fault for fault in faults.errors if fault.file == FILE)
