"""Exports of personal data, restrictions of processing, and the register of breaches."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kini.cases.models import Case
from kini.core.models import ACTOR_KINDS
from kini.people.models import Resident, User

BREACH_ENTRY_LABELS: Mapping[str, str | Promise] = {
    "opened": _("Recorded"),
    "changed": _("Changed"),
    "people-added": _("People were added"),
    "people-told": _("People were notified"),
    "authority-told": _("The authority was notified"),
    "closed": _("Closed"),
}


class Export(models.Model):
    """An export of all data about a person: an encrypted ZIP file with an expiry time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="exports")
    case = models.OneToOneField(Case, models.PROTECT, related_name="export")
    sha256 = models.CharField(max_length=64, db_index=True, help_text="Of the sealed file as kept.")
    size = models.PositiveBigIntegerField(help_text="Bytes of the ZIP file.")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    downloaded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("made_at")), name="privacy_export_forward"),
            models.CheckConstraint(condition=Q(size__gt=0), name="privacy_export_not_empty"),
        ]


class Restriction(models.Model):
    """Restriction of processing of a person's data until their objection is decided; shown to officers on each case."""

    resident = models.ForeignKey(Resident, models.PROTECT, related_name="restrictions")
    case = models.OneToOneField(Case, models.PROTECT, related_name="restriction")
    since = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)


#: Time within which people and the authority must be notified of a breach: 3 x 24 hours (UU 27/2022, 46).
NOTIFICATION_TIME = timedelta(hours=72)


class Breach(models.Model):
    """A breach of personal data."""

    title = models.CharField(max_length=120)
    happened_at = models.DateTimeField(null=True, help_text="Left out: not known.")
    known_at = models.DateTimeField()
    data = models.TextField(help_text="Which personal data.")
    cause = models.TextField(help_text="How it came about.")
    measures = models.TextField(help_text="What was done, and what people should do.")
    authority_told_at = models.DateTimeField(null=True)
    people_told_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(data="") & ~Q(cause="") & ~Q(measures=""), name="privacy_breach_whole"
            ),
            models.CheckConstraint(
                condition=Q(happened_at__isnull=True) | Q(happened_at__lte=models.F("known_at")),
                name="privacy_breach_known_after",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def notification_due_at(self) -> datetime:
        """Time by which people and the authority must be notified."""
        return self.known_at + NOTIFICATION_TIME


class BreachEntry(models.Model):
    """One step in the handling of a breach. Append-only (trigger)."""

    breach = models.ForeignKey(Breach, models.PROTECT, related_name="history")
    at = models.DateTimeField()
    what = models.CharField(
        max_length=20, help_text="opened, changed, people-added, people-told, authority-told, closed."
    )
    data = models.JSONField(default=dict)
    actor_kind = models.CharField(max_length=10, choices=ACTOR_KINDS)
    actor_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["id"]

    @property
    def words(self) -> str:
        """Description of the entry."""
        return str(BREACH_ENTRY_LABELS.get(self.what, self.what))


class AffectedPerson(models.Model):
    """A person affected by a breach, with the time of their notification."""

    breach = models.ForeignKey(Breach, models.PROTECT, related_name="people")
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    reached = models.BooleanField(null=True, help_text="Whether there was any way to tell them.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["breach", "resident"], name="privacy_affected_once")]
