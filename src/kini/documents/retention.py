"""Retention of signed documents: file and content are deleted; number, code, dates and state stay."""

from datetime import datetime

from django.db.models import Q, QuerySet

from kini.core.actors import system
from kini.core.retention import Removal, RetentionRule, rules
from kini.documents import actions
from kini.documents.document_types import DocumentType, document_types
from kini.documents.models import OPEN_STATES, SignedDocument

BY = system("retention")
DOCUMENTS_AT_ONCE = 100


def register_document_type(name: str, document_type: DocumentType) -> None:
    """Register a type of signed document ("room.type") and its retention rule; called from `AppConfig.ready`."""
    document_types.register(name, document_type)
    retention = document_type.retention
    rule = RetentionRule(retention.name, retention.data, retention.basis, retention.term, _removal(name, document_type))
    rules.register(rule.name, rule)


def _removal(name: str, document_type: DocumentType) -> Removal:
    def expired(before: datetime) -> QuerySet[SignedDocument]:
        """Documents past their term that still have their content; waiting ones are excluded."""
        over = Q(signed_at__isnull=False) | ~Q(state__in=OPEN_STATES)
        return SignedDocument.objects.filter(over, type=name, issued_at__lt=before).exclude(content="")

    def due(before: datetime) -> QuerySet[SignedDocument]:
        return expired(before).exclude(document_type.on_hold())

    def remove(before: datetime) -> int:
        documents = list(due(before).order_by("pk")[:DOCUMENTS_AT_ONCE])
        for document in documents:
            actions.remove_content(by=BY, document=document)
        return len(documents)

    return Removal(
        lambda before: due(before).count(),
        remove,
        lambda before: expired(before).filter(document_type.on_hold()).count(),
    )
