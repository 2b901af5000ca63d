"""Models of health: states, outages, availability, and reports of faults."""

from django.db import models
from django.db.models import Q

from kini.cases.models import Case
from kini.city.models import Area
from kini.wifi.inventory.models import AccessPoint, Site


class Health(models.Model):
    """State of an access point at the last check (`health.rules`).

    Attributes:
        since: start of this state. `online`: open sessions.
        heard_at: last sign of life; `first_heard_at`: start of its availability. `beat_at`: last heartbeat.
    """

    access_point = models.OneToOneField(AccessPoint, models.CASCADE, primary_key=True, related_name="health")
    state = models.CharField(max_length=8)
    since = models.DateTimeField()
    online = models.PositiveIntegerField(default=0)
    heard_at = models.DateTimeField(null=True)
    first_heard_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)


class Outage(models.Model):
    """Time in which an access point did not work: from its last sign of life to the next.

    Attributes:
        found_at: time of the check that found it.
        cause: inferred from the pattern: it restarted when it came back (power); half of its provider's points in the
            area, or all points of its site, were down as well.
    """

    class Cause(models.TextChoices):
        POWER = "power"
        PROVIDER = "provider"
        SITE = "site"
        UNKNOWN = "unknown"

    access_point = models.ForeignKey(AccessPoint, models.CASCADE, related_name="outages")
    began_at = models.DateTimeField()
    found_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    cause = models.CharField(max_length=8, choices=Cause, default=Cause.UNKNOWN)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["access_point"], condition=Q(ended_at=None), name="wifi_outage_one"),
            models.CheckConstraint(condition=Q(ended_at__gt=models.F("began_at")), name="wifi_outage_forward"),
        ]
        indexes = [models.Index(fields=["began_at"], name="wifi_outage_began")]


class Availability(models.Model):
    """Downtime of a provider's access points in an area and month, out of the time their sites were open."""

    month = models.DateField()
    provider = models.CharField(max_length=80, blank=True)
    area = models.ForeignKey(Area, models.CASCADE)
    points = models.PositiveIntegerField()
    open_seconds = models.PositiveBigIntegerField()
    down_seconds = models.PositiveBigIntegerField()
    outages = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month", "provider", "area"], name="wifi_availability_one"),
            models.CheckConstraint(
                condition=Q(down_seconds__lte=models.F("open_seconds")), name="wifi_availability_within"
            ),
        ]


class FaultReport(models.Model):
    """A case about a fault at a site. All open ones of a site but the first are merged into the first."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="+")
    site = models.ForeignKey(Site, models.CASCADE, related_name="fault_reports")
