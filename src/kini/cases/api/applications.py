"""API for applications: in one request, or step by step in a draft."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from ninja import File, Form
from ninja.files import UploadedFile
from pydantic import Field

from kini.api.auth import Principal, principal_of
from kini.api.operations import In, Router
from kini.api.problems import Problem, Wrong, invalid_body
from kini.cases import access, actions, case_answers, queries, read_log
from kini.cases.actions import Incomplete
from kini.cases.api import schemas
from kini.cases.api.scopes import READ, WRITE
from kini.cases.models import Attachment, Case, Draft
from kini.cases.rules import RESIDENT
from kini.core import attempt_limits, upload_quotas
from kini.core.actions import single_transaction
from kini.core.actors import ActionRefused, Actor, ActorKind
from kini.core.client_address import client_network
from kini.people import queries as people_queries
from kini.people.models import Resident
from kini.people.public import profile_values
from kini.services import queries as services_queries
from kini.services.models import ServiceVersion
from kini.services.public import ServiceSnapshot, json_answers, questions, snapshot_of

#: One router per path prefix, hence shared with own cases.
router = Router()


class NewDraft(In):
    """Service and person of a new application."""

    service: str = Field(max_length=60)
    for_person: int | None = Field(
        default=None, ge=1, le=2**62, description="A family member (GET /me); null: oneself."
    )


class Answers(In):
    """Answers by name, as described by the service's questions; null removes one."""

    answers: dict[str, Any]


class NewCase(NewDraft, Answers):
    """Complete application."""

    confirm: bool = Field(description="The person confirmed that the answers are true.")


class Submission(In):
    """Confirmation with which a draft is submitted."""

    confirm: bool = Field(description="The person confirmed that the answers are true.")


@router.post("/cases", needs=WRITE, made_at="/cases/{reference}", key="required")
def create_case(request: HttpRequest, body: NewCase) -> schemas.CaseOut:
    """Apply in one request with all answers. Services that need files require a draft.

    Guests need no token for services that can be used without signing in; the response then contains the case's key.
    """
    caller = principal_of(request)
    version, actor, resident = _beginning(request, caller, body)
    snapshot, known = snapshot_of(version), profile_values.known_to(actor.user_id, resident) if resident else {}
    values = _taken(snapshot, body.answers, {}, known)
    try:
        with single_transaction():
            case = actions.submit_answers(
                by=actor, version=version, resident=resident, answers=values, confirm=body.confirm
            )
    except Incomplete as refusal:
        missing = questions.missing_pages(snapshot, values, known)
        raise invalid_body(json_answers.missing_answers(missing, values), "/answers") from refusal
    return _made(case)


@router.post("/drafts", needs=WRITE, made_at="/drafts/{id}")
def create_draft(request: HttpRequest, body: NewDraft) -> schemas.DraftOut:
    """Start an application that is answered step by step or needs files."""
    version, actor, resident = _beginning(request, principal_of(request), body)
    draft = actions.start_draft(by=actor, version=version, resident=resident, channel="api")
    return schemas.draft_out(draft, key=None if actor.user_id else actor.session)


@router.get("/drafts/{uuid:draft}", needs=READ)
def read_draft(request: HttpRequest, draft: UUID) -> schemas.DraftOut:
    """Get a draft: its answers, the questions that apply, and what is missing."""
    return schemas.draft_out(_draft(principal_of(request), draft))


@router.patch("/drafts/{uuid:draft}", needs=WRITE)
def update_draft(request: HttpRequest, draft: UUID, body: Answers) -> schemas.DraftOut:
    """Save answers to any of the questions; others are unchanged."""
    caller = principal_of(request)
    stored = _draft(caller, draft)
    resident = None if stored.case_id else stored.resident
    known = profile_values.known_to(stored.owner_id, resident) if resident else {}
    values = _taken(snapshot_of(stored.version), body.answers, case_answers.of_draft(stored), known)
    actions.update_answers(by=caller.actor, draft=stored, values=values, guest_key=caller.guest_key)
    return schemas.draft_out(_draft(caller, draft))


