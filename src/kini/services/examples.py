"""Valid example answers as a form would send them: what the demo and the robot answer."""

from collections.abc import Mapping
from typing import Any

from kini.services.fields.base import FieldBase
from kini.services.fields.uploads import Upload

type Values = dict[str, str | list[str]]
type Files = dict[str, list[Upload]]


def example_form(fields: Mapping[str, FieldBase], number: int) -> tuple[Values, Files]:
    """Input values and files for every field; other numbers give other answers."""
    values: Values = {}
    files: Files = {}
    for place, (name, field) in enumerate(fields.items()):
        for suffix, value in field.example(number + place).items():
            if uploads := _uploads(value):
                files[name + suffix] = uploads
            else:
                values[name + suffix] = value
    return values, files


def bad_values(name: str, field: FieldBase) -> Values | None:
    """Input values that the field refuses; None when it takes everything, or only files."""
    bad = field.bad_example()
    if bad is None or any(_uploads(value) for value in bad.values()):
        return None
    return {name + suffix: value for suffix, value in bad.items()}


def _uploads(value: Any) -> list[Upload]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, Upload)]
