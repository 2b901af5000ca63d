"""Inputs of a transition: parse them from a form or JSON, validate them against the edge, store uploads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from kini.cases import rules
from kini.cases.attachments import store_upload
from kini.cases.models import Case
from kini.cases.routing import metres_from_case
from kini.core.actors import ActionRefused, Actor
from kini.core.files import Upload
from kini.services.public import FieldBase, FormData, InvalidAnswer, ServiceSnapshot, UploadField, clean_text

#: Text inputs that every transition accepts, and their maximal length.
COMMON_TEXTS = ("reason", "message")
MAX_TEXT = 2000
#: Blank of a canned reply, which nobody should receive.
OPEN_BLANK = "…"
#: Input with the keys of the question pages to correct.
PAGES_TO_CORRECT = "pages"


@dataclass(slots=True)
class TransitionInputs:
    """Parsed inputs of a transition: values, errors and raw input, each by name."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    typed: dict[str, Any] = field(default_factory=dict)


def input_fields(snapshot: ServiceSnapshot, edge: rules.Edge) -> dict[str, FieldBase]:
    """Fields that the edge asks for, by name."""
    return {name: snapshot.inputs[name] for name in edge.needs}


def parse_form(snapshot: ServiceSnapshot, edge: rules.Edge, sent: FormData) -> TransitionInputs:
    """Parse a submitted form. Uploads stay uploads; the action stores them."""
    inputs = TransitionInputs()
    for name, field_ in input_fields(snapshot, edge).items():
        inputs.typed[name] = field_.typed(name, sent)
        try:
            value = _uploads(name, field_, sent.files) if isinstance(field_, UploadField) else field_.parse(name, sent)
            if value is None and not field_.optional:
                raise InvalidAnswer(field_.missing())
            if value is not None:
                inputs.values[name] = value
        except InvalidAnswer as wrong:
            inputs.errors[name] = str(wrong)
    if rules.is_correctable(snapshot.flow, edge.to):
        inputs.values[PAGES_TO_CORRECT] = inputs.typed[PAGES_TO_CORRECT] = sent.texts(PAGES_TO_CORRECT)
    return inputs


def parse_json(
    snapshot: ServiceSnapshot, edge: rules.Edge, values: Mapping[str, Any], files: MultiValueDict[str, Upload]
) -> TransitionInputs:
    """Parse an API request: JSON by name, and files by name."""
    inputs = TransitionInputs()
    fields = input_fields(snapshot, edge)
    pages = page_keys(snapshot, edge)
    uploads = {name for name, field_ in fields.items() if isinstance(field_, UploadField)}
    known = (fields.keys() - uploads) | {*COMMON_TEXTS, *([PAGES_TO_CORRECT] if pages else [])}
    for name in (values.keys() - known) | (files.keys() - uploads):
        inputs.errors[name] = _("This step does not take “%(name)s”.") % {"name": name}
    for name, field_ in fields.items():
        _read_one(inputs, name, field_, values, files)
    for name in values.keys() - fields.keys() - inputs.errors.keys():
        _read_text(inputs, name, values[name], pages)
    return inputs


def _read_one(
    inputs: TransitionInputs,
    name: str,
    field_: FieldBase,
    values: Mapping[str, Any],
    files: MultiValueDict[str, Upload],
) -> None:
    try:
        if isinstance(field_, UploadField):
            value = _uploads(name, field_, files)
        else:
            value = None if values.get(name) is None else field_.parse_json(values[name])
        if value is None and not field_.optional:
            raise InvalidAnswer(field_.missing())
        if value is not None:
            inputs.values[name] = value
    except InvalidAnswer as wrong:
        inputs.errors.setdefault(name, str(wrong))


def _read_text(inputs: TransitionInputs, name: str, value: Any, pages: frozenset[str]) -> None:
    """Parse a text that every transition accepts, or the list of pages to correct."""
    if name == PAGES_TO_CORRECT and not (isinstance(value, list) and all(each in pages for each in value)):
        inputs.errors[name] = _("Give a list of pages: %(pages)s.") % {"pages": ", ".join(sorted(pages))}
    elif name != PAGES_TO_CORRECT and not isinstance(value, str):
        inputs.errors[name] = _("Give a text.")
    else:
        try:
            inputs.values[name] = value if name == PAGES_TO_CORRECT else clean_form_text(value)
        except ActionRefused as refusal:
            inputs.errors[name] = str(refusal)


