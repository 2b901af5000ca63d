"""Outbox and inbox: what is on its way to outside systems, and what came from them."""

from django.db import models
from django.db.models import Q

from kini.core.database.encryption import EncryptedJSONField


class OutboxEntry(models.Model):
    """One message to an outside system.

    Attributes:
        subject: the thing that it is about, "type:key"; entries of one subject are delivered in order.
        key: the same for every try; the outside system recognises a repetition by it.
        lease_until: while a worker sends it.
        receipt: what the outside system answered.
    """

    STATES = ("waiting", "delivered", "dead", "discarded")

    destination = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    key = models.CharField(max_length=120)
    payload = EncryptedJSONField(context="exchange.outbox.payload")
    state = models.CharField(max_length=10, default="waiting", choices=[(state, state) for state in STATES])
    created_at = models.DateTimeField()
    next_at = models.DateTimeField()
    give_up_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    receipt = EncryptedJSONField(context="exchange.outbox.receipt", default=dict)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["destination", "next_at"], condition=Q(state="waiting"), name="exchange_due"),
            models.Index(
                fields=["destination", "subject", "id"],
                condition=Q(state__in=("waiting", "dead")),
                name="exchange_in_order",
            ),
            models.Index(fields=["ended_at"], condition=Q(ended_at__isnull=False), name="exchange_ended"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["destination", "key"], name="exchange_key_once"),
            models.CheckConstraint(
                name="exchange_ends_once",
                condition=Q(state__in=("waiting", "dead"), ended_at__isnull=True)
                | Q(state__in=("delivered", "discarded"), ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="exchange_lease_while_waiting", condition=Q(lease_until__isnull=True) | Q(state="waiting")
            ),
        ]


class DestinationPause(models.Model):
    """A destination that asked for a pause (Retry-After): nothing is sent to it before `until`."""

    destination = models.CharField(max_length=60, primary_key=True)
    until = models.DateTimeField()


class InboxEntry(models.Model):
    """One message from an outside system, applied once.

    Attributes:
        digest: SHA-256 of its content; another content under the same key is refused.
        result: what was answered; a repetition gets the same answer.
    """

    source = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    digest = models.BinaryField(max_length=32)
    result = EncryptedJSONField(context="exchange.inbox.result", null=True)
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["received_at"], name="exchange_received")]
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="exchange_received_once")]
