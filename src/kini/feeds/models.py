"""What feeds brought: rows as they are known now, all that was known before, and the record of every load."""

from django.db import models
from django.db.models import Q

from kini.city.models import ON_EARTH, Area

OUTCOMES = [(each, each) for each in ("loaded", "refused")]


class FeedState(models.Model):
    """How it stands with a feed's source.

    Attributes:
        checked_at: when the source was last read without fault, also when it had nothing new.
        failed_since: since when it cannot be read; None while it can.
        made_up: its rows are samples of the pack.
    """

    feed = models.CharField(max_length=60, primary_key=True)
    tried_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    loaded_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True, db_index=True)
    failed_since = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True)
    etag = models.CharField(max_length=300, blank=True)
    modified = models.CharField(max_length=100, blank=True)
    made_up = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(failed_since__isnull=True, problem="") | (Q(failed_since__isnull=False) & ~Q(problem="")),
                name="feeds_state_fault_has_words",
            )
        ]

    def __str__(self) -> str:
        return self.feed


class Load(models.Model):
    """One file that came, and what became of its rows. Append-only."""

    feed = models.CharField(max_length=60)
    at = models.DateTimeField()
    origin = models.CharField(max_length=300, help_text="Name of the file, or its address.")
    outcome = models.CharField(max_length=10, choices=OUTCOMES)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    earlier = models.PositiveIntegerField(default=0, help_text="Older measurements that were not known yet.")
    same = models.PositiveIntegerField(default=0)
    gone = models.PositiveIntegerField(default=0)
    faulty = models.PositiveIntegerField(default=0)
    faults = models.JSONField(default=list, help_text="The first of them: row, field, what is wrong.")
    made_up = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["feed", "-id"], name="feeds_load_newest")]


class Record(models.Model):
    """A row as it is known now: of a station its newest measurement, of a school what is told about it."""

    feed = models.CharField(max_length=60)
    key = models.CharField(max_length=160)
    title = models.CharField(max_length=400)
    moment = models.DateTimeField(null=True, help_text="When it was measured; none for what is not measured.")
    values = models.JSONField()
    digest = models.CharField(max_length=32)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    area = models.ForeignKey(Area, models.PROTECT, null=True)
    load = models.ForeignKey(Load, models.PROTECT)
    gone_at = models.DateTimeField(null=True, help_text="Since when the source no longer names it.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["feed", "key"], name="feeds_record_once"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True) | ON_EARTH, name="feeds_record_on_earth"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Past(models.Model):
    """What was known of a row before: an older measurement, or what a correction replaced. Append-only.

    Of several for one moment the newest one was known last.
    """

    feed = models.CharField(max_length=60)
    key = models.CharField(max_length=160)
    moment = models.DateTimeField(null=True)
    values = models.JSONField()
    digest = models.CharField(max_length=32)
    load = models.ForeignKey(Load, models.PROTECT, help_text="By which it had come.")
    replaced_by = models.ForeignKey(Load, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["feed", "key", "moment", "digest", "load"], nulls_distinct=False, name="feeds_past_once"
            )
        ]
        indexes = [models.Index(fields=["feed", "key", "-moment"], name="feeds_past_of_row")]
