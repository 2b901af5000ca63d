"""Models of admission: groups, session rules, vouchers, known devices, blocks, one-time passwords, and CoA reviews."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Now

from kini.city.models import Agency
from kini.people.models import User
from kini.wifi.inventory.models import AccessPoint


class Group(models.Model):
    """Limits of a user group, as in wifi.yaml; null: no limit."""

    id = models.CharField(max_length=60, primary_key=True)
    session_seconds = models.PositiveIntegerField(null=True)
    idle_seconds = models.PositiveIntegerField(null=True)
    down_bps = models.PositiveBigIntegerField(null=True)
    up_bps = models.PositiveBigIntegerField(null=True)
    daily_seconds = models.PositiveIntegerField(null=True)
    daily_octets = models.PositiveBigIntegerField(null=True)
    devices_at_once = models.PositiveIntegerField(null=True)
    active = models.BooleanField(default=True)


class Voucher(models.Model):
    """A code that admits its bearer for some days; only its keyed hash is stored.

    Attributes:
        label: recipient of the sheet; `agency`, `area_path`: scope of the officer who printed it; without an agency
            the operator did.
        devices: limit of devices, null: none; `uses`: devices that used it.
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
    """A device that is admitted without signing in until a day; only the keyed hash of its MAC is stored.

    Attributes:
        owner: person who signed in with it, if any; `since`: from that time.
        voucher: voucher that admitted it; the device is admitted no longer than that is valid.
        name: description of the browser ("Chrome, Android").
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
    """A blocked device, person or voucher; while it is active, their devices have `blocked_at`.

    Attributes:
        device: keyed hash of its MAC. Exactly one of `device`, `owner` and `voucher` is set.
        reference: reference of the case that led to the person.
        agency, area_path: scope of the officers who may lift it; without an agency the operator.
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
    """A one-time password of the portal, for one device at one access point, for a few minutes.

    The statement that uses it deletes the row (`wifi_decide`).

    Attributes:
        nonce: source of the password, with a key that is not in the database (`authorization.one_time_password`).
        device: keyed hash of the MAC, as in Device.
        known_until: end of admission without signing in again.
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


class SessionRule(models.Model):
    """Rule for sessions from a day on (UTC), as in wifi.yaml.

    Attributes:
        silent_seconds: silence after which a session counts as ended (`wifi_silence`).
        keep_days: days for which a session keeps its device (`wifi_keep_days`).
    """

    since = models.DateField(primary_key=True)
    silent_seconds = models.PositiveIntegerField()
    keep_days = models.PositiveIntegerField(default=30, db_default=30)


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
