"""Types of signed documents: the interface that rooms implement, and their registry."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q
from django.utils.functional import Promise

from kini.core.actors import Actor
from kini.core.registry import Registry
from kini.documents.rules import CAUSES, DocumentContent

if TYPE_CHECKING:
    from kini.documents.models import SignedDocument


@dataclass(frozen=True, slots=True)
class DocumentRetention:
    """Retention rule of a type: files and contents are removed `term` after they were issued.

    Attributes:
        name: "room.data", the name of the rule; a pack may set another term.
        data, basis: as of `core.retention.RetentionRule`.
    """

    name: str
    data: str | Promise
    basis: str | Promise
    term: timedelta


class DocumentType(ABC):
    """One type of signed document. A room registers an instance by `register_document_type`.

    `signed`, `withdrawn` and `content_removed` run in the transaction of the change.

    Attributes:
        title: title of documents whose content was removed.
        causes: causes of a withdrawal by key; shown to those who verify a withdrawn document.
    """

    title: str | Promise
    retention: DocumentRetention
    causes: Mapping[str, str | Promise] = CAUSES

    @abstractmethod
    def authorize(self, *, by: Actor, subject: str) -> None:
        """Require that the actor may issue, sign, withdraw and replace documents about the subject.

        Raises:
            NotAllowed: with a sentence for the actor.
        """

    @abstractmethod
    def authorize_read(self, *, by: Actor, document: "SignedDocument") -> None:
        """Require that the actor may read the file, and log an officer's read.

        Raises:
            NotAllowed: with a sentence for the actor.
        """

    @abstractmethod
    def on_hold(self) -> Q:
        """Condition on SignedDocument for documents on legal hold."""

    def number(self, subject: str, ordinal: int) -> str:
        """Number of a document; unique among all documents."""
        return f"{subject.partition(':')[2]}/{ordinal}"

    def lock(self, subject: str) -> None:
        """Lock the subject until the transaction ends, before its documents are read or changed."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"documents {subject}"])

    def public_content(self, document: "SignedDocument", content: DocumentContent) -> DocumentContent:
        """Part of the content that the verification page shows to anybody with the code: by default all of it."""
        return content

    def signed(self, *, by: Actor, document: "SignedDocument", pdf: bytes) -> None:
        """Record that the document was signed. By default nothing is done."""
        return

    def withdrawn(self, *, by: Actor, document: "SignedDocument") -> None:
        """Record that the document was withdrawn. By default nothing is done."""
        return

    def content_removed(self, *, by: Actor, document: "SignedDocument") -> None:
        """Remove what the room holds of a document past its term. By default nothing is done."""
        return


document_types: Registry[DocumentType] = Registry("type of signed document")