def page_keys(snapshot: ServiceSnapshot, edge: rules.Edge) -> frozenset[str]:
    """Keys of the question pages that may be sent back for correction with this transition."""
    if not rules.is_correctable(snapshot.flow, edge.to):
        return frozenset()
    return frozenset(page.key for page in snapshot.pages)


def _uploads(name: str, field_: UploadField, files: MultiValueDict[str, Upload]) -> list[Upload] | None:
    uploads = files.getlist(name)
    if len(uploads) > field_.max:
        raise InvalidAnswer(_("Add at most %(number)d files.") % {"number": field_.max})
    if uploads and len(uploads) < field_.least:
        raise InvalidAnswer(_("Add at least %(number)d files.") % {"number": field_.least})
    return uploads or None


def validate_and_store(
    by: Actor, case: Case, snapshot: ServiceSnapshot, edge: rules.Edge, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Validate the inputs of a transition and store its uploads as documents of the case.

    Returns:
        The values, an upload's as {"files": [ids of documents]}.

    Raises:
        ActionRefused: a required input is missing, an input is unknown, or a file is invalid.
    """
    fields = input_fields(snapshot, edge)
    pages = page_keys(snapshot, edge)
    accepted = {name: value for name, value in values.items() if value not in (None, "", [])}
    for name in accepted.keys() - fields.keys():
        known = name in COMMON_TEXTS or (name == PAGES_TO_CORRECT and pages >= set(accepted[PAGES_TO_CORRECT]))
        if not known:
            raise ActionRefused(_("This step does not take “%(name)s”.") % {"name": name})
    for name, field_ in fields.items():
        if name not in accepted and not field_.optional and rules.SYSTEM not in (by.kind.value, edge.by):
            raise ActionRefused(field_.missing())
        if name in accepted and isinstance(field_, UploadField):
            accepted[name] = {"files": [_keep(by, case, snapshot, name, field_, upload) for upload in accepted[name]]}
    texts = {name: clean_form_text(accepted[name]) for name in COMMON_TEXTS if name in accepted}
    if any(OPEN_BLANK in text for text in texts.values()):
        raise ActionRefused(_("Write what belongs in place of “…”, or remove it."))
    return accepted | texts


def clean_form_text(text: str) -> str:
    """Return a text cleaned of control characters and surrounding space.

    Raises:
        ActionRefused: when it is too long, or contains invisible characters.
    """
    try:
        return clean_text(str(text), limit=MAX_TEXT, lines=True)
    except InvalidAnswer as wrong:
        raise ActionRefused(str(wrong)) from None


def _keep(by: Actor, case: Case, snapshot: ServiceSnapshot, name: str, field_: UploadField, upload: Upload) -> str:
    metres_away = partial(metres_from_case, case, snapshot)
    document = store_upload(by, upload, accept=field_.accept, slot=step_slot(name), metres_away=metres_away)
    document.case = case
    document.save()
    return str(document.pk)


def step_slot(name: str) -> str:
    """Slot of files uploaded with a transition, distinct from those of questions."""
    return f"step:{name}"


def uploads_in(values: Mapping[str, Any]) -> list[Upload]:
    """Uploads among the values of a transition that has not been taken yet."""
    return [
        each for value in values.values() if isinstance(value, list) for each in value if isinstance(each, UploadedFile)
    ]


def document_ids_in(value: Any) -> list[str]:
    """Attachment ids in the value of an upload field."""
    return list(value.get("files") or ()) if isinstance(value, dict) else []


def require_text(text: str, missing: str) -> str:
    """Clean a text that must not be empty; `missing` is the message if it is."""
    text = clean_form_text(text)
    if not text:
        raise ActionRefused(missing)
    return text
