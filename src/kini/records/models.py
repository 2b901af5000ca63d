"""Memberships that open records, emergency accesses with their review, and statements about consents."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from kini.city.models import Agency, Unit
from kini.core.database.encryption import EncryptedTextField
from kini.people.models import Officer, Resident, User
from kini.records.permissions import MemberRole


class Membership(models.Model):
    """An officer at a facility, or on the team of one record, for a time. A trigger lets it only end."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="memberships")
    facility = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="members")
    record_type = models.CharField(max_length=40, blank=True)
    record_id = models.CharField(max_length=40, blank=True)
    role = models.CharField(max_length=20, choices=MemberRole.choices)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    added_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(facility__isnull=False, record_type="", record_id="")
                | (Q(facility__isnull=True) & ~Q(record_type="") & ~Q(record_id="")),
                name="records_member_of_one",
            ),
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="records_member_forward"),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True) | Q(until__isnull=False), name="records_member_ended"
            ),
            models.UniqueConstraint(
                fields=["officer", "facility"],
                condition=Q(until=None, facility__isnull=False),
                name="records_member_facility_once",
            ),
            models.UniqueConstraint(
                fields=["officer", "record_type", "record_id"],
                condition=Q(until=None, facility=None),
                name="records_member_record_once",
            ),
        ]
        indexes = [
            models.Index(fields=["record_type", "record_id"], name="records_member_record", condition=Q(facility=None))
        ]


class BreakGlass(models.Model):
    """An emergency access: one officer, one record, for an hour or so, judged by somebody else.

    A trigger lets it only be judged, once.
    """

    VERDICTS: ClassVar = ("justified", "unjustified")

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="emergency_accesses")
    officer_agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    record_type = models.CharField(max_length=40)
    record_id = models.CharField(max_length=40)
    number = models.CharField(max_length=80, help_text="Under which people know the record.")
    subject = models.ForeignKey(Resident, models.PROTECT, null=True, related_name="emergency_accesses")
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+", help_text="That has the record.")
    area_path = models.CharField(max_length=120, blank=True)
    service = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=40, help_text="Id of a reason (people/access_purposes.py).")
    note = EncryptedTextField(context="records.break-glass.note", rotates=False, help_text="In the officer's words.")
    opened_at = models.DateTimeField()
    until = models.DateTimeField()
    reviewer = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    verdict = models.CharField(max_length=12, blank=True, choices=[(each, each) for each in VERDICTS])
    review_note = EncryptedTextField(context="records.break-glass.review", rotates=False, blank=True)
    reviewed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("opened_at")), name="records_glass_forward"),
            models.CheckConstraint(
                condition=~Q(record_type="") & ~Q(record_id="") & ~Q(reason=""), name="records_glass_whole"
            ),
            models.CheckConstraint(condition=~Q(note=""), name="records_glass_note"),
            models.CheckConstraint(condition=~Q(reviewer=F("officer")), name="records_glass_other_reviewer"),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=True, verdict="", reviewed_at__isnull=True)
                | (Q(reviewer__isnull=False, reviewed_at__isnull=False) & ~Q(verdict="")),
                name="records_glass_review_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["officer", "until"], name="records_glass_officer"),
            models.Index(fields=["agency", "opened_at"], name="records_glass_open", condition=Q(reviewed_at=None)),
        ]


class ConsentStatement(models.Model):
    """One statement about a consent: given until a day, or withdrawn. Append-only and chained; the newest one holds."""

    GIVEN_BY: ClassVar = ("person", "guardian", "counter", "system")

    resident = models.ForeignKey(Resident, models.PROTECT, related_name="consent_statements", db_index=False)
    purpose = models.CharField(max_length=60, help_text="Id of a purpose (records/consent_purposes.py).")
    reference = models.CharField(max_length=60, blank=True, help_text="The one thing it is for: a case, a record.")
    since = models.DateTimeField()
    last_day = models.DateField(null=True, help_text="Last day of a consent; none: it was withdrawn.")
    given_by = models.CharField(max_length=10, choices=[(each, each) for each in GIVEN_BY])
    account = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    evidence = models.CharField(max_length=120, blank=True, help_text="The paper or case in which it was said.")
    language = models.CharField(max_length=10, blank=True)
    words = models.TextField(blank=True, help_text="The sentence to which the person agreed.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resident", "purpose", "reference", "since"], name="records_consent_in_order"
            ),
            models.CheckConstraint(
                condition=Q(last_day__isnull=True, words="") | (Q(last_day__isnull=False) & ~Q(words="")),
                name="records_consent_words",
            ),
            models.CheckConstraint(
                condition=(Q(given_by="counter", officer__isnull=False) & ~Q(evidence=""))
                | (~Q(given_by="counter") & Q(officer__isnull=True)),
                name="records_consent_counter",
            ),
            models.CheckConstraint(condition=~Q(purpose=""), name="records_consent_purpose"),
        ]
