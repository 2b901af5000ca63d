"""Drafts: start, save page by page, resume on another device, reopen for corrections."""

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from kini.cases import access, answers, corrections, rules
from kini.cases.holding import LIFETIME, claimed, lock, lock_draft, store_draft, usable
from kini.cases.inputs import files_in
from kini.cases.keeping import MOST_BYTES, MOST_FILES, keep_upload
from kini.cases.models import Case, Document, Draft
from kini.core import audit, moments
from kini.core.actions import action
from kini.core.actors import Actor, NotAllowed, Refused
from kini.people.models import Resident
from kini.services.fields.uploads import UploadField
from kini.services.models import ServiceVersion
from kini.services.versions import Resolved, resolve


@action
def start_draft(*, by: Actor, version: ServiceVersion, resident: Resident | None = None, channel: str = "web") -> Draft:
    """Start an application.

    Args:
        resident: person applied for; None only for a guest.
        channel: how the person came (models.CHANNELS).

    Raises:
        NotAllowed: when the actor may not apply for that person, or must sign in first.
        AssuranceNeeded: when the service needs to be surer of who that is.
        Refused: when the service is no longer offered.
    """
    service = version.service
    access.require_may_begin(by, service, resident)
    access.require_assurance(by, resolve(version).definition.assurance, resident)
    draft = Draft.objects.create(
        version=version,
        owner_id=by.user_id,
        session="" if by.user_id else by.session or by.name,
        resident=resident,
        channel=channel,
        expires_at=moments.now() + LIFETIME,
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
        NotAllowed, Expired, Refused: when it is not theirs, has expired, or the page cannot be answered now.
    """
    draft, resolved = _open(by, draft, {page}, guest_key)
    asked = resolved.page(page)
    if unknown := values.keys() - set(asked.names if asked else ()):
        raise Refused(_("This page does not ask for “%(name)s”.") % {"name": sorted(unknown)[0]})
    return _keep(by, draft, resolved, values, [page])


def _keep(by: Actor, draft: Draft, resolved: Resolved, values: Mapping[str, Any], pages: list[str]) -> Draft:
    _own_files(draft, values)
    kept = {**answers.of_draft(draft), **values}
    answers.put_in_draft(draft, resolved, {name: value for name, value in kept.items() if value is not None})
    store_draft(draft)
    audit.record(by=by, action="cases.answers-saved", subject=f"draft:{draft.pk}", detail={"pages": pages})
    return draft


@action
def fill(*, by: Actor, draft: Draft, values: Mapping[str, Any], guest_key: str = "") -> Draft:
    """Save answers to any questions at once.

    Args:
        values: valid values by field or repeated page (services.answering.take); None takes an answer away.

    Raises:
        NotAllowed, Expired, Refused: as `save_answers`.
    """
    pages = {name: page.key for page in resolve(draft.version).pages for name in page.names}
    if unknown := values.keys() - pages.keys():
        raise Refused(_("This page does not ask for “%(name)s”.") % {"name": sorted(unknown)[0]})
    draft, resolved = _open(by, draft, {pages[name] for name in values}, guest_key)
    return _keep(by, draft, resolved, values, sorted({pages[name] for name in values}))


@action
def attach(*, by: Actor, draft: Draft, slot: str, upload: UploadedFile, guest_key: str = "") -> Document:
    """Add a file to a draft.

    Args:
        slot: name of the upload field that it answers.

    Raises:
        FileRefused: when the file is empty, too large, damaged or of another type.
        NotAllowed, Expired, Refused: as `save_answers`, or when there are enough files.
    """
    page, field = _slot(resolve(draft.version), slot)
    draft, resolved = _open(by, draft, {page}, guest_key)
    there = list(corrections.present(draft))
    if sum(document.slot == slot for document in there) >= field.max:
        raise Refused(_("There is a file here already. Remove it before you add another."))
    document = keep_upload(by, upload, accept=field.accept, slot=slot)
    most = max(MOST_FILES, sum(isinstance(f, UploadField) for p in resolved.pages for f in p.fields.values()))
    if len(there) >= most:
        raise Refused(_("You can add at most %(number)d files in all.") % {"number": most})
    if sum(each.size for each in there) + document.size > MOST_BYTES:
        raise Refused(_("All files together may have at most %(size)d MB.") % {"size": MOST_BYTES // 1_000_000})
    document.draft = draft
    document.save()
    store_draft(draft)
    detail = {"slot": slot, "document": str(document.pk)}
    audit.record(by=by, action="cases.file-added", subject=f"draft:{draft.pk}", detail=detail)
    return document


@action
def detach(*, by: Actor, draft: Draft, document: Document, guest_key: str = "") -> None:
    """Remove a file from a draft. A document of the case stays on record until the correction is sent.

    Raises:
        NotAllowed, Expired, Refused: as `save_answers`, or when the file belongs to another draft.
    """
    page, _field = _slot(resolve(draft.version), document.slot)
    draft, resolved = _open(by, draft, {page}, guest_key)
    document = Document.objects.get(pk=document.pk)
    if document.draft_id != draft.pk:
        raise NotAllowed(_("This file belongs to another application."))
    kept = answers.of_draft(draft)
    left = [each for each in files_in(kept.get(document.slot)) if each != str(document.pk)]
    kept.pop(document.slot, None)
    answers.put_in_draft(draft, resolved, {**kept, document.slot: {"files": left}} if left else kept)
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
        Refused: when it became a case.
    """
    draft = Draft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    access.require_theirs(by, draft)
    if draft.case_id:
        raise Refused(_("This application has been sent already."))
    draft.documents.filter(case__isnull=True).delete()
    audit.record(by=by, action="cases.draft-discarded", subject=f"draft:{draft.pk}")
    draft.delete()


@action
def open_correction(*, by: Actor, case: Case, guest_key: str = "") -> Draft:
    """Return the draft in which a resident corrects a case: its original one, else a new one with its answers.

    Raises:
        NotAllowed: the case belongs to another person.
        Refused: when nothing may be corrected now.
    """
    case = lock(case)
    resolved = resolve(case.version)
    if rules.RESIDENT not in access.hats(by, case, guest_key):
        raise NotAllowed(_("This belongs to somebody else. Sign in as the person who began it."))
    if not rules.correctable(resolved.flow, case.state):
        raise Refused(_("This application has been sent. It can be changed only if the city asks you to."))
    if draft := Draft.objects.filter(case=case).first():
        return draft
    draft = Draft(version=case.version, owner_id=by.user_id, resident=case.resident, channel=case.channel, case=case)
    draft.session = "" if by.user_id else case.guest_key
    answers.put_in_draft(draft, resolved, answers.of_case(case))
    draft.expires_at = moments.now() + LIFETIME
    draft.save(force_insert=True)
    case.documents.filter(draft__isnull=True, pk__in=corrections.used_files(answers.of_case(case))).update(draft=draft)
    audit.record(by=by, action="cases.correction-opened", subject=f"case:{case.reference}")
    return draft


def _open(by: Actor, draft: Draft, pages: set[str], guest_key: str) -> tuple[Draft, Resolved]:
    """Lock the draft and return it with its definition, if the actor may answer these pages now."""
    draft = lock_draft(draft)
    access.require_theirs(by, draft, guest_key)
    resolved = resolve(usable(claimed(by, draft)).version)
    if not pages <= {page.key for page in resolved.pages}:
        raise Refused(_("This page does not belong to the service."))
    if draft.case and not pages <= corrections.open_pages(draft.case, draft, resolved):
        raise Refused(_("This application has been sent. It can be changed only if the city asks you to."))
    return draft, resolved


def _own_files(draft: Draft, values: Mapping[str, Any]) -> None:
    """Require that answers refer only to files of this draft and slot."""
    wanted = {(name, file) for name, value in values.items() for file in files_in(value)}
    if wanted - {(document.slot, str(document.pk)) for document in (corrections.present(draft) if wanted else ())}:
        raise Refused(_("This file is no longer there. Add it again."))


def _slot(resolved: Resolved, slot: str) -> tuple[str, UploadField]:
    for page in resolved.pages:
        field = page.fields.get(slot)
        if isinstance(field, UploadField):
            return page.key, field
    raise Refused(_("This service does not ask for such a file."))
