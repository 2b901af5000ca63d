"""Messages, deliveries, channel preferences, opt-outs, inbound messages, push subscriptions."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from kini.city.models import Agency
from kini.core.database.encryption import EncryptedJSONField, EncryptedLookupField, EncryptedTextField
from kini.people.models import Resident, User

STATES = [(s, s) for s in ("waiting", "sent", "delivered", "read", "failed")]
#: States after a channel accepted the message; a receipt may follow.
SENT_STATES = ("sent", "delivered", "read")


class Message(models.Model):
    """Notification of one change to one person. Stays in their inbox regardless of the deliveries.

    `key` identifies the change ("case:KINI-7F3K-9Q2M:4"). `agency`, `area_path` and `service_id` determine which
    officers see that it is undelivered; `service_id` is plain text, since services is a higher layer.
    """

    key = models.CharField(max_length=120)
    sort = models.CharField(max_length=40)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="messages")
    resident = models.ForeignKey(
        Resident, models.CASCADE, null=True, related_name="messages", help_text="Where there is no account."
    )
    language = models.CharField(max_length=10)
    subject = EncryptedTextField(context="messages.message.subject")
    text = EncryptedTextField(context="messages.message.text")
    short = EncryptedTextField(context="messages.message.short", help_text="What an SMS says.")
    words = EncryptedJSONField(
        context="messages.message.words",
        default=dict,
        help_text="By name; templates of WhatsApp are filled with them.",
    )
    link = models.CharField(max_length=300, blank=True, help_text="Path of the page to read next.")
    urgent = models.BooleanField(default=False, help_text="Goes out in quiet hours as well.")
    needed_by = models.DateTimeField(null=True, help_text="Until then something is asked; it must be seen.")
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    area_path = models.CharField(max_length=120, blank=True)
    service_id = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    unreached_at = models.DateTimeField(null=True, help_text="When no channel was left.")
    settled_at = models.DateTimeField(null=True, help_text="When an officer took care of it.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "user"], condition=Q(user__isnull=False), name="messages_once"),
            models.UniqueConstraint(
                fields=["key", "resident"], condition=Q(user__isnull=True), name="messages_once_resident"
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(resident__isnull=False), name="messages_to_somebody"
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(unreached_at__isnull=False), name="messages_settled_unreached"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "-id"], name="messages_inbox"),
            models.Index(fields=["user"], name="messages_unread", condition=Q(read_at__isnull=True)),
            models.Index(
                fields=["agency", "-unreached_at"],
                name="messages_dead",
                condition=Q(unreached_at__isnull=False, settled_at__isnull=True),
            ),
            models.Index(
                fields=["needed_by"], name="messages_needed", condition=Q(needed_by__isnull=False, read_at__isnull=True)
            ),
        ]


class Delivery(models.Model):
    """Delivery of a message by one channel. At most one per message is waiting, and one per channel exists."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=10)
    recipient = EncryptedLookupField(
        context="messages.delivery.recipient", help_text="Number or address; empty for push and post."
    )
    state = models.CharField(max_length=10, choices=STATES, default="waiting")
    provider = models.CharField(max_length=40, blank=True)
    reference = models.CharField(max_length=160, blank=True, help_text="The provider's.")
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="When it was delivered, read or given up.")
    fault = EncryptedTextField(context="messages.delivery.fault", blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "channel"], name="messages_channel_once"),
            models.UniqueConstraint(fields=["message"], condition=Q(state="waiting"), name="messages_one_waits"),
            models.UniqueConstraint(
                fields=["provider", "reference"], condition=~Q(reference=""), name="messages_reference_once"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", sent_at__isnull=True) | Q(state="failed") | Q(sent_at__isnull=False),
                name="messages_sent_when",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["channel", "id"], name="messages_waiting", condition=Q(state="waiting")),
        ]


class Preference(models.Model):
    """Preferred channel of a user."""

    user = models.OneToOneField(User, models.CASCADE, related_name="message_preference")
    first = models.CharField(max_length=10, blank=True)


class OptOut(models.Model):
    """Opt-out of a number or address from a channel. Does not apply to sign-in codes."""

    channel = models.CharField(max_length=10)
    recipient = EncryptedLookupField(context="messages.silence.recipient")
    since = models.DateTimeField()

    class Meta:
        db_table = "kini_messages_silence"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["channel", "recipient"], name="messages_silence_once"),
            models.CheckConstraint(condition=~Q(recipient=""), name="messages_silence_of_somebody"),
        ]


class InboundMessage(models.Model):
    """Inbound message and its reply. Deleted by retention."""

    provider = models.CharField(max_length=40)
    external_id = models.CharField(max_length=160)
    channel = models.CharField(max_length=10)
    sender = EncryptedLookupField(context="messages.heard.sender", help_text="Phone number in E.164.")
    text = EncryptedTextField(context="messages.heard.text", blank=True)
    photo = models.CharField(max_length=160, blank=True, help_text="The provider's name of a picture.")
    latitude = EncryptedJSONField(context="messages.heard.latitude", null=True)
    longitude = EncryptedJSONField(context="messages.heard.longitude", null=True)
    at = models.DateTimeField()
    reply = EncryptedTextField(context="messages.heard.reply", blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "kini_messages_heard"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "external_id"], name="messages_heard_once"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="messages_heard_whole_point",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["sender", "-at"], name="messages_heard_from")]


class Subscription(models.Model):
    """Web push subscription of a browser: endpoint and encryption keys."""

    user = models.ForeignKey(User, models.CASCADE, related_name="push_subscriptions")
    endpoint = EncryptedLookupField(context="messages.subscription.endpoint", unique=True)
    public = EncryptedTextField(context="messages.subscription.public")
    auth = EncryptedTextField(context="messages.subscription.auth")
    made_at = models.DateTimeField()
