"""Models of people: accounts, sessions, residents, officers, roles, assurance, consents and the access log."""

from typing import Any, ClassVar

from allauth.idp.oidc.models import Client
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Lower
from django.utils.functional import cached_property

from kini.city.models import Agency, Area
from kini.core import current_time
from kini.core.database.encryption import EncryptedDateField, EncryptedLookupField, EncryptedTextField
from kini.people.persons.models import DuplicatePair as DuplicatePair
from kini.people.persons.models import MovedReference as MovedReference
from kini.people.persons.models import Person as Person
from kini.people.persons.models import PersonIdentifier as PersonIdentifier
from kini.people.persons.models import PersonMerge as PersonMerge
from kini.people.rules import RELATIONS


class UserManager(BaseUserManager["User"]):
    def create_user(self, *, phone: str | None = None, email: str | None = None, **fields: Any) -> "User":
        """Create a user without a password; sign-in is by code or passkey."""
        user = self.model(phone=phone, email=self.normalize_email(email) if email else None, **fields)
        user.set_unusable_password()
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """An account, identified by a phone number (E.164) or e-mail address; a deleted one has neither."""

    phone = EncryptedLookupField(context="people.phone", null=True, unique=True)
    phone_verified = models.BooleanField(default=False)
    email = EncryptedLookupField(context="people.email", fold=True, null=True, blank=True)
    language = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD: ClassVar[str] = "phone"
    EMAIL_FIELD: ClassVar[str] = "email"
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["email"], name="people_user_email_once"),
            models.CheckConstraint(
                condition=Q(phone__isnull=False) | Q(email__isnull=False) | Q(is_active=False),
                name="people_user_reachable",
            ),
        ]

    def __str__(self) -> str:
        return self.phone or self.email or ""


class Session(AbstractBaseSession):
    """A browser session. The user is a column, so that people can list and end their sessions.

    The primary key is the hash of the session key, and the data is encrypted (people/sessions.py).
    """

    session_key = models.CharField("session key", max_length=64, primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")
    device = models.CharField(max_length=60, blank=True)
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)


class KnownDevice(models.Model):
    """A device on which an account has signed in, identified by the hash of its cookie."""

    user = models.ForeignKey(User, models.CASCADE, related_name="known_devices")
    device_hash = models.BinaryField(max_length=32)
    name = models.CharField(max_length=60, blank=True)
    first_at = models.DateTimeField(auto_now_add=True)
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "device_hash"], name="people_device_once"),
        ]


class Assurance(models.IntegerChoices):
    """Level of assurance that a profile belongs to the person with its national number; higher is surer.

    Services require one of three (`typed`, `counter`, `register`). A register check at a counter, with the person and
    the card present, ranks above one of data typed at home.
    """

    TYPED = 0
    COUNTER = 1
    REGISTER = 2
    REGISTER_IN_PERSON = 3


class Resident(models.Model):
    """Profile of a person served by the city, with an account or without one (helped at a counter).

    Identifying data is encrypted; `national_id_hash` is the lookup key of the national number. Only the owner and
    officers with the permission see the number unmasked, and officers' looks are logged. The database makes the
    `person` of a new profile.
    """

    person = models.OneToOneField(
        Person, models.PROTECT, related_name="resident", db_default=Func(function="kini_new_person"), editable=False
    )
    user = models.OneToOneField(User, models.SET_NULL, null=True, related_name="resident")
    name = EncryptedTextField(context="people.resident.name", blank=True)
    national_id_sealed = models.BinaryField(null=True)
    national_id_hash = models.BinaryField(max_length=32, null=True, unique=True)
    birth_date = EncryptedDateField(context="people.resident.birth-date", null=True)
    sex = models.CharField(max_length=6, blank=True, choices=[("female", "female"), ("male", "male")])
    family_card_sealed = models.BinaryField(null=True)
    family_card_hash = models.BinaryField(max_length=32, null=True, help_text="Keyed; finds the same household.")
    phone = EncryptedLookupField(context="people.phone", blank=True)
    email = EncryptedLookupField(context="people.email", fold=True, blank=True)
    address = EncryptedTextField(context="people.resident.address", blank=True)
    area = models.ForeignKey(Area, models.PROTECT, null=True)
    assurance = models.PositiveSmallIntegerField(
        choices=Assurance.choices, default=Assurance.TYPED, db_default=Assurance.TYPED
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(national_id_sealed__isnull=True, national_id_hash__isnull=True)
                | Q(national_id_sealed__isnull=False, national_id_hash__isnull=False),
                name="people_resident_number_whole",
            ),
            models.CheckConstraint(
                condition=Q(assurance=Assurance.TYPED) | Q(national_id_hash__isnull=False),
                name="people_resident_proved_number",
            ),
        ]
        indexes = [
            # For lookups of profiles of one person or household (people/household.py).
            models.Index(fields=["phone"], name="people_resident_phone", condition=~Q(phone="")),
            models.Index(fields=["email"], name="people_resident_email", condition=~Q(email="")),
            models.Index(
                fields=["family_card_hash"], name="people_resident_card", condition=Q(family_card_hash__isnull=False)
            ),
        ]

    @cached_property
    def is_a_child(self) -> bool:
        """True for a person without an account who is registered as child or ward."""
        return self.user_id is None and self.tied_by.filter(relation__in=("child", "ward")).exists()


