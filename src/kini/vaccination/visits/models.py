"""Visits to vaccination sites, adverse events and follow-ups of doses, and entries of phones to decide on."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from kini.booking.models import Booking
from kini.core.database.encryption import EncryptedJSONField, EncryptedTextField
from kini.people.models import Person, User
from kini.vaccination.doses.models import Dose
from kini.vaccination.sites.models import Site


class Visit(models.Model):
    """One visit of one person to a site, from arrival until they may go.

    Attributes:
        identity: how the person compares with the record, looked at before the injection.
        result: of the screening, as in `campaigns.screening_schema.ScreeningResult`; "": not screened.
        outcome: "": not yet; else as in `Dose.state`, or "left" for somebody who went away.
        despite: why the vaccinator went on where the rules say otherwise.
        observe_until: until when the person stays after the injection.
        part_of: the visit at which another dose was given too: compared and screened once, each dose with its outcome.
    """

    IDENTITIES: ClassVar = ("same", "similar", "no-document")
    OUTCOMES: ClassVar = ("given", "not-done", "left")

    uuid = models.UUIDField(unique=True, help_text="Made where it was recorded, also without a network.")
    site = models.ForeignKey(Site, models.PROTECT, related_name="visits")
    person = models.ForeignKey(Person, models.PROTECT, related_name="visits")
    booking = models.OneToOneField(Booking, models.SET_NULL, null=True, related_name="visit")
    part_of = models.ForeignKey("self", models.CASCADE, null=True, related_name="parts")
    campaign = models.CharField(max_length=60, help_text="Of the pack.")
    came_at = models.DateTimeField()
    identity = models.CharField(max_length=11, blank=True, choices=[(each, each) for each in IDENTITIES])
    identity_reason = EncryptedTextField(context="vaccination.visit.identity", blank=True)
    answers = EncryptedJSONField(context="vaccination.visit.answers", null=True, help_text="By id of the question.")
    result = models.CharField(max_length=10, blank=True)
    come_again_on = models.DateField(null=True, help_text="When the screening deferred the dose.")
    outcome = models.CharField(max_length=8, blank=True, choices=[(each, each) for each in OUTCOMES])
    despite = EncryptedTextField(context="vaccination.visit.despite", blank=True)
    dose = models.OneToOneField(Dose, models.CASCADE, null=True, related_name="visit", help_text="Given, or not done.")
    observe_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="When the person went.")
    recorded_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome="given")
                | (~Q(identity="") & Q(answers__isnull=False, dose__isnull=False, observe_until__isnull=False)),
                name="vaccination_visit_compared_and_screened",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="not-done") | Q(dose__isnull=False), name="vaccination_visit_not_done"
            ),
            models.CheckConstraint(
                condition=Q(identity__in=["", "same"]) | ~Q(identity_reason=""), name="vaccination_visit_other_reason"
            ),
            models.CheckConstraint(condition=Q(ended_at__gte=F("came_at")), name="vaccination_visit_in_order"),
            models.CheckConstraint(condition=~Q(campaign=""), name="vaccination_visit_campaign"),
        ]
        indexes = [
            models.Index(fields=["site", "came_at"], name="vaccination_visit_day"),
            models.Index(fields=["site"], name="vaccination_visit_present", condition=Q(ended_at=None)),
            models.Index(fields=["person", "campaign"], name="vaccination_visit_person"),
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class AdverseEvent(models.Model):
    """Adverse event following immunization, of a dose: it goes where the dose goes."""

    SEVERITIES: ClassVar = ("mild", "moderate", "serious", "death")
    SOURCES: ClassVar = ("site", "follow-up", "desk")

    uuid = models.UUIDField(unique=True, help_text="Made where it was recorded, also without a network.")
    reference = models.CharField(max_length=20, unique=True, help_text='Public number, "AE-7KQ2-M4XD".')
    dose = models.ForeignKey(Dose, models.CASCADE, related_name="adverse_events")
    severity = models.CharField(max_length=8, choices=[(each, each) for each in SEVERITIES])
    began_at = models.DateTimeField()
    signs = EncryptedTextField(context="vaccination.event.signs", help_text="What happened.")
    measures = EncryptedTextField(context="vaccination.event.measures", blank=True, help_text="What was done.")
    referred_to = models.CharField(max_length=160, blank=True)
    source = models.CharField(max_length=9, choices=[(each, each) for each in SOURCES])
    recorded_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    review = EncryptedTextField(context="vaccination.event.review", blank=True, help_text="Of the health agency.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(signs=""), name="vaccination_event_signs"),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, review="") | (Q(reviewed_at__isnull=False) & ~Q(review="")),
                name="vaccination_event_reviewed_in_words",
            ),
        ]
        indexes = [
            models.Index(
                fields=["recorded_at"],
                name="vaccination_event_open",
                condition=Q(severity__in=["serious", "death"], reviewed_at=None),
            )
        ]

    def __str__(self) -> str:
        return self.reference


class FollowUp(models.Model):
    """A question some days after a dose, and its answer by link, message or call."""

    FEELINGS: ClassVar = ("well", "mild", "serious")

    dose = models.ForeignKey(Dose, models.CASCADE, related_name="follow_ups")
    days_after = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    code = models.CharField(max_length=40, unique=True, help_text="Of the link; too long to guess.")
    asked_at = models.DateTimeField(null=True)
    feeling = models.CharField(max_length=7, blank=True, choices=[(each, each) for each in FEELINGS])
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dose", "days_after"], name="vaccination_follow_up_once"),
            models.CheckConstraint(
                condition=Q(feeling="", answered_at__isnull=True) | (~Q(feeling="") & Q(answered_at__isnull=False)),
                name="vaccination_follow_up_answered",
            ),
        ]
        indexes = [models.Index(fields=["due_on"], name="vaccination_follow_up_due", condition=Q(asked_at=None))]


class PhoneConflict(models.Model):
    """An entry of a phone that could not be recorded as it came: somebody at the site decides, nothing is dropped."""

    DECISIONS: ClassVar = ("recorded", "discarded")

    uuid = models.UUIDField(unique=True, help_text="Of the entry.")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    entry = EncryptedJSONField(context="vaccination.conflict.entry", help_text="As the phone sent it.")
    code = models.CharField(max_length=20, help_text="Of `visits.refusals`.")
    problem = EncryptedTextField(context="vaccination.conflict.problem", help_text="In words.")
    sent_at = models.DateTimeField(db_default=Now(), editable=False)
    sent_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    decision = models.CharField(max_length=9, blank=True, choices=[(each, each) for each in DECISIONS])
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    reason = EncryptedTextField(context="vaccination.conflict.reason", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True, reason="")
                | (~Q(decision="") & Q(decided_at__isnull=False) & ~Q(reason="")),
                name="vaccination_conflict_decided_with_reason",
            )
        ]
        indexes = [models.Index(fields=["site"], name="vaccination_conflict_open", condition=Q(decision=""))]
