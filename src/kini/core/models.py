"""Tables without a city: the audit trail, counters of limits, and messages that wait in the outbox."""

from django.db import models

from kini.core.actors import ActorKind

ACTOR_KINDS = [(kind.value, kind.value) for kind in ActorKind]


class AuditEntry(models.Model):
    """Who did what to which thing. Append-only: a trigger refuses updates and deletes."""

    at = models.DateTimeField(auto_now_add=True)
    actor_kind = models.CharField(max_length=10, choices=ACTOR_KINDS)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=60, blank=True)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "id"], name="core_audit_subject"),
            models.Index(
                fields=["actor_id", "id"], name="core_audit_actor", condition=models.Q(actor_id__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"


class LimitCounter(models.Model):
    """How often something was tried within a window of time (see core/limits.py)."""

    key = models.CharField(max_length=120, primary_key=True)
    count = models.PositiveIntegerField()
    until = models.DateTimeField(db_index=True)


class CacheEntry(models.Model):
    """Django's cache in the database, in the form that it asks for."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)


class OutboxMessage(models.Model):
    """A message for a person, kept until it is delivered (see core/delivery.py)."""

    at = models.DateTimeField(auto_now_add=True)
    channel = models.CharField(max_length=10, choices=[(c, c) for c in ("sms", "email", "whatsapp", "push")])
    recipient = models.CharField(max_length=254)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-at"], name="core_outbox_at")]
