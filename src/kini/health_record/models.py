"""Shares: a person shows chosen sections of a health record for an hour."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from kini.core.database.encryption import EncryptedLookupField
from kini.people.models import Resident, User

#: Longest time for which a record is shown.
LIFETIME = timedelta(hours=1)


class Share(models.Model):
    """Sections of a record that anybody with the code may read until `ends_at`, unless it was revoked before.

    Each opening is an entry of the access log under `reference`. The code is emptied when the share is revoked; of one
    that has ended it opens nothing.
    """

    reference = models.CharField(max_length=20, unique=True, help_text='Public number, "HS-7KQ2-M4XD".')
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="+", help_text="Whose record it is.")
    user = models.ForeignKey(User, models.CASCADE, related_name="+", help_text="Who shows it.")
    code = EncryptedLookupField(context="health_record.share.code", null=True, unique=True)
    sections = ArrayField(models.CharField(max_length=60), help_text="Names of `health_sections`.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    ends_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__lte=F("created_at") + LIFETIME), name="health_record_share_for_an_hour"
            ),
            models.CheckConstraint(condition=~Q(sections=[]), name="health_record_share_of_something"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(code__isnull=True),
                name="health_record_share_revoked_has_no_code",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="health_record_share_user"),
            models.Index(fields=["ends_at"], name="health_record_share_ends"),
        ]

    def __str__(self) -> str:
        return self.reference
