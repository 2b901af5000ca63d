"""Publications of reports with their versions, and followers. Private reports have no row that the public can reach."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast, Floor, Length, Now

from kini.cases.models import Attachment, Case
from kini.city.models import Agency, Area
from kini.core.database.encryption import EncryptedTextField
from kini.people.models import User
from kini.reports.rules import CELLS_PER_DEGREE, CELLS_PER_ROW
from kini.services.models import Service

models.BinaryField.register_lookup(Length)
#: `rules.cell_of` in SQL.
_CELL = Cast(
    Floor((F("latitude") + 90) * CELLS_PER_DEGREE) * CELLS_PER_ROW + Floor((F("longitude") + 180) * CELLS_PER_DEGREE),
    models.BigIntegerField(),
)


class Publication(models.Model):
    """A report whose reporter wants it to be public. It is public while it has a `current` version.

    Service, place and time are copies of the case's that never change, for the index of the search near a point.
    Outcome and end follow the case, and one whose answers were removed is not public any more (trigger).
    """

    WAITING, RELEASED, PRIVATE = "waiting", "released", "private"

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="publication")
    service = models.ForeignKey(Service, models.PROTECT, related_name="+", db_index=False)
    latitude = models.FloatField()
    longitude = models.FloatField()
    cell = models.BigIntegerField(help_text="Of the point (`rules.cell_of`).")
    area_path = models.CharField(max_length=120, blank=True, help_text="Of the case when it was opened.")
    opened_at = models.DateTimeField()
    outcome = models.CharField(
        max_length=12, blank=True, editable=False, help_text="Of the case (trigger); empty while it is open."
    )
    closed_at = models.DateTimeField(null=True, editable=False, help_text="Of the case (trigger).")
    state = models.CharField(max_length=8, choices=[(each, each) for each in (WAITING, RELEASED, PRIVATE)])
    current = models.OneToOneField("PublicVersion", models.RESTRICT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="released", current__isnull=False) | (~Q(state="released") & Q(current__isnull=True)),
                name="reports_released_with_a_version",
            ),
            models.CheckConstraint(condition=Q(cell=_CELL), name="reports_cell_of_the_point"),
        ]
        indexes = [
            models.Index(fields=["service", "cell"], name="reports_near", condition=Q(state="released")),
            # List and map: the map is read from the index alone.
            models.Index(
                fields=["-opened_at", "case"],
                include=["cell", "service", "outcome", "latitude", "longitude", "area_path"],
                name="reports_newest",
                condition=Q(state="released"),
            ),
            models.Index(
                fields=["service", "-opened_at", "case"],
                include=["outcome", "latitude", "longitude", "area_path"],
                name="reports_newest_of_service",
                condition=Q(state="released"),
            ),
            models.Index(fields=["opened_at"], name="reports_waiting", condition=Q(state="waiting")),
            # Those of an area, by their beginning and by their end.
            models.Index(
                fields=["area_path", "-opened_at"],
                opclasses=["varchar_pattern_ops", "timestamptz_ops"],
                name="reports_newest_area",
                condition=Q(state="released"),
            ),
            models.Index(
                fields=["closed_at"],
                include=["area_path", "outcome"],
                name="reports_ended",
                condition=Q(state="released", closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"publication of {self.case_id}"


class PublicPhoto(models.Model):
    """Copy of a photo for the public: an officer looked at it and marked what is covered. The photo stays as it is."""

    publication = models.ForeignKey(Publication, models.CASCADE, related_name="photos")
    source = models.ForeignKey(Attachment, models.PROTECT, related_name="+", db_index=False)
    areas = models.JSONField(help_text="Covered rectangles: left, top, right, bottom in thousandths of the photo.")
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField()
    at = models.DateTimeField(db_default=Now(), editable=False)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(sha256="") & Q(size__gt=0), name="reports_public_photo_whole")
        ]


class PublicVersion(models.Model):
    """Text and photos of a report as an officer released them. Append-only (trigger): every version is kept.

    Anonymisation deletes all versions of a report together with its publication.
    """

    publication = models.ForeignKey(Publication, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveSmallIntegerField()
    text = models.TextField(help_text="Without numbers, plates and addresses of mail.")
    edited = models.BooleanField(help_text="The city changed words of the reporter beyond the masking.")
    before = models.ForeignKey(PublicPhoto, models.RESTRICT, null=True, related_name="+", db_index=False)
    after = models.ForeignKey(PublicPhoto, models.RESTRICT, null=True, related_name="+", db_index=False)
    reason = models.CharField(max_length=240, blank=True)
    at = models.DateTimeField(db_default=Now(), editable=False)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["publication", "number"], name="reports_version_number"),
            models.CheckConstraint(condition=Q(number__gt=0), name="reports_version_counts_from_one"),
        ]
        indexes = [models.Index(fields=["at"], name="reports_first_released", condition=Q(number=1))]


class Follower(models.Model):
    """Somebody who has the same problem and follows the report ("me too"), with a claim code of their own."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="followers")
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    code_hash = models.BinaryField(max_length=32, unique=True, help_text="Keyed; the code itself is stored nowhere.")
    sha256 = models.CharField(max_length=64, blank=True, db_index=True, help_text="Of the follower's own photo.")
    content_type = models.CharField(max_length=40, blank=True)
    size = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "user"], name="reports_follows_once", condition=Q(user__isnull=False)
            ),
            models.CheckConstraint(condition=Q(code_hash__length=32), name="reports_follower_code_hash"),
            models.CheckConstraint(condition=Q(sha256="", size=0) | Q(size__gt=0), name="reports_follower_whole_photo"),
        ]
        indexes = [models.Index(fields=["user"], name="reports_follower_user")]


