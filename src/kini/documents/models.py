"""Signed documents and their history. Triggers keep the content unchanged for its term and the history append-only."""

import uuid

from django.db import models
from django.db.models import Q

from kini.city.models import Agency
from kini.core.database.encryption import EncryptedJSONField, EncryptedTextField
from kini.core.models import ACTOR_KINDS
from kini.documents.document_types import document_types


class DocumentState(models.TextChoices):
    WAITING = "waiting"  # decided on, and not signed yet
    VALID = "valid"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


OPEN_STATES = (DocumentState.WAITING, DocumentState.VALID)


class SignedDocument(models.Model):
    """A document that an agency signs. It is never deleted; its content and file are removed after their term.

    Attributes:
        type: name of its type (document_types).
        subject: the thing that it is about, "type:key".
        ordinal: position among the documents of its type about the subject.
        code: verification code (core.references.generate_code).
        template_digest: SHA-256 of its template and layout.
        content: rules.DocumentContent, numbers masked; empty after its term.
        issued_at: time of the decision; the date on the document.
        valid_until: last valid day by the city's calendar; None: unlimited.
        signed_at: None while it waits. sha256, size: its file (PDF); empty before it is signed and after its term.
        cause: key of its type's causes of withdrawal.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    type = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    ordinal = models.PositiveIntegerField()
    number = models.CharField(max_length=140, unique=True)
    code = models.CharField(max_length=30, unique=True)
    template = models.CharField(max_length=60)
    template_digest = models.CharField(max_length=64)
    language = models.CharField(max_length=12)
    content = EncryptedJSONField(context="letters.letter.said")  # as up to 0.1, when all of them were letters
    agency = models.ForeignKey(Agency, models.PROTECT)
    issued_at = models.DateTimeField()
    valid_until = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=DocumentState.choices, default=DocumentState.WAITING)
    signed_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    size = models.PositiveIntegerField(default=0, help_text="Bytes.")
    ended_at = models.DateTimeField(null=True)
    cause = models.CharField(max_length=20, blank=True)
    successor = models.OneToOneField("self", models.PROTECT, null=True, related_name="predecessor")

    class Meta:
        ordering = ["type", "subject", "ordinal"]
        indexes = [models.Index(fields=["issued_at"], condition=Q(state="waiting"), name="documents_waiting")]
        constraints = [
            models.UniqueConstraint(fields=["type", "subject", "ordinal"], name="documents_ordinal_once"),
            models.UniqueConstraint(
                fields=["type", "subject", "template"], condition=Q(state__in=OPEN_STATES), name="documents_one_open"
            ),
            models.CheckConstraint(condition=Q(subject__contains=":"), name="documents_subject_has_type"),
            models.CheckConstraint(
                condition=~Q(state=DocumentState.VALID) | Q(signed_at__isnull=False), name="documents_valid_was_signed"
            ),
            models.CheckConstraint(
                condition=Q(sha256="") | Q(signed_at__isnull=False), name="documents_file_was_signed"
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_STATES, ended_at__isnull=True)
                | (~Q(state__in=OPEN_STATES) & Q(ended_at__isnull=False)),
                name="documents_end_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state=DocumentState.REPLACED, successor__isnull=False)
                | (~Q(state=DocumentState.REPLACED) & Q(successor__isnull=True)),
                name="documents_replaced_by_another",
            ),
            models.CheckConstraint(
                condition=(Q(state=DocumentState.WITHDRAWN) & ~Q(cause=""))
                | (~Q(state=DocumentState.WITHDRAWN) & Q(cause="")),
                name="documents_withdrawn_for_cause",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def title(self) -> str:
        """Title of the document; a generic one after its term."""
        return str(self.content["title"] if self.content else document_types.get(self.type).title)


class SignedDocumentEntry(models.Model):
    """One change of a document's state. Append-only (trigger).

    `note` is the officer's own reason for withdrawing or replacing it; only officers read it.
    """

    document = models.ForeignKey(SignedDocument, models.PROTECT, related_name="history")
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=DocumentState.choices)
    actor_kind = models.CharField(max_length=10, choices=ACTOR_KINDS)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=60, blank=True)
    note = EncryptedTextField(context="letters.entry.note", blank=True)

    class Meta:
        ordering = ["at", "id"]
