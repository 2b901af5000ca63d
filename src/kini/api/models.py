"""Stored responses for idempotent writes."""

from django.db import models

from kini.core.database.encryption import EncryptedTextField


class KeptAnswer(models.Model):
    """Stored response of a write, returned again when its idempotency key is repeated."""

    owner = models.CharField(max_length=160, help_text="Whose key it is (Caller.key).")
    key = models.CharField(max_length=200)
    request = models.BinaryField(max_length=32, help_text="Keyed hash of method, address and body.")
    status = models.PositiveSmallIntegerField()
    location = models.CharField(max_length=200, blank=True)
    body = EncryptedTextField(context="api.answer.body")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="api_answer_once")]