class AreaSubscription(models.Model):
    """A person who wants a message on days with news about public reports of an area."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    area = models.ForeignKey(Area, models.CASCADE, related_name="+")
    since = models.DateTimeField(db_default=Now(), editable=False)
    told_until = models.DateTimeField(help_text="News up to then were told, or were there before.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "area"], name="reports_area_once")]


class PhotoHash(models.Model):
    """Perceptual hash (PDQ) of a photo of a report, to recognize the same picture (`photo_hashes`)."""

    photo = models.OneToOneField(Attachment, models.CASCADE, primary_key=True, related_name="+")
    bits = models.BinaryField(max_length=32)
    parts = ArrayField(models.IntegerField(), help_text="16 parts of 16 bits with their place, for the search.")
    quality = models.PositiveSmallIntegerField(help_text="0 to 100; below 50 the hash says nothing.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(bits__length=32, parts__len=16), name="reports_whole_photo_hash"),
        ]
        indexes = [GinIndex(fields=["parts"], name="reports_photo_parts")]


class ClosingAnswer(models.Model):
    """Reporter's answer to "is it solved?", once for each time the report was closed. Append-only (trigger)."""

    SOLVED, NOT_SOLVED, CANNOT_TELL = "solved", "not-solved", "cannot-tell"

    case = models.ForeignKey(Case, models.CASCADE, related_name="closing_answers")
    closed_at = models.DateTimeField(help_text="When the report was closed; a reopened one is closed again.")
    answer = models.CharField(max_length=12, choices=[(each, each) for each in (SOLVED, NOT_SOLVED, CANNOT_TELL)])
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "closed_at"], name="reports_answered_once")]


class Audit(models.Model):
    """Second visit to a report that was said to be solved, by somebody who did not work on it."""

    PENDING, PASSED, FAILED = "pending", "passed", "failed"
    #: The reporter disputed it for the second time; or was silent, and it was drawn.
    DISPUTED, RANDOM = "disputed", "random"

    case = models.ForeignKey(Case, models.CASCADE, related_name="audits")
    closed_at = models.DateTimeField()
    cause = models.CharField(max_length=8, choices=[(each, each) for each in (DISPUTED, RANDOM)])
    result = models.CharField(
        max_length=7, default=PENDING, choices=[(each, each) for each in (PENDING, PASSED, FAILED)]
    )
    claim = EncryptedTextField(context="reports.audit.claim", blank=True, help_text="What the reporter says is left.")
    note = EncryptedTextField(context="reports.audit.note", blank=True, help_text="What the auditor found.")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "closed_at"], name="reports_audited_once"),
            models.CheckConstraint(
                condition=Q(result="pending", by__isnull=True, at__isnull=True)
                | (~Q(result="pending") & Q(by__isnull=False, at__isnull=False)),
                name="reports_audit_has_an_auditor",
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="reports_audits_pending", condition=Q(result="pending"))]


#: SHA-256 of the seed as text.
_SEED_HASH = Func(
    Func(Func(F("seed"), Value("UTF8"), function="convert_to"), function="sha256"),
    Value("hex"),
    function="encode",
    output_field=models.TextField(),
)


class AuditDraw(models.Model):
    """Draw of closed reports whose reporter was silent. Its seed is fixed the day before and published with the draw.

    Then nothing of it changes (trigger), so that anybody can draw again and compare.
    """

    day = models.DateField(primary_key=True)
    commitment = models.CharField(max_length=64, help_text="SHA-256 of the seed, published the day before.")
    secret = EncryptedTextField(context="reports.draw.secret", blank=True, help_text="The seed until it is drawn.")
    seed = models.CharField(max_length=64, blank=True)
    one_in = models.PositiveSmallIntegerField(help_text="Of so many reports of an agency one is audited, at least one.")
    until = models.DateTimeField(null=True, help_text="Closings before it have been in this draw or an earlier one.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(seed="", until__isnull=True) | Q(commitment=_SEED_HASH, until__isnull=False),
                name="reports_draw_by_its_seed",
            ),
            models.CheckConstraint(condition=Q(one_in__gt=0), name="reports_draw_one_in"),
        ]


