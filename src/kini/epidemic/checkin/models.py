"""Venues and their counters, upload codes, warning packages, slips. No table relates a person to a visit of a venue."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Now

from kini.city.models import Area
from kini.epidemic.case_records.models import LabTest
from kini.epidemic.checkin.warning_records import RECORD_BYTES
from kini.people.models import User

models.BinaryField.register_lookup(Length)


class Venue(models.Model):
    """A venue that somebody is responsible for. The city does not know the code on its poster."""

    reference = models.CharField(max_length=20, unique=True, help_text='In addresses, "VN-7KQ2-M4XD".')
    owner = models.ForeignKey(User, models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=60, help_text="Id of a disease's file.")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    capacity = models.PositiveIntegerField(help_text="Places for visitors.")
    stay_minutes = models.PositiveSmallIntegerField(help_text="Usual length of a visit.")
    gate_hash = models.BinaryField(max_length=32, unique=True, help_text="Keyed hash of the code of its gates.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="epidemic_venue_name"),
            models.CheckConstraint(condition=Q(capacity__range=(1, 1_000_000)), name="epidemic_venue_capacity"),
            models.CheckConstraint(condition=Q(stay_minutes__range=(5, 720)), name="epidemic_venue_stay"),
            models.CheckConstraint(condition=Q(gate_hash__length=32), name="epidemic_venue_gate_hash"),
        ]
        indexes = [models.Index(fields=["owner"], name="epidemic_venue_owner")]

    def __str__(self) -> str:
        return self.reference


class VenueCount(models.Model):
    """Numbers of a day that one counting device at a venue has seen go in and out. They only grow.

    There is no time: together with other times it could tell who came.
    """

    pk = models.CompositePrimaryKey("venue", "day", "device")
    venue = models.ForeignKey(Venue, models.CASCADE, related_name="counts")
    day = models.DateField(help_text="Begins at 4 in the morning (`venue_counts.counting_day`).")
    device = models.UUIDField(help_text="Random number of the device.")
    entered = models.PositiveIntegerField()
    gone = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["day"], name="epidemic_venue_count_day")]


class UploadCode(models.Model):
    """Single-use code with which somebody with a positive result warns others. Bound to that result."""

    test = models.OneToOneField(LabTest, models.CASCADE, related_name="+")
    code_hash = models.BinaryField(max_length=32, unique=True, help_text="Keyed; the code itself is stored nowhere.")
    disease = models.CharField(max_length=60)
    centre = models.DateField(help_text="Onset, or the first positive specimen.")
    first_day = models.DateField(help_text="First infectious day.")
    last_day = models.DateField()
    expires_at = models.DateTimeField()
    attempt = models.BinaryField(
        max_length=32, null=True, help_text="Keyed hash of the phone's random number; set when it was used."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(first_day__lte=F("centre"), last_day__gte=F("centre")), name="epidemic_upload_code_days"
            ),
            models.CheckConstraint(condition=Q(code_hash__length=32), name="epidemic_upload_code_hash"),
        ]
        indexes = [models.Index(fields=["expires_at"], name="epidemic_upload_code_expiry")]


class PendingRecord(models.Model):
    """A warning record that waits for its package. Rows name nobody and have no time of their own.

    A job rewrites all of them every ten minutes, so that not even their place in the table tells which belong
    together.
    """

    id = models.UUIDField(primary_key=True, help_text="Random.")
    disease = models.CharField(max_length=60)
    package_at = models.DateTimeField(help_text="Hour of its package.")
    record = models.BinaryField(max_length=RECORD_BYTES)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(record__length=RECORD_BYTES), name="epidemic_pending_record_length")
        ]
        indexes = [models.Index(fields=["package_at"], name="epidemic_pending_package")]


class WarningPackage(models.Model):
    """Published records of an hour, mixed with decoys, in the order of their bytes."""

    pk = models.CompositePrimaryKey("disease", "published_at")
    disease = models.CharField(max_length=60)
    published_at = models.DateTimeField(help_text="A full hour.")
    content = models.BinaryField()


class Slip(models.Model):
    """A visit of somebody without a phone, under the code of a paper slip; readable with that code only."""

    id = models.BinaryField(primary_key=True, max_length=32, help_text="Keyed hash of the code.")
    day = models.DateField(help_text="On which it was entered.")
    sealed = models.BinaryField(help_text="Keys of the hours of the visit, under a key made of the code.")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id__length=32), name="epidemic_slip_id")]
        indexes = [models.Index(fields=["day"], name="epidemic_slip_day")]
