"""Certificates issued from doses, and the lists of others that verifiers use."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from kini.core.database.encryption import EncryptedTextField
from kini.vaccination.doses.models import Dose


class Certificate(models.Model):
    """A certificate (HC1) of one dose. Revoked ones stay until they have expired, as their hashes are published."""

    CAUSES: ClassVar = ("changed", "renewed", "asked")

    dose = models.ForeignKey(Dose, models.PROTECT, related_name="certificates")
    identifier = models.CharField(max_length=80, unique=True, help_text='UVCI, "URN:UVCI:01:ID:...#C".')
    code = EncryptedTextField(context="vaccination.certificate.code", help_text="Text of the QR code.")
    key_id = models.BinaryField(max_length=8)
    signature_hash = models.BinaryField(max_length=16, help_text="As in revocation lists.")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_because = models.CharField(max_length=7, blank=True, choices=[(each, each) for each in CAUSES])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dose"], condition=Q(revoked_at=None), name="vaccination_certificate_one_in_force"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_because="")
                | (Q(revoked_at__isnull=False) & ~Q(revoked_because="")),
                name="vaccination_certificate_revoked_with_cause",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("issued_at")), name="vaccination_certificate_expires"),
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="vaccination_certificate_expiry"),
            models.Index(
                fields=["revoked_at"], name="vaccination_certificate_gone", condition=Q(revoked_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.identifier


class VerifierList(models.Model):
    """A file that an operator loaded: keys and revocations of others, or business rules. Public data."""

    KINDS: ClassVar = ("keys", "rules")

    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=5, choices=[(each, each) for each in KINDS])
    issuer = models.CharField(max_length=240, blank=True, help_text="Of SMART Health Cards, where the file names none.")
    content = models.TextField()
    loaded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(content=""), name="vaccination_verifier_list_named")
        ]

    def __str__(self) -> str:
        return self.name
