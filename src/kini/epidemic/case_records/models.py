"""Case records of a disease: symptoms, tests, exposures, stays in hospitals, and the history of the classification."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from kini.city.models import Agency, Area, Unit
from kini.core.database.encryption import EncryptedJSONField, EncryptedTextField
from kini.epidemic.diseases.schema import Classification
from kini.people.models import Person, User

CLASSIFICATIONS = [(each.value, each.value) for each in Classification]


class CaseRecord(models.Model):
    """One illness of one person. Codes are those of the disease's file; days are of the city's time zone.

    No constraint keeps a person to one record of an episode: two persons who turn out to be one may each have a record,
    and their merge must not fail. `merged_into` then names the record that stands for both; counts leave the other out
    (`queries.standing`). Age, sex and the place of residence are those at the time of the illness: counts need neither
    names nor birth dates.
    """

    SOURCES: ClassVar = ("desk", "api", "import", "demo")

    reference = models.CharField(max_length=20, unique=True, help_text='Public number, "EP-7KQ2-M4XD".')
    disease = models.CharField(max_length=60)
    person = models.ForeignKey(Person, models.PROTECT, related_name="case_records")
    episode = models.PositiveSmallIntegerField(default=1, help_text="2: first reinfection ...")
    classification = models.CharField(max_length=9, choices=CLASSIFICATIONS)
    classified_at = models.DateTimeField()
    area = models.ForeignKey(
        Area, models.PROTECT, related_name="+", help_text="Residence, of the smallest level known."
    )
    area_path = models.CharField(max_length=120)
    rw = models.CharField(max_length=3, blank=True)
    rt = models.CharField(max_length=3, blank=True)
    house = models.CharField(max_length=32, blank=True, help_text="Keyed hash of the address or family card number.")
    age = models.PositiveSmallIntegerField(null=True, help_text="In years.")
    sex = models.CharField(max_length=6, blank=True, choices=[("female", "female"), ("male", "male")])
    onset_on = models.DateField(null=True)
    specimen_on = models.DateField(null=True, help_text="Of the first positive specimen.")
    reported_on = models.DateField()
    infected_elsewhere = models.BooleanField(default=False)
    outcome = models.CharField(max_length=60, blank=True)
    outcome_on = models.DateField(null=True)
    died_on = models.DateField(null=True, help_text="When the outcome is a death of the disease.")
    symptoms = ArrayField(models.CharField(max_length=60), default=list)
    facility = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", help_text="That looks after it now."
    )
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    note = EncryptedTextField(context="epidemic.case.note", blank=True)
    source = models.CharField(max_length=6, choices=[(each, each) for each in SOURCES])
    source_key = models.CharField(max_length=80, blank=True, help_text="Of the sending system or of the phone's form.")
    recorded_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())
    version = models.PositiveIntegerField(default=1, help_text="Raised by each change; a form names the one it read.")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="absorbed", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="epidemic_case_not_into_itself"),
            models.UniqueConstraint(
                fields=["source", "source_key"], condition=~Q(source_key=""), name="epidemic_case_source_once"
            ),
            models.CheckConstraint(condition=Q(episode__gte=1), name="epidemic_case_episode_from_one"),
            models.CheckConstraint(
                condition=Q(outcome="", outcome_on__isnull=True, died_on__isnull=True) | ~Q(outcome=""),
                name="epidemic_case_outcome_whole",
            ),
            models.CheckConstraint(
                condition=Q(died_on__isnull=True) | Q(died_on=F("outcome_on")), name="epidemic_case_death_is_outcome"
            ),
            models.CheckConstraint(condition=~Q(disease=""), name="epidemic_case_disease"),
        ]
        indexes = [
            models.Index(fields=["agency", "area_path"], name="epidemic_case_scope"),
            models.Index(fields=["disease", "reported_on"], name="epidemic_case_reported"),
            models.Index(fields=["facility", "disease"], name="epidemic_case_facility"),
            models.Index(fields=["updated_at"], name="epidemic_case_updated"),
            models.Index(fields=["person", "disease"], name="epidemic_case_person"),
            models.Index(fields=["merged_into"], name="epidemic_case_merged", condition=Q(merged_into__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.reference


class ClassificationChange(models.Model):
    """History of a case's classification; append-only."""

    case = models.ForeignKey(CaseRecord, models.PROTECT, related_name="classification_changes")
    classification = models.CharField(max_length=9, choices=CLASSIFICATIONS)
    at = models.DateTimeField(db_default=Now(), editable=False)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    because = models.JSONField(help_text="Text by language: the rule's reason, or the officer's words.")
    rule_since = models.DateField(null=True, help_text="First day of the case definition; none: decided by hand.")
    disease_version = models.CharField(max_length=12)


