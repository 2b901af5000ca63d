"""Valid example answers in the shape a form sends, for the demo, the robot and tests."""

from collections.abc import Mapping
from typing import Any

from django.utils.datastructures import MultiValueDict

from kini.services.fields.base import FieldBase, FormData
from kini.services.fields.uploads import DocumentField, Upload
from kini.services.questions import ProfileAnswers, missing_pages, parse_page
from kini.services.snapshots import ServiceSnapshot

type InputValues = dict[str, str | list[str]]
type InputFiles = dict[str, list[Upload]]


def example_form(fields: Mapping[str, FieldBase], number: int) -> tuple[InputValues, InputFiles]:
    """Input values and files for every field; each `number` gives different answers."""
    values: InputValues = {}
    files: InputFiles = {}
    for place, (name, field) in enumerate(fields.items()):
        for suffix, value in field.example(number + place).items():
            if uploads := _uploads(value):
                files[name + suffix] = uploads
            else:
                values[name + suffix] = value
    return values, files


def invalid_values(name: str, field: FieldBase) -> InputValues | None:
    """Input values that the field rejects; None if it accepts any text, or only files."""
    bad = field.invalid_example()
    if bad is None or any(_uploads(value) for value in bad.values()):
        return None
    return {name + suffix: value for suffix, value in bad.items()}


def _uploads(value: Any) -> list[Upload]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, Upload)]


def example_answers(snapshot: ServiceSnapshot, known: ProfileAnswers, number: int) -> dict[str, Any] | None:
    """Answers to a whole application as an API client sends them; None if the service requires files.

    Documents are replaced by sworn statements where the service allows it.

    Args:
        known: profile attributes of the applicant; questions they answer are skipped.
    """
    answers: dict[str, Any] = {}
    while missing := missing_pages(snapshot, answers, known):
        page = missing[0]
        values, files = example_form(page.fields, number)
        for name in files:
            field = page.fields[name]
            if isinstance(field, DocumentField) and field.statement:
                values[f"{name}.statement"] = "yes"
            elif not field.optional:
                return None
        parsed = parse_page(page, FormData(_data(values), MultiValueDict())).values
        answers |= {page.repeat.name: [parsed] * page.repeat.min} if page.repeat else parsed
    return answers


def _data(values: InputValues) -> MultiValueDict[str, str]:
    return MultiValueDict({name: value if isinstance(value, list) else [value] for name, value in values.items()})
