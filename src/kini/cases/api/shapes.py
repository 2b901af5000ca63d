"""What programs read of drafts and cases: no more than the pages show to the same person."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import Field

from kini.api.routing import Named, Out
from kini.cases import answers, corrections, inputs, rules
from kini.cases.models import Case, Document, Draft
from kini.core import moments
from kini.core.texts import Text
from kini.people import profile
from kini.services import answering, questions
from kini.services.describing import field_schema
from kini.services.fields.base import FieldBase
from kini.services.fields.uploads import UploadField
from kini.services.kinds import kinds
from kini.services.versions import Resolved, resolve_many


class DocumentOut(Out):
    """A file of a draft or case."""

    id: str
    slot: str = Field(description="Name of the question that it answers.")
    name: str
    content_type: str
    size: int
    uploaded_at: datetime


class Missing(Out):
    """A question that must still be answered."""

    name: str
    detail: str


class DraftOut(Out):
    """An application on its way, or the correction of a case."""

    id: str
    service: Named
    version: int
    for_person: str | None = Field(description="Whose it is; null for guests.")
    answers: dict[str, Any]
    asked: list[str] = Field(description="Names that are asked with these answers, in their order.")
    missing: list[Missing]
    documents: list[DocumentOut]
    expires_at: datetime
    case: str | None = Field(description="Reference of the case, once it is sent in.")
    key: str | None = Field(description="Secret of a guest's draft, told once: send it in the header Guest-Key.")


class FilesIn(Out):
    """Files that a step takes, as parts of a form."""

    name: str = Field(description="Name of each part.")
    label: str
    least: int = Field(description="How many are needed.")
    most: int
    content_types: list[str]


class MoveOut(Out):
    """A step that can be taken now."""

    move: str
    label: str
    given: dict[str, Any] = Field(description="JSON Schema of the member `given`.")
    files: list[FilesIn]
    danger: bool = Field(description="It cannot be taken back: ask before.")


class CaseLine(Out):
    """A case in a list."""

    reference: str
    service: Named
    state: str = Field(
        description="Public state: waiting, coordination, disposition, process, done, rejected, reopened."
    )
    state_words: str
    step: str = Field(description="The state within the flow of its service; send it as `step` with a move.")
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    waits_for_resident: bool


class CaseOut(CaseLine):
    """A case."""

    now: str = Field(description="A sentence: what happens now.")
    outcome: str | None
    for_person: str | None
    agency: Named
    unit: str | None
    area: Named | None
    moves: list[MoveOut]
    key: str | None = Field(description="Secret of a guest's case, told once: send it in the header Guest-Key.")


def resolved_of(case: Case) -> Resolved:
    """The definition with which a case began; no query once this process knows it."""
    return resolve_many([case.version_id])[case.version_id]


def title_of(resolved: Resolved) -> Named:
    """What a service is called where others may look on: a neutral title where its name could harm."""
    kind = kinds.find(resolved.definition.kind)
    name = kind.title(resolved.definition) if kind else resolved.definition.name
    return Named(id=resolved.service, name=str(name))


def case_line(case: Case) -> CaseLine:
    """A case in a list."""
    return CaseLine(**_line(case, resolved_of(case)))


def case_out(case: Case, hats: Iterable[str], *, person: str | None, key: str | None = None) -> CaseOut:
    """A case with the steps that somebody with these hats may take."""
    resolved = resolved_of(case)
    moves = rules.next_moves(resolved.flow, case.state, hats, case.closed_at, moments.now())
    return CaseOut(
        **_line(case, resolved),
        now=str(resolved.flow.states[case.state].does),
        outcome=case.outcome or None,
        for_person=person,
        agency=Named(id=case.agency_id, name=str(Text.model_validate(case.agency.name))),
        unit=str(Text.model_validate(case.unit.name)) if case.unit else None,
        area=Named(id=case.area.code, name=case.area.name) if case.area else None,
        moves=[move_out(edge, resolved) for edge in moves],
        key=key,
    )


def _line(case: Case, resolved: Resolved) -> dict[str, Any]:
    state = resolved.flow.states[case.state]
    return {
        "reference": case.reference,
        "service": title_of(resolved),
        "state": case.standing,
        "state_words": rules.public_word(case.standing),
        "step": case.state,
        "opened_at": case.opened_at,
        "due_at": case.due_at,
        "closed_at": case.closed_at,
        "waits_for_resident": state.by == rules.RESIDENT and not state.end,
    }


def move_out(edge: rules.Edge, resolved: Resolved) -> MoveOut:
    """A step with what must be given at it."""
    fields = inputs.fields_of(resolved, edge)
    uploads = {name: field for name, field in fields.items() if isinstance(field, UploadField)}
    return MoveOut(
        move=edge.move,
        label=rules.move_label(edge, resolved.moves),
        given=_given({name: field for name, field in fields.items() if name not in uploads}, resolved, edge),
        files=[_files(name, field) for name, field in uploads.items()],
        danger=edge.danger,
    )


def _given(fields: dict[str, FieldBase], resolved: Resolved, edge: rules.Edge) -> dict[str, Any]:
    text = {"type": "string", "maxLength": inputs.LONGEST_TEXT}
    said: dict[str, Any] = {name: text for name in inputs.ALWAYS if name not in fields}
    said |= {name: field_schema(field) for name, field in fields.items()}
    if pages := inputs.page_keys(resolved, edge):
        keys = [page.key for page in resolved.pages if page.key in pages]
        said[inputs.PAGES] = {"type": "array", "items": {"enum": keys}}
    required = [name for name, field in fields.items() if not field.optional]
    return {"type": "object", "properties": said, "required": required, "additionalProperties": False}


def _files(name: str, field: UploadField) -> FilesIn:
    least = 0 if field.optional else field.least
    label, types = str(field.label), sorted(field.accept)
    return FilesIn(name=name, label=label, least=least, most=field.max, content_types=types)


def draft_out(draft: Draft, *, key: str | None = None) -> DraftOut:
    """A draft with its answers and what is still to be answered."""
    resolved = resolve_many([draft.version_id])[draft.version_id]
    known = {} if draft.case_id else profile.known(draft.resident) if draft.resident else {}
    given = answers.of_draft(draft)
    asked = questions.applicable_pages(resolved, given, known)
    missing = [page for page in asked if questions.is_missing(page, given)]
    return DraftOut(
        id=str(draft.pk),
        service=title_of(resolved),
        version=draft.version.number,
        for_person=draft.resident.name if draft.resident else None,
        answers=given,
        asked=[name for page in asked for name in page.names],
        missing=[Missing(name=name, detail=detail) for name, detail in answering.lacking(missing, given)],
        documents=[document_out(document) for document in corrections.present(draft)],
        expires_at=draft.expires_at,
        case=draft.case.reference if draft.case else None,
        key=key,
    )


def document_out(document: Document) -> DocumentOut:
    """A file, without its content."""
    return DocumentOut(
        id=str(document.pk),
        slot=document.slot,
        name=document.name,
        content_type=document.content_type,
        size=document.size,
        uploaded_at=document.uploaded_at,
    )