class CaseRevision(models.Model):
    """Values of a case before a change: by whom and when they were replaced; append-only."""

    case = models.ForeignKey(CaseRecord, models.PROTECT, related_name="revisions")
    version = models.PositiveIntegerField(help_text="That had these values.")
    at = models.DateTimeField(db_default=Now(), editable=False)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    before = EncryptedJSONField(context="epidemic.revision.before", help_text="Values by field, of those that changed.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "version"], name="epidemic_revision_once")]


class CaseMerge(models.Model):
    """Merge of two records of one illness, in force until it is undone.

    Attributes:
        filled: fields of the survivor that were empty, with the values that they got; and symptoms that were added.
        moved: keys of the rows that moved to the survivor, by "table.column".
    """

    survivor = models.ForeignKey(CaseRecord, models.PROTECT, related_name="case_absorptions")
    absorbed = models.ForeignKey(CaseRecord, models.PROTECT, related_name="case_merges")
    at = models.DateTimeField(db_default=Now(), editable=False)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    reason = EncryptedTextField(context="epidemic.merge.reason")
    filled = EncryptedJSONField(context="epidemic.merge.filled")
    moved = models.JSONField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    undone_because = EncryptedTextField(context="epidemic.merge.undone-because", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["absorbed"], condition=Q(undone_at=None), name="epidemic_merge_once"),
            models.CheckConstraint(condition=~Q(survivor=F("absorbed")), name="epidemic_merge_not_itself"),
            models.CheckConstraint(condition=~Q(reason=""), name="epidemic_merge_reason"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_because="")
                | (Q(undone_at__isnull=False) & ~Q(undone_because="")),
                name="epidemic_merge_undone_with_reason",
            ),
        ]


class CaseTransfer(models.Model):
    """Transfer of a case from one facility to another; append-only."""

    case = models.ForeignKey(CaseRecord, models.PROTECT, related_name="transfers")
    sender = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    receiver = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    reason = EncryptedTextField(context="epidemic.transfer.reason")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(sender=F("receiver")), name="epidemic_transfer_elsewhere"),
            models.CheckConstraint(condition=~Q(reason=""), name="epidemic_transfer_reason"),
        ]


class CaseDispute(models.Model):
    """Statement of the person concerned that a record is wrong, and an officer's decision about it."""

    DECISIONS: ClassVar = ("corrected", "kept")

    case = models.ForeignKey(CaseRecord, models.PROTECT, related_name="disputes")
    filed_at = models.DateTimeField(db_default=Now(), editable=False)
    filed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    words = EncryptedTextField(context="epidemic.dispute.words")
    decision = models.CharField(max_length=9, blank=True, choices=[(each, each) for each in DECISIONS])
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    answer = EncryptedTextField(context="epidemic.dispute.answer", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(decision=""), name="epidemic_dispute_one_open"),
            models.CheckConstraint(condition=~Q(words=""), name="epidemic_dispute_words"),
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True, answer="")
                | (~Q(decision="") & Q(decided_at__isnull=False) & ~Q(answer="")),
                name="epidemic_dispute_decided_with_answer",
            ),
        ]


class LabTest(models.Model):
    """A laboratory test of a person, ordered or with its result; of a case, or of somebody who is none."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="lab_tests")
    case = models.ForeignKey(CaseRecord, models.PROTECT, null=True, related_name="lab_tests")
    disease = models.CharField(max_length=60)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    test = models.CharField(max_length=60, help_text="Id of the disease's file.")
    specimen_on = models.DateField()
    result = models.CharField(max_length=60, blank=True, help_text='Id of the disease\'s file; "": not known yet.')
    result_on = models.DateField(null=True)
    laboratory = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    number = models.CharField(max_length=80, help_text="Of the laboratory, or of the record that has it.")
    source = models.CharField(max_length=6, choices=[(each, each) for each in CaseRecord.SOURCES])
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    corrections = models.JSONField(default=list, help_text="Earlier results: result, result_on, until (time).")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["laboratory", "number"], name="epidemic_lab_test_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=~Q(number=""), name="epidemic_lab_test_number"),
            models.CheckConstraint(
                condition=Q(result="", result_on__isnull=True) | (~Q(result="") & Q(result_on__isnull=False)),
                name="epidemic_lab_test_result_whole",
            ),
            models.CheckConstraint(condition=Q(result_on__gte=F("specimen_on")), name="epidemic_lab_test_in_order"),
        ]
        indexes = [models.Index(fields=["disease", "result_on"], name="epidemic_lab_test_result")]


class CaseExposure(models.Model):
    """An exposure before the illness; `source_case` when it was another case."""

    case = models.ForeignKey(CaseRecord, models.CASCADE, related_name="exposures")
    exposure = models.CharField(max_length=60, help_text="Id of the disease's file.")
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    place = EncryptedTextField(context="epidemic.exposure.place", blank=True)
    source_case = models.ForeignKey(CaseRecord, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="epidemic_exposure_in_order"),
            models.CheckConstraint(condition=~Q(source_case=F("case")), name="epidemic_exposure_not_itself"),
        ]


class HospitalStay(models.Model):
    """Days of a case in a ward of a hospital."""

    case = models.ForeignKey(CaseRecord, models.CASCADE, related_name="stays")
    facility = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    ward = models.CharField(max_length=60, help_text="Id of the disease's file.")
    admitted_on = models.DateField()
    discharged_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(discharged_on__gte=F("admitted_on")), name="epidemic_stay_in_order"),
            models.UniqueConstraint(fields=["case"], condition=Q(discharged_on=None), name="epidemic_stay_one_open"),
        ]
        indexes = [models.Index(fields=["admitted_on"], name="epidemic_stay_admitted")]
