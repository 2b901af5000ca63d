"""Models of drafts, cases, their timeline and documents. Constraints and triggers hold the invariants."""

import uuid

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from kini.cases.rules import SCORES
from kini.city.models import Agency, Area, Unit
from kini.core.database.encryption import (
    EncryptedKeysJSONField,
    EncryptedLookupField,
    EncryptedTextField,
)
from kini.core.models import ACTOR_KINDS
from kini.people.models import Officer, Resident, User
from kini.services.models import Service, ServiceVersion
from kini.services.public import PublicState

#: Open cases, and those among them whose clock runs.
OPEN = Q(closed_at__isnull=True)
RUNNING = OPEN & Q(paused_at__isnull=True)

CHANNELS = [(c, c) for c in ("web", "counter", "phone", "api", "message", "partner")]


class Draft(models.Model):
    """Application or correction in progress, owned by a user or by a guest's browser session.

    `answers` are values by field name; sealed answers are encrypted in `sealed`. A submitted draft keeps pointing at
    its case, which makes submission idempotent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(ServiceVersion, models.PROTECT)
    owner = models.ForeignKey(User, models.CASCADE, null=True, related_name="drafts")
    session = EncryptedLookupField(context="cases.draft.session", blank=True)
    resident = models.ForeignKey(Resident, models.CASCADE, null=True, help_text="For whom it is.")
    channel = models.CharField(max_length=10, choices=CHANNELS, default="web")
    answers = models.JSONField(default=dict)
    sealed = models.BinaryField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    expires_at = models.DateTimeField(db_index=True)
    case = models.OneToOneField("Case", models.CASCADE, null=True, related_name="draft")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(owner__isnull=False) | ~Q(session=""), name="cases_draft_belongs_to_somebody"
            ),
        ]
        indexes = [models.Index(fields=["owner", "-updated_at"], name="cases_draft_owner")]


class Case(models.Model):
    """Request of a resident. A trigger allows `state` to move only along the edges of its version's flow.

    Derived from the timeline and recomputable: state, public, due_at, at_risk_at, paused_at, closed_at, entries, head.
    `seal` is a MAC over the derived columns (see timeline/digests.py).
    """

    reference = models.CharField(max_length=30)
    service = models.ForeignKey(Service, models.PROTECT, db_index=False)
    version = models.ForeignKey(ServiceVersion, models.PROTECT)
    kind = models.CharField(max_length=60)
    state = models.CharField(max_length=60)
    public = models.CharField(max_length=12, choices=[(s.value, s.value) for s in PublicState])
    resident = models.ForeignKey(
        Resident, models.PROTECT, null=True, related_name="cases", db_index=False, help_text="For whom it is."
    )
    submitted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="submitted_cases")
    channel = models.CharField(max_length=10, choices=CHANNELS, default="web")
    agency = models.ForeignKey(Agency, models.PROTECT, db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, db_index=False)
    area = models.ForeignKey(Area, models.PROTECT, null=True, db_index=False)
    area_path = models.CharField(max_length=120, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    assignee = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="assigned_cases", db_index=False)
    answers = models.JSONField(default=dict)
    sealed = models.BinaryField(null=True)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    at_risk_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    state_since = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, blank=True)
    anonymised_at = models.DateTimeField(
        null=True, help_text="When answers and documents were removed past their term."
    )
    guest_key = EncryptedLookupField(
        context="cases.case.guest-key", blank=True, help_text="Secret part of a guest's link."
    )
    entries = models.PositiveIntegerField(default=0)
    head = models.BinaryField(max_length=32)
    seal = models.BinaryField(max_length=32)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="duplicates",
        db_column="leader_id",
        db_index=False,
        help_text="The case it was merged into.",
    )
    search = SearchVectorField(null=True, help_text="What officers find it by (see searching.py).")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="cases_reference"),
            models.CheckConstraint(
                condition=(Q(closed_at__isnull=True) & Q(outcome="")) | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="cases_closed_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(resident__isnull=False) | ~Q(guest_key=""), name="cases_can_be_followed"
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="cases_whole_point",
            ),
            models.CheckConstraint(
                condition=(Q(merged_into__isnull=True) & ~Q(outcome="joined"))
                | (Q(merged_into__isnull=False) & Q(outcome="joined")),
                name="cases_joined_to_another",
            ),
        ]
        # Every index slows down inserts. A foreign key has no index of its own if one of these begins with it; for a
        # text key Django would also add an unused index for patterns.
        indexes = [
            models.Index(fields=["unit"], name="cases_unit"),
            models.Index(fields=["area"], name="cases_area"),
            models.Index(fields=["resident", "-opened_at"], name="cases_resident"),
            models.Index(fields=["service", "-opened_at", "-id"], name="cases_opened_service"),
            # Queue: each view and filter reads its page from one of these.
            models.Index(fields=["agency", "due_at", "id"], name="cases_queue", condition=OPEN),
            models.Index(fields=["assignee", "due_at"], name="cases_assigned", condition=OPEN),
            models.Index(
                fields=["agency", "due_at", "id"], name="cases_unassigned", condition=RUNNING & Q(assignee__isnull=True)
            ),
            models.Index(
                fields=["agency", "due_at", "id"], name="cases_paused", condition=OPEN & Q(paused_at__isnull=False)
            ),
            models.Index(fields=["agency", "at_risk_at", "due_at"], name="cases_at_risk", condition=RUNNING),
            models.Index(fields=["agency", "service", "due_at", "id"], name="cases_queue_service", condition=OPEN),
            models.Index(fields=["agency", "public", "due_at", "id"], name="cases_queue_state", condition=OPEN),
            models.Index(
                fields=["agency", "area_path"],
                opclasses=["varchar_ops", "varchar_pattern_ops"],
                name="cases_queue_area",
                condition=OPEN,
            ),
            models.Index(
                fields=["agency", "-closed_at", "-id"], name="cases_ended", condition=Q(closed_at__isnull=False)
            ),
            models.Index(fields=["agency", "-opened_at", "-id"], name="cases_opened"),
            GinIndex(fields=["search"], name="cases_search"),
            # Duplicates are looked up in a strip of latitude among the open cases of one service.
            models.Index(fields=["service", "latitude"], name="cases_near", condition=OPEN & Q(latitude__isnull=False)),
            models.Index(fields=["merged_into"], name="cases_followers", condition=Q(merged_into__isnull=False)),
            models.Index(
                fields=["service", "closed_at"],
                name="cases_retention",
                condition=Q(closed_at__isnull=False, anonymised_at__isnull=True),
            ),
            models.Index(fields=["id"], name="cases_unsearched", condition=Q(search__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def public_state(self) -> str:
        """Public state shown to the resident: that of the case it was merged into, if any."""
        return self.merged_into.public if self.merged_into else self.public


class NotDuplicate(models.Model):
    """Pair of similar cases that an officer marked as different. Append-only (trigger)."""

    first = models.ForeignKey(Case, models.PROTECT, related_name="+")
    later = models.ForeignKey(Case, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, models.PROTECT, null=True)

    class Meta:
        db_table = "cases_apart"
        constraints = [
            models.UniqueConstraint(fields=["first", "later"], name="cases_apart_once"),
            models.CheckConstraint(condition=Q(first__lt=models.F("later")), name="cases_apart_in_order"),
        ]


class TimelineEntry(models.Model):
    """Timeline entry, chained to the previous one by a keyed digest. Append-only (trigger)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="timeline", db_index=False)
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    sort = models.CharField(max_length=20, help_text="opened, moved, answered, assigned, transferred, noted ...")
    move = models.CharField(max_length=60, blank=True)
    from_state = models.CharField(max_length=60, blank=True)
    to_state = models.CharField(max_length=60, blank=True)
    public = models.BooleanField(default=True, help_text="Whether the resident sees it.")
    actor_kind = models.CharField(max_length=10, choices=ACTOR_KINDS)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=60, blank=True)
    data = EncryptedKeysJSONField(context="cases.timeline.data", keys=("given", "text"), default=dict)
    previous = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="cases_entry_number")]


