"""Changed variables of the environment for a test."""

import os
from collections.abc import Mapping
from unittest import mock

from kini.core import environment
from kini.core.environment import Environment


def replace(program: Environment, **changes: object) -> Environment:
    """Copy with other values for these fields, of the program or of a room; they are not checked."""
    own = {name: value for name, value in changes.items() if name in Environment.model_fields}
    copy = program.model_copy(update=own)
    copy._rooms = dict(program._rooms)
    for name in changes.keys() - own.keys():
        room = next(each for each in copy._rooms if name in each.model_fields)
        copy._rooms[room] = copy._rooms[room].model_copy(update={name: changes[name]})
    return copy


def read(values: Mapping[str, str]) -> Environment:
    """Read these variables and no others."""
    with mock.patch.dict(os.environ, values, clear=True):
        return environment.read()
