"""Drafts: start, save page by page, resume on another device, reopen for corrections."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from kini.cases import access, case_answers, corrections, rules
from kini.cases.attachments import MAX_BYTES, MAX_FILES, store_upload
from kini.cases.locking import DRAFT_LIFETIME, claim_draft, lock_case, lock_draft, require_usable, store_draft
from kini.cases.models import Attachment, Case, Draft
from kini.cases.transition_inputs import document_ids_in
from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.core.files import Upload
from kini.people.models import Resident
from kini.services.models import ServiceVersion
from kini.services.public import ServiceSnapshot, UploadField, snapshot_of


@action
def start_draft(*, by: Actor, version: ServiceVersion, resident: Resident | None = None, channel: str = "web") -> Draft:
    """Start an application.

    Args:
        resident: person applied for; None only for a guest.
        channel: how the person came (models.CHANNELS).

    Raises:
        NotAllowed: when the actor may not apply for that person, or must sign in first.
        AssuranceNeeded: when the service needs to be surer of who that is.
        ActionRefused: when the service is no longer offered.
    """
    service = version.service
    access.require_may_start(by, service, resident)
    access.require_assurance(by, snapshot_of(version).definition.assurance, resident)
    draft = Draft.objects.create(
        version=version,
        owner_id=by.user_id,
        session="" if by.user_id else by.session or by.name,
        resident=resident,
        channel=channel,
        expires_at=current_time.now() + DRAFT_LIFETIME,
    )
    audit.record(by=by, action="cases.draft-begun", subject=f"draft:{draft.pk}", detail={"service": service.pk})
    return draft


@action
def save_answers(*, by: Actor, draft: Draft, page: str, values: Mapping[str, Any], guest_key: str = "") -> Draft:
    """Save the answers of one page.

    Args:
        page: the page's key.
        values: valid values by field (services.questions.take); None takes an answer away.

    Raises:
        NotAllowed, Expired, ActionRefused: when it is not theirs, has expired, or the page cannot be answered now.
    """
    draft, snapshot = _open(by, draft, {page}, guest_key)
    question_page = snapshot.page(page)
    if unknown := values.keys() - set(question_page.names if question_page else ()):
        raise ActionRefused(_("This page does not ask for “%(name)s”.") % {"name": sorted(unknown)[0]})
    return _keep(by, draft, snapshot, values, [page])


def _keep(by: Actor, draft: Draft, snapshot: ServiceSnapshot, values: Mapping[str, Any], pages: list[str]) -> Draft:
    _own_files(draft, values)
    merged = {**case_answers.of_draft(draft), **values}
    case_answers.assign_to_draft(draft, snapshot, {name: value for name, value in merged.items() if value is not None})
    store_draft(draft)
    audit.record(by=by, action="cases.answers-saved", subject=f"draft:{draft.pk}", detail={"pages": pages})
    return draft


@action
def update_answers(*, by: Actor, draft: Draft, values: Mapping[str, Any], guest_key: str = "") -> Draft:
    """Save answers to any questions at once.

    Args:
        values: valid values by field or repeated page (services.answering.take); None takes an answer away.

    Raises:
        NotAllowed, Expired, ActionRefused: as `save_answers`.
    """
    pages = {name: page.key for page in snapshot_of(draft.version).pages for name in page.names}
    if unknown := values.keys() - pages.keys():
        raise ActionRefused(_("This page does not ask for “%(name)s”.") % {"name": sorted(unknown)[0]})
    draft, snapshot = _open(by, draft, {pages[name] for name in values}, guest_key)
    return _keep(by, draft, snapshot, values, sorted({pages[name] for name in values}))


@action
def attach_file(*, by: Actor, draft: Draft, slot: str, upload: Upload, guest_key: str = "") -> Attachment:
    """Add a file to a draft.

    Args:
        slot: name of the upload field that it answers.

    Raises:
        FileRefused: when the file is empty, too large, damaged or of another type.
        NotAllowed, Expired, ActionRefused: as `save_answers`, or when there are enough files.
    """
    page, field = _slot(snapshot_of(draft.version), slot)
    draft, snapshot = _open(by, draft, {page}, guest_key)
    there = list(corrections.current_documents(draft))
    if sum(document.slot == slot for document in there) >= field.max:
        raise ActionRefused(_("There is a file here already. Remove it before you add another."))
    document = store_upload(by, upload, accept=field.accept, slot=slot)
    most = max(MAX_FILES, sum(isinstance(f, UploadField) for p in snapshot.pages for f in p.fields.values()))
    if len(there) >= most:
        raise ActionRefused(_("You can add at most %(number)d files in all.") % {"number": most})
    if sum(each.size for each in there) + document.size > MAX_BYTES:
        raise ActionRefused(_("All files together may have at most %(size)d MB.") % {"size": MAX_BYTES // 1_000_000})
    document.draft = draft
    document.save()
    store_draft(draft)
    detail = {"slot": slot, "document": str(document.pk)}
    audit.record(by=by, action="cases.file-added", subject=f"draft:{draft.pk}", detail=detail)
    return document


@action
def detach_file(*, by: Actor, draft: Draft, document: Attachment, guest_key: str = "") -> None:
    """Remove a file from a draft. A document of the case stays on record until the correction is sent.

    Raises:
        NotAllowed, Expired, ActionRefused: as `save_answers`, or when the file belongs to another draft.
    """
    page, _field = _slot(snapshot_of(draft.version), document.slot)
    draft, snapshot = _open(by, draft, {page}, guest_key)
    document = Attachment.objects.get(pk=document.pk)
    if document.draft_id != draft.pk:
        raise NotAllowed(_("This file belongs to another application."))
    remaining = case_answers.of_draft(draft)
    left = [each for each in document_ids_in(remaining.get(document.slot)) if each != str(document.pk)]
    remaining.pop(document.slot, None)
    case_answers.assign_to_draft(draft, snapshot, {**remaining, document.slot: {"files": left}} if left else remaining)
    store_draft(draft)
    detail = {"slot": document.slot, "document": str(document.pk)}
    if document.case_id is None:
        document.delete()
    audit.record(by=by, action="cases.file-removed", subject=f"draft:{draft.pk}", detail=detail)


@action
def discard_draft(*, by: Actor, draft: Draft) -> None:
    """Delete a draft with its files. Submitted drafts are kept.

    Raises:
        NotAllowed: the draft belongs to another person.
        ActionRefused: when it became a case.
    """
    draft = Draft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    access.require_own_draft(by, draft)
    if draft.case_id:
        raise ActionRefused(_("This application has been sent already."))
    draft.documents.filter(case__isnull=True).delete()
    audit.record(by=by, action="cases.draft-discarded", subject=f"draft:{draft.pk}")
    draft.delete()


@action
def open_correction(*, by: Actor, case: Case, guest_key: str = "") -> Draft:
    """Return the draft in which a resident corrects a case: its original one, else a new one with its answers.

    Raises:
        NotAllowed: the case belongs to another person.
        ActionRefused: when nothing may be corrected now.
    """
    case = lock_case(case)
    snapshot = snapshot_of(case.version)
    if rules.RESIDENT not in access.case_roles(by, case, guest_key):
        raise NotAllowed(_("This belongs to somebody else. Sign in as the person who started it."))
    if not rules.is_correctable(snapshot.flow, case.state):
        raise ActionRefused(_("This application has been sent. It can be changed only if the city asks you to."))
    if draft := Draft.objects.filter(case=case).first():
        return draft
    draft = Draft(version=case.version, owner_id=by.user_id, resident=case.resident, channel=case.channel, case=case)
    draft.session = "" if by.user_id else case.guest_key
    case_answers.assign_to_draft(draft, snapshot, case_answers.of_case(case))
    draft.expires_at = current_time.now() + DRAFT_LIFETIME
    draft.save(force_insert=True)
    case.documents.filter(draft__isnull=True, pk__in=corrections.referenced_files(case_answers.of_case(case))).update(
        draft=draft
    )
    audit.record(by=by, action="cases.correction-opened", subject=f"case:{case.reference}")
    return draft


def _open(by: Actor, draft: Draft, pages: set[str], guest_key: str) -> tuple[Draft, ServiceSnapshot]:
    """Lock the draft and return it with its definition, if the actor may answer these pages now."""
    draft = lock_draft(draft)
    access.require_own_draft(by, draft, guest_key)
    snapshot = snapshot_of(require_usable(claim_draft(by, draft)).version)
    if not pages <= {page.key for page in snapshot.pages}:
        raise ActionRefused(_("This page does not belong to the service."))
    if draft.case and not pages <= corrections.open_pages(draft.case, draft, snapshot):
        raise ActionRefused(_("This application has been sent. It can be changed only if the city asks you to."))
    return draft, snapshot


def _own_files(draft: Draft, values: Mapping[str, Any]) -> None:
    """Require that answers refer only to files of this draft and slot."""
    referenced = {(name, file) for name, value in values.items() for file in document_ids_in(value)}
    if referenced - {
        (document.slot, str(document.pk)) for document in (corrections.current_documents(draft) if referenced else ())
    }:
        raise ActionRefused(_("This file no longer exists. Add it again."))


def _slot(snapshot: ServiceSnapshot, slot: str) -> tuple[str, UploadField]:
    for page in snapshot.pages:
        field = page.fields.get(slot)
        if isinstance(field, UploadField):
            return page.key, field
    raise ActionRefused(_("This service does not ask for such a file."))