@router.delete("/drafts/{uuid:draft}", needs=WRITE)
def delete_draft(request: HttpRequest, draft: UUID) -> None:
    """Delete a draft with its files."""
    caller = principal_of(request)
    actions.discard_draft(by=caller.actor, draft=_draft(caller, draft))


@router.post("/drafts/{uuid:draft}/documents", needs=WRITE, made_at="/drafts/{draft}/documents/{id}", key="")
def add_document(
    request: HttpRequest,
    draft: UUID,
    slot: str = Form(max_length=60, description="Name of the question that the file answers."),
    file: UploadedFile = File(),  # noqa: B008 -- ninja's syntax for files
) -> schemas.DocumentOut:
    """Add a file to a draft. Then answer its question with `{"files": [id]}`."""
    caller = principal_of(request)
    stored = _draft(caller, draft)
    upload_quotas.count_uploads(request, [file], user=caller.actor.user_id)
    document = actions.attach_file(by=caller.actor, draft=stored, slot=slot, upload=file, guest_key=caller.guest_key)
    return schemas.document_out(document)


@router.delete("/drafts/{uuid:draft}/documents/{uuid:document}", needs=WRITE)
def delete_document(request: HttpRequest, draft: UUID, document: UUID) -> None:
    """Remove a file from a draft."""
    caller = principal_of(request)
    stored = _draft(caller, draft)
    file = Attachment.objects.get(pk=document, draft=stored)
    actions.detach_file(by=caller.actor, draft=stored, document=file, guest_key=caller.guest_key)


@router.post("/drafts/{uuid:draft}/submission", needs=WRITE, made_at="/cases/{reference}")
def submit_draft(request: HttpRequest, draft: UUID, body: Submission) -> schemas.CaseOut:
    """Submit a draft. Idempotent: submitted twice, it is one case."""
    caller = principal_of(request)
    stored = _draft(caller, draft)
    try:
        case = actions.submit(by=caller.actor, draft=stored, confirm=body.confirm)
    except Incomplete as refusal:
        missing = schemas.draft_out(stored).missing
        raise invalid_body(((each.name, each.detail) for each in missing), "/answers") from refusal
    return _made(case)


def _beginning(
    request: HttpRequest, caller: Principal, body: NewDraft
) -> tuple[ServiceVersion, Actor, Resident | None]:
    """Return the current version, the actor, and the person applied for."""
    service = services_queries.active_service(body.service)
    if service.current is None:
        raise ActionRefused(_("You cannot start this service here yet. Its page lists other ways to apply."))
    version = service.current
    if caller.actor.user_id is None:
        attempt_limits.consume(access.GUEST_DRAFTS, client_network(request))
        return version, Actor(ActorKind.GUEST, session=get_random_string(40)), None
    return version, caller.actor, _for_whom(caller.actor, body.for_person)


def _for_whom(actor: Actor, person: int | None) -> Resident:
    own = people_queries.own_profile(actor)
    resident = own if person is None else people_queries.find_represented(own, person)
    if resident is None:
        detail = _("You cannot apply for this person. Add them to your family first.")
        raise Problem(403, detail, "", (Wrong(pointer="/for_person", detail=detail),))
    return resident


def _draft(caller: Principal, draft: UUID) -> Draft:
    stored = queries.draft_for(caller.actor, draft, caller.guest_key)
    read_log.log_drafts(caller.actor, [stored])
    return stored


def _taken(
    snapshot: ServiceSnapshot, values: Mapping[str, Any], before: Mapping[str, Any], known: Mapping[str, Any]
) -> Any:
    """Parse answers; raise a Problem with all errors.

    Raises:
        Problem: lists the invalid answers.
    """
    parsed = json_answers.parse_json_answers(snapshot, values, before, known)
    if parsed.errors:
        raise invalid_body(parsed.errors.items(), "/answers")
    return parsed.values


def _made(case: Case) -> schemas.CaseOut:
    person = case.resident.name if case.resident else None
    return schemas.case_out(case, {RESIDENT}, person=person, key=case.guest_key or None)
