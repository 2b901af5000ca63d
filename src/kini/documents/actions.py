"""Actions on signed documents: issue, sign, withdraw, remove the content."""

from datetime import date, datetime

import structlog
from django.utils import translation
from django.utils.translation import gettext as _

from kini.city.models import Agency
from kini.city.public import pack
from kini.core import audit, current_time, files, references
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, require_system
from kini.documents import queries, signing_keys, typesetting
from kini.documents.document_types import DocumentType, document_types
from kini.documents.models import OPEN_STATES, DocumentState, SignedDocument, SignedDocumentEntry
from kini.documents.rules import DocumentContent

log = structlog.get_logger("kini.documents")
LONGEST_NOTE = 2000


@action
def issue_document(
    *,
    by: Actor,
    document_type: str,
    subject: str,
    template: str,
    content: DocumentContent,
    language: str,
    agency: Agency,
    issued_at: datetime,
    valid_until: date | None = None,
    replaces: SignedDocument | None = None,
    note: str = "",
) -> SignedDocument:
    """Issue a document; it waits until it is signed (`sign_document`).

    Args:
        document_type: its name in the registry.
        subject: "type:key".
        replaces: open document of this type about this subject, which this one ends; `note`: the officer's reason.

    Raises:
        NotAllowed: if its type does not allow it to the actor.
        ActionRefused: if the document to be replaced is no longer valid.
    """
    kind = document_types.get(document_type)
    kind.lock(subject)
    kind.authorize(by=by, subject=subject)
    about_subject = queries.of_subject(document_type, subject)
    ordinal = about_subject.count() + 1
    document = SignedDocument(
        type=document_type,
        subject=subject,
        ordinal=ordinal,
        number=kind.number(subject, ordinal),
        code=references.generate_code(),
        template=template,
        template_digest=typesetting.template_digest(pack.current().root, template),
        language=language,
        content=content.as_json(),
        agency=agency,
        issued_at=issued_at,
        valid_until=valid_until,
    )
    before = _require_open(about_subject.get(pk=replaces.pk)) if replaces else None
    if before:
        before.state, before.successor, before.ended_at = DocumentState.REPLACED, document, current_time.now()
        before.save(update_fields=["state", "successor", "ended_at"])
        _add_history(by, before, note)
    document.save(force_insert=True)
    _add_history(by, document)
    _record(by, "issued", document, {"template": template, "replaces": before.number if before else ""})
    return document


@action
def sign_document(*, by: Actor, document: SignedDocument) -> SignedDocument:
    """Typeset, sign and file a waiting document; if the agency's key or the template fails, it keeps waiting.

    Raises:
        NotAllowed: if its type does not allow it to the actor.
    """
    kind, document = _lock(by, document)
    if document.state != DocumentState.WAITING:
        return document
    try:
        pdf = _signed_pdf(document)
    except (signing_keys.KeyUnavailable, typesetting.TypesettingError, LookupError) as reason:
        log.error("a document waits", document=document.number, agency=document.agency_id, reason=str(reason))
        return document
    document.state, document.signed_at = DocumentState.VALID, current_time.now()
    document.sha256, document.size = files.store_content(pdf), len(pdf)
    document.save(update_fields=["state", "signed_at", "sha256", "size"])
    _add_history(by, document)
    _record(by, "signed", document)
    kind.signed(by=by, document=document, pdf=pdf)
    return document


@action
def withdraw_document(*, by: Actor, document: SignedDocument, cause: str, note: str = "") -> SignedDocument:
    """Withdraw a document. Anybody who verifies it reads the cause; the note is for officers.

    Args:
        cause: a key of its type's causes.

    Raises:
        NotAllowed: if its type does not allow it to the actor.
        ActionRefused: if it is no longer valid, or without a cause.
    """
    kind, document = _lock(by, document)
    _require_open(document)
    if cause not in kind.causes:
        raise ActionRefused(_("Choose the reason for the withdrawal."))
    document.state, document.cause, document.ended_at = DocumentState.WITHDRAWN, cause, current_time.now()
    document.save(update_fields=["state", "cause", "ended_at"])
    _add_history(by, document, note)
    _record(by, "withdrawn", document, {"cause": cause})
    kind.withdrawn(by=by, document=document)
    return document


@action
def remove_content(*, by: Actor, document: SignedDocument) -> SignedDocument:
    """Delete content and file of a document after their term. Number, code, dates and state stay.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    kind, document = _lock(by, document)
    kind.content_removed(by=by, document=document)
    document.content = document.sha256 = ""  # the sweep of unreferenced files deletes the file
    document.save(update_fields=["content", "sha256"])
    _record(by, "content-removed", document)
    return document


def _lock(by: Actor, document: SignedDocument) -> tuple[DocumentType, SignedDocument]:
    """Lock the document's subject and require that the actor may change its documents."""
    kind = document_types.get(document.type)
    kind.lock(document.subject)
    kind.authorize(by=by, subject=document.subject)
    return kind, _reload(document)


def _reload(document: SignedDocument) -> SignedDocument:
    return SignedDocument.objects.select_related("agency").get(pk=document.pk)


def _require_open(document: SignedDocument) -> SignedDocument:
    if document.state not in OPEN_STATES:
        raise ActionRefused(_("This document is no longer valid."))
    return document


def _signed_pdf(document: SignedDocument) -> bytes:
    from kini.documents import signing  # large, and most processes never sign

    content = DocumentContent.of_json(document.content)
    with signing.open_signer(document.agency_id) as signer:  # before typesetting: most failures are here
        with translation.override(document.language):
            data = typesetting.document_data(
                content, typesetting.brand_colour(), document.language, document.number, document.code
            )
            label = _("Electronic signature of %(agency)s") % {"agency": content.agency}
        pdf = typesetting.render_pdf(pack.current().root, document.template, data, current_time.now())
        return signing.sign_pdf(pdf, signer, name=content.agency, label=label, place=content.city)


def _add_history(by: Actor, document: SignedDocument, note: str = "") -> None:
    """Add the document's state to its history."""
    SignedDocumentEntry.objects.create(
        document=document,
        at=current_time.now(),
        state=document.state,
        actor_kind=by.kind,
        actor_id=by.user_id,
        actor_name=by.name,
        note=note.strip()[:LONGEST_NOTE],
    )


def _record(by: Actor, change: str, document: SignedDocument, detail: dict[str, str] | None = None) -> None:
    detail = {"type": document.type} | (detail or {})
    audit.record(by=by, action=f"documents.{change}", subject=f"signed-document:{document.number}", detail=detail)
