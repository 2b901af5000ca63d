"""Models of the network: sites and access points."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length

from kini.city.models import ON_EARTH, Area

#: A MAC address as RFC 3580 writes it in Called-Station-Id: 00-10-A4-23-19-C0.
MAC = r"^([0-9A-F]{2}-){5}[0-9A-F]{2}$"
CODE = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"


class Site(models.Model):
    """A place with free Wi-Fi.

    Attributes:
        code: stable id in the operator's list, on the sticker, and in URLs.
        kind, scheme: keys in wifi.yaml.
        hours: spans by weekday as in wifi.yaml; None: those of its kind.
        origin: file of the last import.
        made_up: sample data of a demo.
    """

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=60)
    scheme = models.CharField(max_length=60, blank=True)
    provider = models.CharField(max_length=80, blank=True)
    area = models.ForeignKey(Area, models.PROTECT)
    latitude = models.FloatField()
    longitude = models.FloatField()
    address = models.CharField(max_length=240, blank=True)
    hours: "models.JSONField[Any, Any]" = models.JSONField(null=True)
    origin = models.CharField(max_length=200)
    made_up = models.BooleanField(default=False)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=ON_EARTH, name="wifi_site_on_earth"),
            models.CheckConstraint(condition=Q(code__regex=CODE), name="wifi_site_code"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(kind=""), name="wifi_site_named"),
        ]

    def __str__(self) -> str:
        return self.name


class SiteKind(models.Model):
    """Opening hours of a kind of site in wifi.yaml, for the database; null: always open."""

    id = models.CharField(max_length=60, primary_key=True)
    hours: "models.JSONField[Any, Any]" = models.JSONField(null=True)


class AccessPoint(models.Model):
    """A radio at a site, which is also the NAS that sends Access-Requests (RFC 2865).

    Attributes:
        mac: BSSID, in the notation of RFC 3580.
        nas_address: source of its packets; without one it cannot use RADIUS.
        nas_identifier, called_station_id: its names in RADIUS packets; empty: the MAC alone.
        coa_port: UDP port for Disconnect-Requests and CoA-Requests (RFC 5176).
        login_address: URL to which a visitor's browser sends the one-time password ("http://10.1.0.1:3990").
        secret: RADIUS secret, encrypted; `secret_mark`: its keyed hash, so that no two access points share one.
        capacity: devices that it serves at the same time.
        stands, open_hours: it and its site are active; opening hours of its site (null: always open). Triggers keep
            both up to date, so that `wifi_decide` reads one row.
    """

    site = models.ForeignKey(Site, models.CASCADE, related_name="access_points")
    mac = models.CharField(max_length=17, unique=True)
    nas_address = models.GenericIPAddressField(null=True, unique=True)
    nas_identifier = models.CharField(max_length=253, blank=True)
    called_station_id = models.CharField(max_length=253, blank=True)
    login_address = models.CharField(max_length=120, blank=True)
    coa_port = models.PositiveIntegerField(default=3799, db_default=3799)
    vendor = models.CharField(max_length=60, blank=True)
    model = models.CharField(max_length=60, blank=True)
    secret = models.BinaryField()
    secret_mark = models.BinaryField(unique=True)
    capacity = models.PositiveIntegerField(null=True)
    active = models.BooleanField(default=True)
    stands = models.BooleanField(default=False, db_default=False, editable=False)
    open_hours: "models.JSONField[Any, Any]" = models.JSONField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(mac__regex=MAC), name="wifi_access_point_mac"),
            models.UniqueConstraint(
                fields=["nas_identifier"], condition=~Q(nas_identifier=""), name="wifi_access_point_nas"
            ),
            models.UniqueConstraint(
                fields=["called_station_id"], condition=~Q(called_station_id=""), name="wifi_access_point_called"
            ),
            models.CheckConstraint(condition=Q(capacity__gt=0), name="wifi_access_point_capacity"),
            models.CheckConstraint(condition=Q(coa_port__range=(1, 65535)), name="wifi_access_point_coa_port"),
            models.CheckConstraint(
                condition=models.lookups.Exact(Length("secret_mark"), 32), name="wifi_access_point_mark"
            ),
        ]

    def __str__(self) -> str:
        return self.mac
