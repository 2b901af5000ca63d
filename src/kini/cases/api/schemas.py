"""Response schemas of drafts and cases: no more than the pages show to the same person."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import Field

from kini.api.operations import Named, Out
from kini.cases import case_answers, corrections, rules, transition_inputs
from kini.cases.models import Attachment, Case, Draft
from kini.core import current_time
from kini.core.localized_text import Text
from kini.people.public import profile_values
from kini.services.public import (
    FieldBase,
    ServiceSnapshot,
    UploadField,
    field_schema,
    json_answers,
    kinds,
    questions,
    snapshots_by_version,
)


class DocumentOut(Out):
    """File of a draft or case."""

    id: str
    slot: str = Field(description="Name of the question it answers.")
    name: str
    content_type: str
    size: int
    uploaded_at: datetime


class Missing(Out):
    """Question that must still be answered."""

    name: str
    detail: str


class DraftOut(Out):
    """Application or correction in progress."""

    id: str
    service: Named
    version: int
    for_person: str | None = Field(description="Person applied for; null for guests.")
    answers: dict[str, Any]
    asked: list[str] = Field(description="Questions that apply given these answers, in order.")
    missing: list[Missing]
    documents: list[DocumentOut]
    expires_at: datetime
    case: str | None = Field(description="Reference of the case, once submitted.")
    key: str | None = Field(description="Secret of a guest's draft, returned once; send it in the header Guest-Key.")


class FilesIn(Out):
    """Files accepted by a move, as parts of a form."""

    name: str = Field(description="Name of each part.")
    label: str
    least: int = Field(description="Minimal number of files.")
    most: int
    content_types: list[str]


class MoveOut(Out):
    """Move that can be taken now."""

    move: str
    label: str
    given: dict[str, Any] = Field(description="JSON Schema of the member `given`.")
    files: list[FilesIn]
    danger: bool = Field(description="Irreversible: ask for confirmation.")


class CaseLine(Out):
    """Case in a list."""

    reference: str
    service: Named
    state: str = Field(
        description="Public state: waiting, coordination, disposition, process, done, rejected, reopened."
    )
    state_words: str
    step: str = Field(description="State within the service's flow; send it as `step` with a move.")
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    waits_for_resident: bool


class CaseOut(CaseLine):
    """Case."""

    now: str = Field(description="Sentence about what happens now.")
    outcome: str | None
    for_person: str | None
    agency: Named
    unit: str | None
    area: Named | None
    moves: list[MoveOut]
    key: str | None = Field(description="Secret of a guest's case, returned once; send it in the header Guest-Key.")


def resolved_of(case: Case) -> ServiceSnapshot:
    """Return the definition with which the case began, from the process cache."""
    return snapshots_by_version([case.version_id])[case.version_id]


def title_of(snapshot: ServiceSnapshot) -> Named:
    """Title of a service for lists, neutral where its name could harm."""
    kind = kinds.find(snapshot.definition.kind)
    name = kind.title(snapshot.definition) if kind else snapshot.definition.name
    return Named(id=snapshot.service, name=str(name))


def case_line(case: Case) -> CaseLine:
    """Build the response for a case in a list."""
    return CaseLine(**_line(case, resolved_of(case)))


def case_out(case: Case, case_roles: Iterable[str], *, person: str | None, key: str | None = None) -> CaseOut:
    """Build the response for a case with the moves open to these roles."""
    snapshot = resolved_of(case)
    moves = rules.next_moves(snapshot.flow, case.state, case_roles, case.closed_at, current_time.now())
    return CaseOut(
        **_line(case, snapshot),
        now=str(snapshot.flow.states[case.state].does),
        outcome=case.outcome or None,
        for_person=person,
        agency=Named(id=case.agency_id, name=str(Text.model_validate(case.agency.name))),
        unit=str(Text.model_validate(case.unit.name)) if case.unit else None,
        area=Named(id=case.area.code, name=case.area.name) if case.area else None,
        moves=[move_out(edge, snapshot) for edge in moves],
        key=key,
    )


def _line(case: Case, snapshot: ServiceSnapshot) -> dict[str, Any]:
    state = snapshot.flow.states[case.state]
    return {
        "reference": case.reference,
        "service": title_of(snapshot),
        "state": case.public_state,
        "state_words": rules.public_word(case.public_state, case.outcome),
        "step": case.state,
        "opened_at": case.opened_at,
        "due_at": case.due_at,
        "closed_at": case.closed_at,
        "waits_for_resident": state.by == rules.RESIDENT and not state.end,
    }


def move_out(edge: rules.Edge, snapshot: ServiceSnapshot) -> MoveOut:
    """Build the response for a move with its inputs."""
    fields = transition_inputs.input_fields(snapshot, edge)
    uploads = {name: field for name, field in fields.items() if isinstance(field, UploadField)}
    return MoveOut(
        move=edge.move,
        label=rules.move_label(edge, snapshot.moves),
        given=_given({name: field for name, field in fields.items() if name not in uploads}, snapshot, edge),
        files=[_files(name, field) for name, field in uploads.items()],
        danger=edge.danger,
    )


def _given(fields: dict[str, FieldBase], snapshot: ServiceSnapshot, edge: rules.Edge) -> dict[str, Any]:
    text = {"type": "string", "maxLength": transition_inputs.MAX_TEXT}
    properties: dict[str, Any] = {name: text for name in transition_inputs.COMMON_TEXTS if name not in fields}
    properties |= {name: field_schema(field) for name, field in fields.items()}
    if pages := transition_inputs.page_keys(snapshot, edge):
        keys = [page.key for page in snapshot.pages if page.key in pages]
        properties[transition_inputs.PAGES_TO_CORRECT] = {"type": "array", "items": {"enum": keys}}
    required = [name for name, field in fields.items() if not field.optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _files(name: str, field: UploadField) -> FilesIn:
    least = 0 if field.optional else field.least
    label, types = str(field.label), sorted(field.accept)
    return FilesIn(name=name, label=label, least=least, most=field.max, content_types=types)


def draft_out(draft: Draft, *, key: str | None = None) -> DraftOut:
    """Build the response for a draft."""
    snapshot = snapshots_by_version([draft.version_id])[draft.version_id]
    known = {} if draft.case_id else profile_values.known_to(draft.owner_id, draft.resident) if draft.resident else {}
    current = case_answers.of_draft(draft)
    pages = questions.applicable_pages(snapshot, current, known)
    missing = [page for page in pages if questions.lacks_answers(page, current)]
    return DraftOut(
        id=str(draft.pk),
        service=title_of(snapshot),
        version=draft.version.number,
        for_person=draft.resident.name if draft.resident else None,
        answers=current,
        asked=[name for page in pages for name in page.names],
        missing=[Missing(name=name, detail=detail) for name, detail in json_answers.missing_answers(missing, current)],
        documents=[document_out(document) for document in corrections.current_documents(draft)],
        expires_at=draft.expires_at,
        case=draft.case.reference if draft.case else None,
        key=key,
    )


def document_out(document: Attachment) -> DocumentOut:
    """Build the response for a file, without its content."""
    return DocumentOut(
        id=str(document.pk),
        slot=document.slot,
        name=document.name,
        content_type=document.content_type,
        size=document.size,
        uploaded_at=document.uploaded_at,
    )
