"""Letters: the signed documents of cases."""

from django.db import models

from kini.cases.models import Attachment, Case
from kini.documents.models import SignedDocument


class Letter(models.Model):
    """A signed document that carries the result of a case. It never changes (trigger).

    Attributes:
        entry: number of the timeline entry of the decision.
        attachment: its file among the files of the case; None while it waits.
    """

    signed_document = models.OneToOneField(
        SignedDocument, models.PROTECT, primary_key=True, db_column="id", related_name="letter"
    )
    case = models.ForeignKey(Case, models.PROTECT, related_name="letters")
    entry = models.PositiveIntegerField()
    attachment = models.OneToOneField(Attachment, models.PROTECT, null=True, related_name="letter")

    class Meta:
        ordering = ["case", "signed_document__ordinal"]

    def __str__(self) -> str:
        return self.signed_document.number
