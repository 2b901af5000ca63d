"""What the session table (migrations/0006_sessions.py) is filled, kept and changed by."""

from django.db import models
from django.db.models import Q

from kini.wifi.models.network import AccessPoint


class SessionRule(models.Model):
    """What holds for sessions from a day on (UTC), as wifi.yaml has it.

    Attributes:
        silent_seconds: a session of which nothing was heard for so long has ended (`wifi_silence`).
        keep_days: for so long a session leads to its device (`wifi_keep_days`).
    """

    since = models.DateField(primary_key=True)
    silent_seconds = models.PositiveIntegerField()
    keep_days = models.PositiveIntegerField(default=30, db_default=30)


class DetailMark(models.Model):
    """Up to where a detail file of FreeRADIUS stands in the tables.

    Attributes:
        file: its whole path, as the files of several servers have the same names.
        rejected: records that were set aside.
    """

    file = models.TextField(primary_key=True)
    offset = models.PositiveBigIntegerField(default=0)
    packets = models.PositiveBigIntegerField(default=0)
    rejected = models.PositiveBigIntegerField(default=0)


class PseudonymKey(models.Model):
    """From what the pseudonyms of one month's sessions are made (`pseudonyms`).

    Attributes:
        month: its first day, by the city's calendar.
        key: sealed; None: destroyed, so that nobody finds a person's or a device's pseudonym again.
    """

    month = models.DateField(primary_key=True)
    key = models.BinaryField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(month__day=1), name="wifi_pseudonym_month")]


class SessionReview(models.Model):
    """A running session that is to be as the rules say now: its NAS is told to end it, or what it may from now on.

    Attributes:
        session: its key in the session table, `day` its day there.
        reason: what happened ("signed-out", "used-up").
        sent: what was asked of the NAS last ("Disconnect-Request"); empty: nothing yet.
        tries: how often; `outcome`: how it ended. `error_cause`: what a NAS that refuses says (RFC 5176, 3.5).
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        REFUSED = "refused"
        SILENT = "silent"
        #: No access point with an address is known for it.
        UNREACHABLE = "unreachable"
        #: The session had ended before.
        OVER = "over"

    session = models.BinaryField()
    day = models.DateField()
    access_point = models.ForeignKey(AccessPoint, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=40)
    sent = models.CharField(max_length=20, blank=True)
    tries = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.WAITING)
    error_cause = models.PositiveIntegerField(null=True)
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session"], condition=Q(outcome="waiting"), name="wifi_review_one_waits"),
            models.CheckConstraint(
                condition=Q(outcome="waiting") ^ Q(settled_at__isnull=False), name="wifi_review_settled"
            ),
        ]
        indexes = [models.Index(fields=["made_at"], name="wifi_review_made")]