class FamilyTie(models.Model):
    """A family relation: `resident` may act for `member`."""

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="ties")
    member = models.ForeignKey(Resident, models.CASCADE, related_name="tied_by")
    relation = models.CharField(max_length=20, choices=[(relation, relation) for relation in RELATIONS])
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resident", "member"], name="people_tie_once"),
            models.CheckConstraint(condition=~Q(resident=models.F("member")), name="people_tie_not_oneself"),
        ]


class Officer(models.Model):
    """An account that works for an agency."""

    user = models.OneToOneField(User, models.CASCADE, related_name="officer")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="officers")
    name = models.CharField(max_length=120)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class DirectoryLink(models.Model):
    """Link from an officer to the city's directory. The subject is empty until the first sign-in."""

    officer = models.OneToOneField(Officer, models.CASCADE, related_name="directory_link")
    email = models.EmailField()
    issuer = models.CharField(max_length=240, blank=True)
    subject = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="people_directory_email_once"),
            models.UniqueConstraint(
                fields=["issuer", "subject"], condition=~Q(subject=""), name="people_directory_subject_once"
            ),
        ]


class OfficeDay(models.Model):
    """Period in which OAuth clients may act at the desk for an officer; it begins with a sign-in in a browser."""

    officer = models.OneToOneField(Officer, models.CASCADE, related_name="office_day")
    until = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="When somebody worked last, to within a few minutes.")


class Operator(models.Model):
    """An account that may open the operator's pages."""

    user = models.OneToOneField(User, models.CASCADE, related_name="operator")
    added_at = models.DateTimeField(auto_now_add=True)


class RoleGrant(models.Model):
    """A role of the pack granted to an officer for an area (null: whole city) and services (empty: all)."""

    officer = models.ForeignKey(Officer, models.CASCADE, related_name="role_grants")
    role = models.CharField(max_length=60)
    area = models.ForeignKey(Area, models.PROTECT, null=True)
    services = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["officer", "role", "area"], name="people_grant_once", nulls_distinct=False),
        ]


class LegalHold(models.Model):
    """Legal hold: suspends deletion of a person's or case's data during a dispute, audit or investigation."""

    resident = models.ForeignKey(Resident, models.PROTECT, null=True, related_name="holds")
    reference = models.CharField(max_length=30, blank=True, help_text="Of the case; empty for a person.")
    reason = models.CharField(max_length=240)
    placed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    placed_at = models.DateTimeField()
    lifted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_because = models.CharField(max_length=240, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(resident__isnull=False, reference="") | (Q(resident__isnull=True) & ~Q(reference="")),
                name="people_hold_of_one",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="people_hold_reason"),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_because="")
                | (Q(lifted_at__isnull=False) & ~Q(lifted_because="")),
                name="people_hold_lifted_with_reason",
            ),
            models.UniqueConstraint(
                fields=["resident"], condition=Q(lifted_at=None, resident__isnull=False), name="people_hold_once"
            ),
            models.UniqueConstraint(
                fields=["reference"], condition=Q(lifted_at=None) & ~Q(reference=""), name="people_hold_case_once"
            ),
        ]


class AccessLog(models.Model):
    """One access of an officer to a person's data. Append-only: a trigger rejects updates and deletes.

    A read (`day` is set) is logged once per officer, item and day; a look at hidden data every time. What somebody from
    outside read with the person's consent (a doctor by a code, a program) has their name instead of an officer.
    """

    resident = models.ForeignKey(
        Resident, models.PROTECT, null=True, related_name="looks", help_text="None: a guest's report."
    )
    at = models.DateTimeField(default=current_time.now)
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, db_index=False)
    reader = EncryptedTextField(
        context="people.access.reader", rotates=False, blank=True, help_text="Name of a reader from outside."
    )
    what = models.CharField(max_length=60, help_text="What was seen (people/access_log.py, WHAT).")
    purpose = models.CharField(max_length=40, blank=True, help_text="Id of a purpose (people/access_purposes.py).")
    reason = EncryptedTextField(
        context="people.access.reason",
        rotates=False,
        blank=True,
        help_text="In the officer's own words; of a look always.",
    )
    reference = models.CharField(max_length=30, blank=True, help_text="The case it was for.")
    object_id = models.CharField(max_length=40, blank=True, help_text="Of the document that was opened.")
    day = models.DateField(null=True, help_text="Of a read: the city's day on which it is logged once.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["officer", "day", "resident", "reference", "what", "object_id"],
                condition=Q(day__isnull=False),
                nulls_distinct=False,
                name="people_access_read_once",
            ),
            models.CheckConstraint(
                condition=Q(resident__isnull=False) | ~Q(reference=""), name="people_access_of_somebody"
            ),
            models.CheckConstraint(
                condition=Q(day__isnull=False) | ~Q(reason="") | Q(officer__isnull=True),
                name="people_access_look_reason",
            ),
            models.CheckConstraint(
                condition=Q(officer__isnull=False, reader="")
                | (Q(officer__isnull=True, day__isnull=True, resident__isnull=False) & ~Q(reader="")),
                name="people_access_by_one_reader",
            ),
        ]
        indexes = [
            models.Index(fields=["resident", "-at"], name="people_look_resident"),
            models.Index(fields=["officer", "-at"], name="people_access_officer"),
            models.Index(fields=["reference"], name="people_access_case", condition=~Q(reference="")),
        ]


