"""Letters and their history. Triggers keep a letter's text unchanged for its term and the history append-only."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from kini.cases.models import Case, Document
from kini.city.models import Agency
from kini.core.database.encryption import EncryptedJSONField, EncryptedTextField
from kini.core.models import ACTOR_KINDS


class LetterState(models.TextChoices):
    WAITING = "waiting"  # decided on, and not signed yet
    VALID = "valid"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


OPEN_STATES = (LetterState.WAITING, LetterState.VALID)


class Letter(models.Model):
    """A letter of a case. Its text never changes (trigger), until it is removed after its term.

    Attributes:
        code: verification code (core.references.generate_code).
        entry: number of the timeline entry of the decision.
        ordinal: position among the letters of its case; part of its number.
        source: SHA-256 of its template and layout.
        said: content of the letter (rules.LetterContent), in its language, numbers masked; empty after its term.
        issued_at: time of the decision; the date on the letter.
        document: signed file, a document of its case; None while it waits.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="letters")
    entry = models.PositiveIntegerField()
    ordinal = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=30, unique=True)
    template = models.CharField(max_length=60)
    source = models.CharField(max_length=64)
    language = models.CharField(max_length=12)
    said = EncryptedJSONField(context="letters.letter.said")
    agency = models.ForeignKey(Agency, models.PROTECT)
    issued_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=LetterState.choices, default=LetterState.WAITING)
    document = models.OneToOneField(Document, models.PROTECT, null=True, related_name="letter")
    ended_at = models.DateTimeField(null=True)
    cause = models.CharField(max_length=20, blank=True, help_text="Why it was withdrawn (rules.CAUSES).")
    successor = models.OneToOneField("self", models.PROTECT, null=True, related_name="predecessor")

    class Meta:
        ordering = ["case", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["case", "ordinal"], name="letters_number"),
            models.UniqueConstraint(
                fields=["case", "template"], condition=Q(state__in=OPEN_STATES), name="letters_one_live"
            ),
            models.CheckConstraint(
                condition=~Q(state=LetterState.VALID) | Q(document__isnull=False), name="letters_valid_has_a_file"
            ),
            models.CheckConstraint(
                condition=(Q(state__in=OPEN_STATES) & Q(ended_at__isnull=True))
                | (~Q(state__in=OPEN_STATES) & ~Q(ended_at=None)),
                name="letters_ended_at_a_time",
            ),
            models.CheckConstraint(
                condition=(Q(state=LetterState.REPLACED) & Q(successor__isnull=False))
                | (~Q(state=LetterState.REPLACED) & Q(successor__isnull=True)),
                name="letters_replaced_by_another",
            ),
            models.CheckConstraint(
                condition=(Q(state=LetterState.WITHDRAWN) & ~Q(cause=""))
                | (~Q(state=LetterState.WITHDRAWN) & Q(cause="")),
                name="letters_withdrawn_for_a_cause",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"{self.case.reference}/{self.ordinal}"

    @property
    def title(self) -> str:
        """Title of the letter; a generic one after its term."""
        return str(self.said["title"]) if self.said else _("Letter")


class LetterEntry(models.Model):
    """One change of a letter's state. Append-only (trigger).

    `note` is the officer's own reason for withdrawing or replacing; only officers read it.
    """

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="history")
    at = models.DateTimeField()
    sort = models.CharField(max_length=10, choices=LetterState.choices)
    actor_kind = models.CharField(max_length=10, choices=ACTOR_KINDS)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=60, blank=True)
    note = EncryptedTextField(context="letters.entry.note", blank=True)

    class Meta:
        ordering = ["at", "id"]
