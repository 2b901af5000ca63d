"""Models around the session table, which is defined in SQL (migrations/0006_sessions.py)."""

from django.db import models
from django.db.models import Q

from kini.wifi.inventory.models import AccessPoint


class SessionRule(models.Model):
    """Rule for sessions from a day on (UTC), as in wifi.yaml.

    Attributes:
        silent_seconds: silence after which a session counts as ended (`wifi_silence`).
        keep_days: days for which a session keeps its device (`wifi_keep_days`).
    """

    since = models.DateField(primary_key=True)
    silent_seconds = models.PositiveIntegerField()
    keep_days = models.PositiveIntegerField(default=30, db_default=30)


class DetailMark(models.Model):
    """Offset up to which a detail file of FreeRADIUS was imported.

    Attributes:
        file: absolute path, since files of several servers have the same names.
        rejected: number of malformed records.
    """

    file = models.TextField(primary_key=True)
    offset = models.PositiveBigIntegerField(default=0)
    packets = models.PositiveBigIntegerField(default=0)
    rejected = models.PositiveBigIntegerField(default=0)


class PseudonymKey(models.Model):
    """Key of the pseudonyms of one month's sessions (`pseudonyms`).

    Attributes:
        month: its first day, by the city's calendar.
        key: encrypted; None: destroyed, so pseudonyms can no longer be recomputed.
    """

    month = models.DateField(primary_key=True)
    key = models.BinaryField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(month__day=1), name="wifi_pseudonym_month")]


class SessionReview(models.Model):
    """A running session whose NAS is to be told to end it, or its current limits.

    Attributes:
        session, day: key in the session table.
        reason: cause ("signed-out", "used-up").
        sent: last request to the NAS ("Disconnect-Request"); empty: none yet.
        tries: number of attempts. `error_cause`: of a NAK (RFC 5176, 3.5).
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        REFUSED = "refused"
        SILENT = "silent"
        #: Its access point or the address of that is unknown.
        UNREACHABLE = "unreachable"
        #: The session had already ended.
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