class ProgramConsent(models.Model):
    """Scopes that a person granted to one OAuth client. A revoked consent stays, to reuse its subject."""

    user = models.ForeignKey(User, models.CASCADE, related_name="program_consents")
    client = models.ForeignKey(Client, models.CASCADE, related_name="consents")
    subject = models.CharField(max_length=64, help_text="The person's identifier for this program (OIDC Core 8.1).")
    scopes = models.JSONField(default=list)
    allowed_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "client"], name="people_consent_once"),
            models.UniqueConstraint(fields=["client", "subject"], name="people_consent_subject"),
        ]


class UsedCredential(models.Model):
    """Hash of an exchanged authorization code or refresh token; reuse revokes its family of tokens."""

    hash = models.CharField(max_length=64, primary_key=True)
    family = models.CharField(max_length=64, help_text="Hash of the code from which the tokens descend.")
    client = models.ForeignKey(Client, models.CASCADE, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    used_at = models.DateTimeField(db_index=True)


class AssuranceChange(models.Model):
    """One change of a profile's level of assurance. Append-only and chained; the newest row holds the current level.

    A trigger compares it with the profile, and lets a number move only to a profile of a higher level, or by a dispute.
    """

    CAUSES = ("counter", "register", "changed", "released", "displaced")

    resident = models.ForeignKey(Resident, models.PROTECT, related_name="assurance_changes")
    at = models.DateTimeField(auto_now_add=True)
    level = models.PositiveSmallIntegerField(choices=Assurance.choices)
    previous = models.PositiveSmallIntegerField(choices=Assurance.choices)
    cause = models.CharField(max_length=20, choices=[(cause, cause) for cause in CAUSES])
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    register = models.CharField(max_length=60, blank=True)
    evidence = models.CharField(
        max_length=60, blank=True, help_text="Kind of document seen, or the register's receipt."
    )
    reason = models.CharField(max_length=240, blank=True)
    successor = models.ForeignKey(
        Resident, models.PROTECT, null=True, related_name="+", help_text="Who has the number now."
    )
    dispute = models.CharField(max_length=30, blank=True, help_text="The case in which it was decided.")

    class Meta:
        indexes = [models.Index(fields=["resident", "-id"], name="people_assurance_resident")]
        constraints = [
            models.CheckConstraint(
                name="people_assurance_cause",
                condition=Q(cause="counter", level__in=(1, 3))
                | (Q(cause="register", level__in=(2, 3)) & ~Q(register=""))
                | Q(cause__in=("changed", "released", "displaced"), level=0),
            ),
            models.CheckConstraint(
                name="people_assurance_successor",
                condition=Q(cause="displaced", successor__isnull=False)
                | (~Q(cause="displaced") & Q(successor__isnull=True)),
            ),
        ]


class RegisterCheck(models.Model):
    """One request to an identity register, with the person's consent. The claim is encrypted, deleted on answer."""

    STATES = ("asked", "match", "mismatch", "held", "unavailable")

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="register_checks")
    reference = models.UUIDField(unique=True)
    register = models.CharField(max_length=60)
    asked_at = models.DateTimeField(auto_now_add=True)
    consent = models.CharField(max_length=240, help_text="The sentence to which the person agreed.")
    officer = models.ForeignKey(
        Officer, models.PROTECT, null=True, related_name="+", help_text="Who saw the person and the card."
    )
    claim_sealed = models.BinaryField(null=True)
    state = models.CharField(max_length=12, default="asked", choices=[(state, state) for state in STATES])
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["resident", "-id"], name="people_check_resident")]
        constraints = [
            models.UniqueConstraint(fields=["resident"], condition=Q(state="asked"), name="people_check_one_open"),
            models.CheckConstraint(
                name="people_check_forgets",
                condition=Q(state="asked", claim_sealed__isnull=False, ended_at__isnull=True)
                | (~Q(state="asked") & Q(claim_sealed__isnull=True, ended_at__isnull=False)),
            ),
        ]
