"""Letters as a type of signed document; their subject is a case."""

from dataclasses import replace

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.cases import actions as case_actions
from kini.cases import queries as case_queries
from kini.cases.models import Attachment, Case
from kini.cases.public import access, read_log
from kini.core.actors import Actor, NotAllowed
from kini.core.retention import YEAR
from kini.documents.models import SignedDocument
from kini.documents.public import DocumentRetention, DocumentType
from kini.documents.rules import DocumentContent, download_name
from kini.letters.models import Letter
from kini.letters.permissions import LetterPermission
from kini.people.public import legal_holds
from kini.services.public import kinds, snapshot_of

LETTER = "letters.letter"
RETENTION = DocumentRetention(
    "letters.papers",
    gettext_lazy("Signed letters"),
    gettext_lazy("Archives law; anybody who holds one must be able to check it"),
    10 * YEAR,
)


def subject_of(case: Case) -> str:
    """Subject of a case's letters."""
    return f"case:{case.reference}"


class LetterType(DocumentType):
    """Letters. Signing and withdrawing one adds an entry to the timeline of its case."""

    title = gettext_lazy("Letter")
    retention = RETENTION

    def lock(self, subject: str) -> None:
        """Lock the case, as everything does that changes it."""
        Case.objects.select_for_update().only("pk").get(reference=_reference(subject))

    def authorize(self, *, by: Actor, subject: str) -> None:
        case = Case.objects.get(reference=_reference(subject))
        access.require_at_desk(by, LetterPermission.MANAGE_LETTERS, case)

    def authorize_read(self, *, by: Actor, document: SignedDocument) -> None:
        try:
            attachment = case_queries.document_for(by, _letter(document).attachment_id)
        except Attachment.DoesNotExist:
            raise NotAllowed(_("This letter is not yours.")) from None
        read_log.log_document(by, attachment)

    def on_hold(self) -> Q:
        residents = Q(letter__case__resident_id__in=legal_holds.held_resident_ids())
        return (Q(letter__case__resident__isnull=False) & residents) | Q(
            letter__case__reference__in=legal_holds.held_case_references()
        )

    def public_content(self, document: SignedDocument, content: DocumentContent) -> DocumentContent:
        """Everything; of a sensitive service only that the letter is genuine, and after its term what it is called."""
        case = _letter(document).case
        definition = snapshot_of(case.version).definition
        kind = kinds.get(case.kind)
        if kind.quick_exit(definition):
            return replace(content, title=str(kind.title(definition)), rows=())
        if document.content:
            return content
        ordered = definition.gives.letter
        with translation.override(document.language):
            return replace(content, title=str((ordered and ordered.title) or definition.gives.name))

    def signed(self, *, by: Actor, document: SignedDocument, pdf: bytes) -> None:
        letter = _letter(document)
        name = download_name(document.title, document.number)
        replaces = SignedDocument.objects.filter(successor=document).exists()
        letter.attachment = case_actions.add_timeline_entry(
            by=by,
            case=letter.case,
            sort="letter",
            data={"title": document.title, "number": document.number, "replaces": replaces},
            paper=case_actions.GeneratedDocument("letter", name, pdf, "application/pdf"),
            notify=replaces,  # the decision that a first letter carries has its message
        )
        letter.save(update_fields=["attachment"])

    def withdrawn(self, *, by: Actor, document: SignedDocument) -> None:
        data = {"title": document.title, "number": document.number, "cause": document.cause}
        case_actions.add_timeline_entry(by=by, case=_letter(document).case, sort="letter-withdrawn", data=data)

    def content_removed(self, *, by: Actor, document: SignedDocument) -> None:
        letter = _letter(document)
        if letter.attachment and letter.attachment.sha256:
            case_actions.remove_files(by=by, case=letter.case, documents=[letter.attachment])


def _reference(subject: str) -> str:
    return subject.removeprefix("case:")


def _letter(document: SignedDocument) -> Letter:
    letters = Letter.objects.select_related("case__version", "attachment").defer("case__version__content")
    return letters.get(pk=document.pk)
