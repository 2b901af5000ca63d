"""Reading and rendering of field forms: untrusted input, shown again as typed."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from kini.cases.models import Attachment
from kini.core.files import Upload
from kini.services.public import FieldBase, FormData, UploadField, questions

#: Characters that nobody types: control and replacement characters.
UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")
#: Inputs of every form besides its fields.
FRAME = questions.COMMON_INPUTS

type Errors = dict[str, str]


@dataclass(frozen=True, slots=True)
class SubmittedForm:
    """Submitted form without unreadable characters.

    Attributes:
        unreadable: names of inputs that held such characters.
    """

    form: FormData
    unreadable: frozenset[str]


@dataclass(frozen=True, slots=True)
class RenderedField:
    """Field as `{% ask %}` expects it; with `heading` its label is the page's heading."""

    field: FieldBase
    name: str
    typed: Any
    error: str
    heading: bool
    files: tuple[Attachment, ...]


def posted_text(request: HttpRequest, name: str) -> str:
    """Return a posted text without unstorable characters."""
    return UNREADABLE.sub("", request.POST.get(name, "")).replace("\r\n", "\n").strip()


def read_form(request: HttpRequest) -> SubmittedForm:
    """Read the submitted form."""
    data: MultiValueDict[str, str] = MultiValueDict()
    unreadable = set()
    for name, values in request.POST.lists():
        cleaned = [UNREADABLE.sub("", value) for value in values]
        data.setlist(name, cleaned)
        if cleaned != values:
            unreadable.add(name)
    return SubmittedForm(FormData(data, request.FILES), frozenset(unreadable))


def unreadable_errors(sent: SubmittedForm, fields: Mapping[str, FieldBase]) -> Errors:
    """Errors of fields whose inputs held unreadable characters."""
    owners = {name: owner for owner, field in fields.items() for name in field.inputs(owner)}
    return {
        owners[name]: _("This contains unreadable characters. Delete them or type it again.")
        for name in sorted(sent.unreadable)
        if name in owners
    }


def surplus_errors(sent: SubmittedForm, fields: Mapping[str, FieldBase], beside: frozenset[str]) -> Errors:
    """Error under the name "" if the form sent inputs that are not on the page."""
    known = FRAME | beside | {name for owner, field in fields.items() for name in field.inputs(owner)}
    if not {*sent.form.data, *sent.form.files} - known:
        return {}
    return {"": _("The form contained unknown fields. Reload the page and try again.")}


def chosen_files(sent: SubmittedForm, name: str) -> list[Upload]:
    """Uploaded files of an input."""
    return [upload for upload in sent.form.files.getlist(name) if upload.name]


def is_already_uploaded(upload: Upload, documents: Iterable[Attachment]) -> bool:
    """Return True if an identical file is among the documents, so that resubmission adds it once."""
    upload.seek(0)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    return digest.hexdigest() in {document.source_sha256 for document in documents}


def has_uploads(fields: Iterable[FieldBase]) -> bool:
    return any(isinstance(field, UploadField) for field in fields)


def render_fields(
    fields: Mapping[str, FieldBase],
    typed: Mapping[str, Any],
    errors: Errors,
    *,
    heading: bool = False,
    files: Mapping[str, Attachment] | None = None,
) -> list[RenderedField]:
    """Render the fields of a page.

    Args:
        typed: values of the inputs, by field.
        heading: the label of the (only) field is the page's heading.
        files: documents that the fields may show, by id.
    """
    shown = (files or {}).values()
    return [
        RenderedField(
            field, name, typed.get(name), errors.get(name, ""), heading, tuple(d for d in shown if d.slot == name)
        )
        for name, field in fields.items()
    ]


def error_summary(fields: Mapping[str, FieldBase], errors: Errors) -> list[tuple[str, str]]:
    """Errors for the summary in the order of the fields: (id of the input, message)."""
    general = [("", errors[""])] if "" in errors else []
    return general + [(fields[name].anchor(name), errors[name]) for name in fields if name in errors]
