"""Case records of a disease: symptoms, tests, exposures, stays in hospitals, and the history of the classification."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from kini.city.models import Agency, Area, Unit
from kini.core.database.encryption import EncryptedTextField
from kini.epidemic.diseases.schema import Classification
from kini.people.models import Person, User

CLASSIFICATIONS = [(each.value, each.value) for each in Classification]


class CaseRecord(models.Model):
    """One illness of one person. Codes are those of the disease's file; days are of the city's time zone.

    Age, sex and the place of residence are those at the time of the illness: counts need neither names nor birth dates.
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

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "disease", "episode"], name="epidemic_case_episode_once"),
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
