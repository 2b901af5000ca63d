"""Models of persons: details of those without a profile, identifiers, likely duplicates, merges, and moved rows."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from kini.city.models import Area
from kini.core.database.encryption import EncryptedDateField, EncryptedLookupField, EncryptedTextField

#: Type of the national number, which a person has only once. Other types: `identifier_types`.
NATIONAL_ID = "national-id"


class Person(models.Model):
    """A human being, with a profile (`Resident`) or without one.

    Name, birth date, sex, phone and area stand here only while there is no profile, which else holds them (a trigger
    checks it; read both with `person_details`). The id never changes, also in a merge.
    """

    PRECISIONS = ("day", "month", "year")

    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())
    created_by = models.ForeignKey("people.User", models.SET_NULL, null=True, related_name="+")
    source = models.CharField(max_length=60, help_text='Room and type of record: "profile", "epidemic.case" ...')
    name = EncryptedTextField(context="people.person.name", blank=True)
    birth_date = EncryptedDateField(context="people.person.birth-date", null=True)
    birth_precision = models.CharField(
        max_length=5, blank=True, choices=[(each, each) for each in PRECISIONS], help_text="Of the birth date."
    )
    sex = models.CharField(max_length=6, blank=True, choices=[("female", "female"), ("male", "male")])
    phone = EncryptedLookupField(context="people.phone", blank=True)
    area = models.ForeignKey(Area, models.PROTECT, null=True, related_name="+")
    search_keys = ArrayField(
        models.BinaryField(max_length=16), default=list, help_text="Keyed hashes of name and birth (search_keys.py)."
    )
    to_compare = models.BooleanField(db_default=True, help_text="Likely duplicates are to be looked for.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(source=""), name="people_person_source"),
            models.CheckConstraint(
                condition=Q(birth_date__isnull=True, birth_precision="")
                | (Q(birth_date__isnull=False) & ~Q(birth_precision="")),
                name="people_person_birth_precision",
            ),
        ]
        indexes = [
            models.Index(fields=["phone"], name="people_person_phone", condition=~Q(phone="")),
            GinIndex(fields=["search_keys"], name="people_person_keys"),
            models.Index(fields=["id"], name="people_person_to_compare", condition=Q(to_compare=True)),
        ]


class PersonIdentifier(models.Model):
    """A number or code of a person: national number, passport, temporary identity ...; in force until it is ended.

    The national number of a person with a profile stands in the profile.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="identifiers")
    type = models.CharField(max_length=40, help_text="Of people/persons/identifier_types.py.")
    value = EncryptedLookupField(context="people.identifier")
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True, help_text="As printed on the document.")
    assurance = models.PositiveSmallIntegerField(default=0, help_text="Level of `Assurance` at which it was recorded.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.ForeignKey("people.User", models.SET_NULL, null=True, related_name="+")
    source = models.CharField(max_length=60)
    ended_at = models.DateTimeField(null=True, help_text="Since when it is not this person's.")
    ended_because = models.CharField(max_length=240, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["type", "value"], condition=Q(ended_at=None), name="people_identifier_of_one_person"
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(type=NATIONAL_ID, ended_at=None),
                name="people_identifier_one_national_number",
            ),
            models.CheckConstraint(condition=~Q(value=""), name="people_identifier_value"),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")), name="people_identifier_valid_in_order"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_because="")
                | (Q(ended_at__isnull=False) & ~Q(ended_because="")),
                name="people_identifier_ended_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["type", "value"], name="people_identifier_value_any")]


class PersonMerge(models.Model):
    """Merge of one person into another, in force until it is undone. Persons form trees; the root stands for all."""

    survivor = models.ForeignKey(Person, models.PROTECT, related_name="absorptions")
    absorbed = models.ForeignKey(Person, models.PROTECT, related_name="merges")
    at = models.DateTimeField(db_default=Now(), editable=False)
    by = models.ForeignKey("people.User", models.SET_NULL, null=True, related_name="+")
    reason = EncryptedTextField(context="people.merge.reason")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey("people.User", models.SET_NULL, null=True, related_name="+")
    undone_because = EncryptedTextField(context="people.merge.undone-because", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["absorbed"], condition=Q(undone_at=None), name="people_merge_once"),
            models.CheckConstraint(condition=~Q(survivor=F("absorbed")), name="people_merge_not_oneself"),
            models.CheckConstraint(condition=~Q(reason=""), name="people_merge_reason"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_because="")
                | (Q(undone_at__isnull=False) & ~Q(undone_because="")),
                name="people_merge_undone_with_reason",
            ),
        ]


class DuplicatePair(models.Model):
    """Two persons (roots, when they were compared) who may be one, or of whom an officer said that they are not.

    A pair that was merged stays: it is hidden as long as the merge is in force.
    """

    first = models.ForeignKey(Person, models.CASCADE, related_name="+")
    second = models.ForeignKey(Person, models.CASCADE, related_name="+")
    score = models.FloatField(help_text="Of the last comparison, 0 to 1.")
    found_at = models.DateTimeField(db_default=Now(), editable=False)
    different_since = models.DateTimeField(null=True, help_text="When an officer said that these are two persons.")
    decided_by = models.ForeignKey("people.User", models.SET_NULL, null=True, related_name="+")
    reason = EncryptedTextField(context="people.pair.reason", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="people_pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="people_pair_in_order"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="people_pair_score"),
            models.CheckConstraint(
                condition=Q(different_since__isnull=True, decided_by__isnull=True, reason="")
                | (Q(different_since__isnull=False) & ~Q(reason="")),
                name="people_pair_different_with_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["-score", "id"], name="people_pair_open", condition=Q(different_since=None)),
        ]


class MovedReference(models.Model):
    """A row that refers to the root of a tree, and the person of that tree for whom it was recorded.

    An unmerge moves the rows of the persons who leave. Triggers keep it (people/persons/reference_triggers.py).
    """

    table = models.CharField(max_length=63)
    column = models.CharField(max_length=63)
    row = models.BigIntegerField(help_text="Primary key.")
    person = models.ForeignKey(Person, models.CASCADE, related_name="moved_references")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "column", "row"], name="people_moved_once")]
