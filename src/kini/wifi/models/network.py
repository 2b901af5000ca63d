"""The network: sites, and the access points that stand at them."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Now

from kini.cases.models import Case
from kini.city.models import ON_EARTH, Agency, Area
from kini.people.models import User

#: A MAC address as RFC 3580 writes it in Called-Station-Id: 00-10-A4-23-19-C0.
MAC = r"^([0-9A-F]{2}-){5}[0-9A-F]{2}$"
CODE = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"


class Site(models.Model):
    """A place with free Wi-Fi.

    Attributes:
        code: stable in the list that the site comes from; it stands on the sticker and in addresses.
        kind, scheme: as the pack's wifi.yaml names them.
        hours: spans by weekday as wifi.yaml writes them; None: those of its kind.
        origin: the list that it came with last.
        made_up: laid by the generator for a first look; nothing of it is true.
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


class AccessPoint(models.Model):
    """A radio at a site, which is also the NAS that asks for admission (RFC 2865).

    Attributes:
        mac: of its radio (BSSID), as RFC 3580 writes it.
        nas_address: from which its packets come; without one it cannot ask RADIUS.
        nas_identifier, called_station_id: what it says of itself in RADIUS packets; empty: the MAC alone.
        coa_port: where it takes Disconnect-Requests and CoA-Requests (RFC 5176).
        login_address: where a visitor's browser brings it the one-time password ("http://10.1.0.1:3990").
        secret: shared with RADIUS, sealed; `secret_mark` is its keyed hash, so that no two share one.
        capacity: devices that it serves at the same time.
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


class FaultReport(models.Model):
    """A case that says that something is wrong at a site. Of the open ones of a site all but the first follow it."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="+")
    site = models.ForeignKey(Site, models.CASCADE, related_name="fault_reports")


class SiteKind(models.Model):
    """A kind of site as wifi.yaml has it, where the database can see it: when such sites are open; null: always."""

    id = models.CharField(max_length=60, primary_key=True)
    hours: "models.JSONField[Any, Any]" = models.JSONField(null=True)


class Group(models.Model):
    """What a group of people may do on the network, as wifi.yaml has it; null: without a limit."""

    id = models.CharField(max_length=60, primary_key=True)
    session_seconds = models.PositiveIntegerField(null=True)
    idle_seconds = models.PositiveIntegerField(null=True)
    down_bps = models.PositiveBigIntegerField(null=True)
    up_bps = models.PositiveBigIntegerField(null=True)
    daily_seconds = models.PositiveIntegerField(null=True)
    daily_octets = models.PositiveBigIntegerField(null=True)
    devices_at_once = models.PositiveIntegerField(null=True)
    active = models.BooleanField(default=True)


class SessionRule(models.Model):
    """What holds for sessions from a day on (UTC), as wifi.yaml has it.

    Attributes:
        silent_seconds: a session of which nothing was heard for so long has ended (`wifi_silence`).
        keep_days: for so long a session leads to its device (`wifi_keep_days`).
    """

    since = models.DateField(primary_key=True)
    silent_seconds = models.PositiveIntegerField()
    keep_days = models.PositiveIntegerField(default=30, db_default=30)


class Voucher(models.Model):
    """A code that lets somebody in for some days; it is known by its keyed hash alone.

    Attributes:
        label: for whom the sheet was printed; `agency`, `area_path`: over what the officer works who did
            that; without an agency the operator did.
        devices: how many may come in with it, null: any number; `uses`: how many have.
    """

    mark = models.BinaryField(unique=True)
    group = models.ForeignKey(Group, models.PROTECT)
    label = models.CharField(max_length=80, blank=True)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    area_path = models.CharField(max_length=120, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    devices = models.PositiveIntegerField(null=True)
    uses = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("starts_at")), name="wifi_voucher_forward"),
            models.CheckConstraint(condition=Q(uses__lte=models.F("devices")), name="wifi_voucher_uses"),
            models.CheckConstraint(condition=models.lookups.Exact(Length("mark"), 32), name="wifi_voucher_mark"),
        ]


class Device(models.Model):
    """A device that comes in without signing in again, until a day; it is known by the keyed hash of its MAC alone.

    Attributes:
        owner: who signed in with it, where somebody did; `since` when it became theirs.
        voucher: with which it came in; the device holds no longer than that.
        name: what its browser said of itself ("Chrome, Android").
    """

    mark = models.BinaryField(primary_key=True)
    group = models.ForeignKey(Group, models.PROTECT)
    owner = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    voucher = models.ForeignKey(Voucher, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=60, blank=True)
    since = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    blocked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.lookups.Exact(Length("mark"), 32), name="wifi_device_mark")
        ]


class Block(models.Model):
    """A device, a person or a voucher that is kept out; while it holds, their devices have `blocked_at`.

    Attributes:
        device: keyed hash of its MAC. Exactly one of `device`, `owner` and `voucher` is there.
        reference: of the case by which the person was found.
        agency, area_path: over what the officer works who did it, and who may lift it; without an agency the operator.
    """

    device = models.BinaryField(null=True)
    owner = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    voucher = models.ForeignKey(Voucher, models.CASCADE, null=True, related_name="+")
    reference = models.CharField(max_length=30, blank=True)
    reason = models.CharField(max_length=240)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+")
    area_path = models.CharField(max_length=120, blank=True)
    made_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(device__isnull=False, owner=None, voucher=None)
                | Q(device=None, owner__isnull=False, voucher=None)
                | Q(device=None, owner=None, voucher__isnull=False),
                name="wifi_block_one",
            ),
            models.CheckConstraint(condition=models.lookups.Exact(Length("device"), 32), name="wifi_block_device"),
            models.CheckConstraint(condition=~Q(reason=""), name="wifi_block_reason"),
            *(
                models.UniqueConstraint(fields=[name], condition=Q(lifted_at=None), name=f"wifi_block_{name}_once")
                for name in ("device", "owner", "voucher")
            ),
        ]


class Pass(models.Model):
    """A one-time password of the portal, with which one device comes in at one access point, once and soon.

    The row goes in the statement that uses it (`wifi_decide`).

    Attributes:
        nonce: the password is reckoned from it with a key that is not in the database (`admission.one_time`).
        device: keyed hash of the MAC, as in Device.
        known_until: how long the device comes in by itself from then on.
    """

    nonce = models.CharField(max_length=32)
    device = models.BinaryField()
    access_point = models.ForeignKey(AccessPoint, models.CASCADE, related_name="+")
    group = models.ForeignKey(Group, models.PROTECT, related_name="+")
    owner = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    voucher = models.ForeignKey(Voucher, models.CASCADE, null=True, related_name="+")
    name = models.CharField(max_length=60, blank=True)
    known_until = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device", "access_point"], name="wifi_pass_one"),
            models.CheckConstraint(condition=models.lookups.Exact(Length("device"), 32), name="wifi_pass_device"),
        ]


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
