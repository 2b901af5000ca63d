"""Rows of feeds with their history, import runs, and timetables."""

from django.db import models
from django.db.models import Q

from kini.city.models import ON_EARTH, Area

OUTCOMES = [(each, each) for each in ("loaded", "refused")]


class FeedState(models.Model):
    """State of a feed's source.

    Attributes:
        checked_at: last successful read of the source, even if unchanged.
        failed_since: first failure since the last success; None while it works.
        made_up: the rows are samples of the pack.
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


class ImportRun(models.Model):
    """An import run: one file and the outcome of its rows. Append-only."""

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
        db_table = "feeds_load"
        indexes = [models.Index(fields=["feed", "-id"], name="feeds_load_newest")]


class Record(models.Model):
    """Current version of a row: a station's newest measurement, a school's details."""

    feed = models.CharField(max_length=60)
    key = models.CharField(max_length=160)
    title = models.CharField(max_length=400)
    moment = models.DateTimeField(null=True, help_text="When it was measured; none for what is not measured.")
    values = models.JSONField()
    digest = models.CharField(max_length=32)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    area = models.ForeignKey(Area, models.PROTECT, null=True)
    load = models.ForeignKey(ImportRun, models.PROTECT)
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


class RecordVersion(models.Model):
    """Former version of a row: an older measurement, or one replaced by a correction. Append-only.

    Of several versions for one moment the newest is valid.
    """

    feed = models.CharField(max_length=60)
    key = models.CharField(max_length=160)
    moment = models.DateTimeField(null=True)
    values = models.JSONField()
    digest = models.CharField(max_length=32)
    load = models.ForeignKey(ImportRun, models.PROTECT, help_text="By which it had come.")
    replaced_by = models.ForeignKey(ImportRun, models.PROTECT, related_name="+")

    class Meta:
        db_table = "feeds_past"
        constraints = [
            models.UniqueConstraint(
                fields=["feed", "key", "moment", "digest", "load"], nulls_distinct=False, name="feeds_past_once"
            )
        ]
        indexes = [models.Index(fields=["feed", "key", "-moment"], name="feeds_past_of_row")]


class Timetable(models.Model):
    """An edition of a timetable (GTFS). The current and the previous one are kept.

    Its rows refer to each other by numbers within the edition (two-column foreign keys in the database).
    """

    feed = models.CharField(max_length=60)
    load = models.ForeignKey(ImportRun, models.PROTECT)
    current = models.BooleanField(default=False)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["feed"], condition=Q(current=True), name="feeds_one_current_timetable")
        ]


class Stop(models.Model):
    """A stop: a pole, a platform, or a station with platforms.

    Attributes:
        place: number of its station, else its own number.
        served: some trip stops here or at one of its platforms.
    """

    timetable = models.ForeignKey(Timetable, models.CASCADE)
    number = models.PositiveIntegerField()
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    latitude = models.FloatField()
    longitude = models.FloatField()
    place = models.PositiveIntegerField()
    served = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["timetable", "number"], name="feeds_stop_number"),
            models.UniqueConstraint(fields=["timetable", "code"], name="feeds_stop_code"),
            models.CheckConstraint(condition=ON_EARTH, name="feeds_stop_on_earth"),
        ]
        indexes = [models.Index(fields=["timetable", "place"], name="feeds_stop_place")]


class Route(models.Model):
    """A line. The fare is in whole units of the currency; None if unknown."""

    timetable = models.ForeignKey(Timetable, models.CASCADE)
    number = models.PositiveIntegerField()
    code = models.CharField(max_length=60)
    short = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    sort = models.CharField(max_length=120, blank=True)
    fare = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["timetable", "number"], name="feeds_route_number")]


class Days(models.Model):
    """Service calendar: weekdays (0 is Monday) within dates, plus and minus single days."""

    timetable = models.ForeignKey(Timetable, models.CASCADE)
    number = models.PositiveIntegerField()
    weekdays = models.CharField(max_length=7, help_text="Seven times 0 or 1, Monday first.")
    first = models.DateField(null=True)
    last = models.DateField(null=True)
    besides = models.JSONField(default=list, help_text="Single days on which they run, too.")
    without = models.JSONField(default=list, help_text="Single days on which they do not.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["timetable", "number"], name="feeds_days_number")]


class Trip(models.Model):
    """A trip along stops. `begins` is the second of the service day at which it leaves its first stop.

    Attributes:
        frequencies: [[from second, until second, headway in seconds], ...] of a trip that repeats.
    """

    timetable = models.ForeignKey(Timetable, models.CASCADE)
    number = models.PositiveIntegerField()
    route = models.PositiveIntegerField()
    days = models.PositiveIntegerField()
    headsign = models.CharField(max_length=200, blank=True)
    begins = models.PositiveIntegerField()
    frequencies = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["timetable", "number"], name="feeds_trip_number")]


class Call(models.Model):
    """A trip's call at a stop, in seconds of the service day (over 86,400 after midnight). `ends`: its last stop."""

    timetable = models.ForeignKey(Timetable, models.CASCADE)
    trip = models.PositiveIntegerField()
    place_in_trip = models.PositiveIntegerField()
    stop = models.PositiveIntegerField()
    arrives = models.PositiveIntegerField()
    departs = models.PositiveIntegerField()
    ends = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["timetable", "trip", "place_in_trip"], name="feeds_call_once"),
            models.CheckConstraint(condition=Q(departs__gte=models.F("arrives")), name="feeds_call_forward"),
        ]
        indexes = [models.Index(fields=["timetable", "stop"], name="feeds_call_stop")]


class Transfer(models.Model):
    """Two stops within walking distance for a change."""

    timetable = models.ForeignKey(Timetable, models.CASCADE)
    one = models.PositiveIntegerField()
    other = models.PositiveIntegerField()
