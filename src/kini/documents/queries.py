"""Queries of signed documents: by subject, by code, and waiting ones."""

from django.db.models import QuerySet
from django.utils import translation

from kini.city.models import Agency
from kini.city.public import pack
from kini.documents.models import DocumentState, SignedDocument
from kini.documents.rules import DocumentContent
from kini.web import formats


def of_subject(document_type: str, subject: str) -> QuerySet[SignedDocument]:
    """Documents of a type about a subject, oldest first."""
    return SignedDocument.objects.filter(type=document_type, subject=subject).order_by("ordinal")


def of_code(code: str) -> SignedDocument | None:
    """Signed document with this code; None while it waits."""
    return SignedDocument.objects.select_related("agency").filter(code=code, signed_at__isnull=False).first()


def unsigned_documents() -> QuerySet[SignedDocument]:
    """Documents to be signed, oldest first."""
    return SignedDocument.objects.filter(state=DocumentState.WAITING).order_by("issued_at")


def signing_agencies() -> list[Agency]:
    """Agencies that may have documents to sign: any case can be passed on to any agency."""
    return list(Agency.objects.filter(active=True).order_by("pk"))


def stored_content(document: SignedDocument) -> DocumentContent:
    """Content of a document, in its language; after its term what is not personal."""
    if document.content:
        return DocumentContent.of_json(document.content)
    with translation.override(document.language):
        return DocumentContent(
            title=document.title,
            service="",
            agency=str(document.agency.title),
            unit="",
            decider="",
            city=str(pack.current().name),
            dated=formats.day(document.issued_at),
            until=formats.day(document.valid_until) if document.valid_until else "",
            rows=(),
        )
