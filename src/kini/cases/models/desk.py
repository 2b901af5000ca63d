"""Models of the officers' desk: mentions, presence, canned replies, saved filters and batch moves."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from kini.cases.models.case import Case, TimelineEntry
from kini.city.models import Agency
from kini.core import current_time
from kini.core.database.encryption import EncryptedJSONField, EncryptedTextField
from kini.people.models import Officer, User
from kini.services.models import Service


class Mention(models.Model):
    """Mention of an officer in an internal note, with the time of reading."""

    entry = models.ForeignKey(TimelineEntry, models.PROTECT, related_name="mentions")
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="mentions")
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "officer"], name="cases_mention_once")]
        indexes = [
            models.Index(fields=["officer", "-id"], name="cases_mention_officer"),
            models.Index(fields=["officer"], name="cases_mention_unread", condition=Q(read_at__isnull=True)),
        ]


class Presence(models.Model):
    """Officer who has a case open now; expires unless their page renews it."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="presences")
    officer = models.ForeignKey(Officer, models.CASCADE)
    until = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "officer"], name="cases_presence_once")]


class CannedReply(models.Model):
    """Canned reply of an agency, for one service or (none) for all. Each change adds a version."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="replies")
    service = models.ForeignKey(Service, models.PROTECT, null=True, related_name="replies")
    title = models.CharField(max_length=80)
    text = models.TextField()
    number = models.PositiveIntegerField(help_text="Of the version that title and text are.")
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "service", "title"], name="cases_reply_title_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return self.title


class CannedReplyVersion(models.Model):
    """Earlier version of a canned reply. Append-only (trigger)."""

    reply = models.ForeignKey(CannedReply, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=80)
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, models.PROTECT, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reply", "number"], name="cases_reply_version_once")]


#: The rail must be readable at a glance.
MAX_FILTERS = 12


class SavedFilter(models.Model):
    """Named view of the queue, saved by an officer. `query` is its query string."""

    officer = models.ForeignKey(Officer, models.CASCADE, related_name="filters")
    place = models.PositiveSmallIntegerField(
        help_text="Where it stands in the rail, from 1; so there are only so many."
    )
    name = models.CharField(max_length=40)
    query = EncryptedTextField(context="cases.filter.query")
    first = models.BooleanField(default=False, help_text="The desk opens with it.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["officer", "place"], name="cases_filter_place_once"),
            models.UniqueConstraint("officer", Lower("name"), name="cases_filter_name_once"),
            models.UniqueConstraint(fields=["officer"], condition=Q(first=True), name="cases_filter_one_first"),
            models.CheckConstraint(condition=Q(place__range=(1, MAX_FILTERS)), name="cases_filter_only_so_many"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(query=""), name="cases_filter_says_something"),
        ]

    def __str__(self) -> str:
        return self.name


class BatchMove(models.Model):
    """Move of one case or many, decided at once and taken at `due_at`. Its officer may cancel it until it begins.

    Before that no case has changed and nobody has been notified.
    """

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="bulks")
    move = models.CharField(max_length=60)
    label = models.CharField(max_length=120, help_text="What the step was called when it was decided.")
    given = EncryptedJSONField(
        context="cases.bulk.given",
        default=dict,
        help_text="Inputs, by name; each case takes those that its step needs.",
    )
    query = EncryptedTextField(context="cases.bulk.query", help_text="Of the queue in which the cases were ticked.")
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_bulk"
        constraints = [
            models.CheckConstraint(
                condition=Q(begun_at__isnull=True) | Q(taken_back_at__isnull=True), name="cases_bulk_done_or_taken_back"
            ),
            models.CheckConstraint(
                condition=Q(begun_at__isnull=True) | Q(begun_at__gte=models.F("due_at")), name="cases_bulk_waits"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(begun_at__isnull=False), name="cases_bulk_begins_first"
            ),
        ]
        indexes = [
            models.Index(fields=["officer", "-id"], name="cases_bulk_officer"),
            models.Index(
                fields=["due_at"],
                name="cases_bulk_to_do",
                condition=Q(ended_at__isnull=True, taken_back_at__isnull=True),
            ),
        ]

    @property
    def seconds_left(self) -> int:
        """Seconds in which it can still be cancelled."""
        return max(0, round((self.due_at - current_time.now()).total_seconds()))


class BatchMoveCase(models.Model):
    """One case of a batch move: the state in which the officer saw it, and the result."""

    WAITING, MOVED, REFUSED, TAKEN_BACK = "waiting", "moved", "refused", "taken-back"
    RESULTS = [(result, result) for result in (WAITING, MOVED, REFUSED, TAKEN_BACK)]

    bulk = models.ForeignKey(BatchMove, models.CASCADE, related_name="cases")
    case = models.ForeignKey(Case, models.PROTECT, related_name="bulks")
    state = models.CharField(max_length=60)
    result = models.CharField(max_length=10, choices=RESULTS, default=WAITING)
    why = models.TextField(blank=True, help_text="Why it was not moved.")

    class Meta:
        db_table = "cases_bulkcase"
        constraints = [
            models.UniqueConstraint(fields=["bulk", "case"], name="cases_bulk_case_once"),
            models.UniqueConstraint(fields=["case"], condition=Q(result="waiting"), name="cases_waits_for_one_bulk"),
            models.CheckConstraint(
                condition=Q(result="refused") & ~Q(why="") | ~Q(result="refused") & Q(why=""),
                name="cases_bulk_refused_with_why",
            ),
            models.CheckConstraint(
                condition=Q(result__in=["waiting", "moved", "refused", "taken-back"]), name="cases_bulk_result_known"
            ),
        ]