class AuditLot(models.Model):
    """A closed report in a draw, by a ticket that tells nobody which one it is. Never changed (trigger)."""

    draw = models.ForeignKey(AuditDraw, models.CASCADE, related_name="lots", db_index=False)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", db_index=False)
    ticket = models.CharField(max_length=32)
    drawn = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draw", "agency", "ticket"], name="reports_lot_once")]


class AgencyFigures(models.Model):
    """Counts of an agency's reports as of a day: closings of the year before it, and what is open."""

    day = models.DateField()
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", db_index=False)
    closed = models.PositiveIntegerField()
    confirmed = models.PositiveIntegerField()
    disputed = models.PositiveIntegerField()
    cannot_tell = models.PositiveIntegerField()
    audited = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    late = models.PositiveIntegerField(help_text="Closed after their time.")
    open = models.PositiveIntegerField()
    overdue = models.PositiveIntegerField(help_text="Open ones whose time is over.")
    median_days = models.PositiveIntegerField(null=True, help_text="Kaplan-Meier, with those still open.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "agency"], name="reports_figures_once"),
            models.CheckConstraint(
                condition=Q(closed__gte=F("confirmed") + F("disputed") + F("cannot_tell"), audited__gte=F("failed"))
                & Q(open__gte=F("overdue"), closed__gte=F("audited")),
                name="reports_figures_add_up",
            ),
        ]


class Open311Client(models.Model):
    """A program of others that may file reports by Open311, with a key that is shown once."""

    name = models.CharField(max_length=80)
    key_hash = models.BinaryField(max_length=32, unique=True, help_text="Keyed; the key itself is stored nowhere.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(key_hash__length=32), name="reports_open311_key_hash"),
            models.CheckConstraint(condition=~Q(name=""), name="reports_open311_client_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class FiledRequest(models.Model):
    """A report that came by Open311. The same request, or the same key of the client, is the same report."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="filed")
    client = models.ForeignKey(Open311Client, models.PROTECT, related_name="requests", db_index=False)
    idempotency_key = models.CharField(max_length=200, blank=True)
    digest = models.BinaryField(
        max_length=32, help_text="Keyed hash of service, place, words and address of the photo."
    )
    media_url = EncryptedTextField(context="reports.filed.media-url", blank=True, help_text="Never fetched.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "idempotency_key"], name="reports_filed_once", condition=~Q(idempotency_key="")
            ),
            models.CheckConstraint(condition=Q(digest__length=32), name="reports_filed_digest"),
        ]
        indexes = [models.Index(fields=["client", "digest", "created_at"], name="reports_filed_same")]


class RequestUpdate(models.Model):
    """Addition to a request, made at the program that filed it, for the officers. It changes no state."""

    request = models.ForeignKey(FiledRequest, models.CASCADE, related_name="updates", db_index=False)
    update_id = models.CharField(max_length=120, help_text="The program's; the same one is taken once.")
    at = models.DateTimeField()
    description = EncryptedTextField(context="reports.update.description", blank=True)
    media_url = EncryptedTextField(context="reports.update.media-url", blank=True, help_text="Never fetched.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["request", "update_id"], name="reports_update_once")]


class OutsideRequest(models.Model):
    """A report that was filed at the Open311 server of another city, and its state there."""

    SENDING, FILED, FAILED = "sending", "filed", "failed"

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="outside_request")
    city = models.CharField(max_length=60, help_text="Name in the file of KINI_OPEN311.")
    state = models.CharField(max_length=7, default=SENDING, choices=[(each, each) for each in (SENDING, FILED, FAILED)])
    their_id = models.CharField(max_length=120, blank=True)
    token = models.CharField(max_length=120, blank=True, help_text="Stands for the id until there is one.")
    status = models.CharField(max_length=6, blank=True, choices=[(each, each) for each in ("open", "closed")])
    status_notes = models.CharField(max_length=1000, blank=True)
    updated_at = models.DateTimeField(null=True, help_text="Of the last update that was believed.")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(state="filed") & (~Q(their_id="") | ~Q(token="")))
                | (~Q(state="filed") & Q(their_id="", token="", status="")),
                name="reports_filed_elsewhere_with_an_id",
            ),
        ]
        indexes = [models.Index(fields=["city"], name="reports_followed_there", condition=Q(state="filed"))]