class Checkpoint(models.Model):
    """Newest timeline entry of each case that changed since the last checkpoint. Append-only, chained.

    A deleted or rolled back case contradicts it.
    """

    at = models.DateTimeField()
    audited = models.BigIntegerField(help_text="The audit entry up to which changed cases were looked for.")
    heads = models.TextField(help_text="Lines of reference, number of the entry, its digest (hexadecimal).")


class Rating(models.Model):
    """Rating by the resident, once for each time the case ended (trigger). Append-only.

    Anonymisation removes the text and keeps the score.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="ratings")
    closed_at = models.DateTimeField(help_text="When the case ended; a reopened one ends again.")
    score = models.PositiveSmallIntegerField(help_text="1 (very bad) to 5 (very good).")
    text = EncryptedTextField(context="cases.rating.text", blank=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "closed_at"], name="cases_rating_once"),
            models.CheckConstraint(condition=Q(score__range=(1, 5)), name="cases_rating_score"),
        ]

    @property
    def word(self) -> str:
        """Score in words."""
        return str(SCORES[self.score])


class Attachment(models.Model):
    """Uploaded file, stored by content hash outside the web root and served only after a permission check."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    draft = models.ForeignKey(Draft, models.SET_NULL, null=True, related_name="documents")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="documents", db_index=False)
    slot = models.CharField(max_length=60, help_text="Name of the attachment or field it answers.")
    name = EncryptedTextField(context="cases.document.name")
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField(help_text="Bytes as kept.")
    sha256 = models.CharField(max_length=64, db_index=True, help_text="Of the content as kept.")
    source_sha256 = models.CharField(max_length=64, db_index=True, help_text="Of the content as uploaded.")
    taken_at = models.DateTimeField(null=True, help_text="When the photo says it was taken; no longer in it.")
    metres_away = models.PositiveIntegerField(
        null=True, help_text="How far from the place of the case an officer's photo says it was taken."
    )
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True)
    uploaded_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True, help_text="When a correction replaced it; it stays on record.")

    class Meta:
        db_table = "cases_document"
        constraints = [models.CheckConstraint(condition=Q(size__gt=0), name="cases_document_not_empty")]
        indexes = [models.Index(fields=["case", "slot"], name="cases_document_slot")]
