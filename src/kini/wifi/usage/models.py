"""Models of usage: closed days, and figures computed from them."""

from django.db import models


class ClosedDay(models.Model):
    """A day whose sessions were written to Parquet (`usage.rollup`).

    Attributes:
        sessions: number in its file; `closed_at`: time of the last write.
        late: number of sessions that changed in the table since then.
    """

    day = models.DateField(primary_key=True)
    sessions = models.PositiveBigIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    late = models.PositiveBigIntegerField(default=0)


class Use(models.Model):
    """Usage figures, computed from closed days and reproducible at any time.

    Attributes:
        span, begins: a day, the month that begins on it, or all time (which begins on the first closed day).
        by, of: the whole city ("city", ""), an area, a kind of site, a site, or an hour of the day ("hour", "13").
        people: distinct people who signed in; `devices`: distinct devices; `sessions` of a device at an access point;
            `accesses`: times a device came online after it had been off for a while.
        seconds, octets: time online, and volume in both directions.
        peak: most concurrent sessions; null by hour. `capacity`: devices that could be served; null: unknown.
    """

    class Span(models.TextChoices):
        DAY = "day"
        MONTH = "month"
        ALL = "all"

    span = models.CharField(max_length=5, choices=Span)
    begins = models.DateField()
    by = models.CharField(max_length=8)
    of = models.CharField(max_length=60, blank=True)
    people = models.PositiveBigIntegerField()
    devices = models.PositiveBigIntegerField()
    sessions = models.PositiveBigIntegerField()
    accesses = models.PositiveBigIntegerField()
    seconds = models.PositiveBigIntegerField()
    octets = models.PositiveBigIntegerField()
    peak = models.PositiveBigIntegerField(null=True)
    capacity = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["span", "by", "begins", "of"], name="wifi_use_one")]
