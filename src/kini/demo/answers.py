"""Answers of the demo that fit their questions: texts and drawings from the pack's demo.yaml, examples elsewhere."""

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict

from kini.cases import actions, rules
from kini.cases.models import Case, Draft
from kini.cases.public import transition_inputs
from kini.city.models import Area
from kini.city.queries import locate, lowest_level_areas
from kini.core.actors import Actor
from kini.demo import pictures
from kini.demo.content import demo_content
from kini.services.public import (
    ChoiceField,
    DocumentField,
    FieldBase,
    FormData,
    LongTextField,
    PageSnapshot,
    ServiceSnapshot,
    TextField,
    Upload,
    examples,
    questions,
)

STREET, PAPER = "street", "paper"
#: Types of fields for the number of a person; the examples' numbers that no made-up resident has.
NUMBERS_OF_PERSONS, OTHER_PERSONS = ("nik", "national_id"), (10_000, 1_000_000)
#: How far from an area's own point an exact place may be, in degrees.
SPREAD = 0.004


def answer_page(
    by: Actor, draft: Draft, snapshot: ServiceSnapshot, page: PageSnapshot, number: int, answers: Mapping[str, Any]
) -> dict[str, Any]:
    """Answers to a page by field, its files attached; for a repeated page, its minimum number of items."""
    if page.repeat:
        numbers = range(number, number + max(1, page.repeat.min))
        return {page.repeat.name: [_answers(by, draft, snapshot, page, each, answers) for each in numbers]}
    return _answers(by, draft, snapshot, page, number, answers)


def _answers(
    by: Actor, draft: Draft, snapshot: ServiceSnapshot, page: PageSnapshot, number: int, answers: Mapping[str, Any]
) -> dict[str, Any]:
    rng = Random(f"{snapshot.service} {page.key} {number}")  # noqa: S311 -- made-up data
    choices = [value for value in answers.values() if isinstance(value, str)]
    values, files = examples.example_form(page.fields, number)
    for name, field in page.fields.items():
        values |= _fitting(snapshot, name, field, choices, rng)
        if name in files and isinstance(field, DocumentField) and field.statement and rng.random() < 0.7:
            del files[name]
            values[f"{name}.statement"] = "yes"
    subject = demo_content().picture(snapshot.service, [*choices, *choices_to_come(snapshot, number)], STREET)
    stored = {
        name: [
            str(actions.attach_file(by=by, draft=draft, slot=name, upload=drawn).pk)
            for drawn in _drawings(page.fields[name], uploads, subject, number)
        ]
        for name, uploads in files.items()
    }
    parsed = questions.parse_page(page, FormData(form_data(values), MultiValueDict()), stored=stored)
    assert not parsed.errors, f"{page.key}: {parsed.errors}"
    return parsed.values


def choices_to_come(snapshot: ServiceSnapshot, number: int) -> list[str]:
    """Choices of the example answers on all pages: a photo is often asked for before what it shows."""
    return [
        str(values[name])
        for page in snapshot.pages
        for values, _files in [examples.example_form(page.fields, number)]
        for name, field in page.fields.items()
        if isinstance(field, ChoiceField)
    ]


def _fitting(
    snapshot: ServiceSnapshot, name: str, field: FieldBase, choices: list[str], rng: Random
) -> Mapping[str, str | list[str]]:
    """Values that fit the question better than its example: a text, or a place of its own."""
    service = snapshot.service
    if isinstance(field, TextField | LongTextField):
        keys = [*(f"{service}.{name}.{each}" for each in choices), f"{service}.{name}", name]
        text = demo_content().text(keys, rng)
        return {name: text[: field.max]} if text else {}
    if field.type in NUMBERS_OF_PERSONS:  # partner and witness, asked for on two pages, are not one person
        return {name: field.example(rng.randrange(*OTHER_PERSONS))[""]}
    if field.type == "location" and (texts := demo_content().text([f"{service}.{name}", name], rng)):
        latitude, longitude, _area = made_up_place(rng)
        return {f"{name}.lat": f"{latitude}", f"{name}.lon": f"{longitude}", f"{name}.area": "", f"{name}.text": texts}
    return {}


def made_up_place(rng: Random) -> tuple[float, float, Area]:
    """Latitude, longitude and area of a place where people live."""
    area = rng.choices(*_inhabited())[0]
    for _attempt in range(8):
        latitude = round(area.latitude + rng.uniform(-SPREAD, SPREAD), 6)
        longitude = round(area.longitude + rng.uniform(-SPREAD, SPREAD), 6)
        if (there := locate(latitude, longitude)) and there.code == area.code:
            return latitude, longitude, area
    return area.latitude, area.longitude, area


def _inhabited() -> tuple[list[Area], list[int]]:
    """The smallest areas, and how many people live there."""
    areas = [area for _parent, below in lowest_level_areas() for area in below]
    return areas, [area.population or 1000 for area in areas]


def _drawings(field: FieldBase, examples_: list[Upload], subject: str, number: int) -> Iterator[SimpleUploadedFile]:
    for place, example in enumerate(examples_):
        drawn = PAPER if isinstance(field, DocumentField) else subject
        content = pictures.draw(drawn, number * 10 + place)
        yield SimpleUploadedFile(example.name, content, "image/jpeg")


def step_inputs(case: Case, snapshot: ServiceSnapshot, edge: rules.Edge, number: int) -> dict[str, Any]:
    """Inputs of a step: texts that fit it, and the street after the work."""
    fields = transition_inputs.input_fields(snapshot, edge)
    rng = Random(f"{case.reference} {edge.move} {number}")  # noqa: S311 -- made-up data
    values, files = examples.example_form(fields, number)
    for name in fields:
        if text := demo_content().text([f"{snapshot.service}.{edge.move}.{name}", f"{edge.move}.{name}", name], rng):
            values[name] = text
    choices = [value for value in case.answers.values() if isinstance(value, str)]
    subject = demo_content().picture(snapshot.service, choices, STREET)
    first = (number * 100 + case.entries) * 10  # a picture of its own each time: none closes a report twice
    uploads = MultiValueDict(
        {
            name: [
                SimpleUploadedFile(each.name, pictures.draw(subject, first + place, solved=True), "image/jpeg")
                for place, each in enumerate(some)
            ]
            for name, some in files.items()
        }
    )
    return transition_inputs.parse_form(snapshot, edge, FormData(form_data(values), uploads)).values


def form_data(values: Mapping[str, str | list[str]]) -> MultiValueDict[str, str]:
    return MultiValueDict({name: value if isinstance(value, list) else [value] for name, value in values.items()})
