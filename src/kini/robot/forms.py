"""Form data for fields, valid and wrong, as a browser would send it."""

from collections.abc import Iterable, Mapping
from typing import Any

from kini.robot.browser import Upload
from kini.services.fields.base import FieldBase
from kini.services.fields.uploads import Upload as Example

type Values = dict[str, Any]
type Files = dict[str, Upload | list[Upload]]


def filled(fields: Mapping[str, FieldBase], number: int) -> tuple[Values, Files]:
    """Valid values and files for every field; other numbers give other values."""
    values: Values = {}
    files: Files = {}
    for place, (name, field) in enumerate(fields.items()):
        for suffix, value in field.example(number + place).items():
            if is_upload(value):
                files[name + suffix] = [sent(one) for one in (value if isinstance(value, list) else [value])]
            else:
                values[name + suffix] = value
    return values, files


def spoiled(name: str, field: FieldBase) -> Values | None:
    """Values that the field must refuse; None when it takes everything, or only files."""
    bad = field.bad_example()
    if bad is None or any(is_upload(value) for value in bad.values()):
        return None
    return {name + suffix: value for suffix, value in bad.items()}


def is_upload(value: object) -> bool:
    return isinstance(value, Example) or (isinstance(value, list) and any(isinstance(one, Example) for one in value))


def sent(example: Example) -> Upload:
    return example.name, example.content, example.content_type


def required(fields: Iterable[FieldBase]) -> bool:
    return any(not field.optional for field in fields)
