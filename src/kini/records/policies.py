"""Registry of access policies: each room registers its sensitive models, and says what opens their rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise

from kini.core.grants import Scope
from kini.core.registry import Registry
from kini.people import queries as people_queries
from kini.people.models import Person, Resident
from kini.people.public import DataRead, household_of, permission_filters, person_reads
from kini.records.rules import Doors, RecordFacts


@dataclass(frozen=True, slots=True)
class AccessPolicy[M: Model]:
    """Access policy of the rows of a sensitive model.

    Its columns are columns of the table itself, so that indexes on them serve `visible`.

    Attributes:
        name: type of the record, at most 40 characters; stored, so it must not change.
        label: "Case".
        doors: permissions that open it.
        purposes: ids of the purposes for which it may be read (`access_purposes`).
        access_type: type of its reads in the access log.
        columns: columns of agency, area path and service.
        facility: column with the id of the unit that has it; "": none.
        subject: column with the id of the resident or person whom it is about; "": none.
        reference: column with its number, shown in the access log; "": none.
        find: returns the row of a typed number, or None.
        url: returns the address of its page for officers.
    """

    name: str
    model: type[M]
    label: str | Promise
    doors: Doors
    purposes: tuple[str, ...]
    access_type: str
    columns: permission_filters.ScopeColumns = permission_filters.CASE_COLUMNS
    facility: str = ""
    subject: str = ""
    reference: str = ""
    find: Callable[[str], M | None] | None = None
    url: Callable[[M], str] | None = None

    def facts(self, record: M) -> RecordFacts:
        """Return the facts of a record that decide on access."""
        return RecordFacts(
            key=str(record.pk),
            scope=Scope(*(_value(record, column) or "" for column in self.columns.names)),
            facility=_value(record, self.facility),
            subject=_value(record, self.subject),
        )

    def number(self, record: M) -> str:
        """Return the number under which people know a record."""
        return _value(record, self.reference) or f"{self.name}:{record.pk}"

    @property
    def is_about_person(self) -> bool:
        """True if the subject is a `Person`, who may have no profile."""
        return bool(self.subject) and self.model._meta.get_field(self.subject).related_model is Person

    def household(self, user_id: int | None) -> frozenset[int]:
        """Return the ids of the subjects in the household of an account: residents or persons."""
        residents = household_of(user_id).residents
        if not self.is_about_person or not residents:
            return residents
        persons = Resident.objects.filter(pk__in=residents).values_list("person_id", flat=True)
        return frozenset(pk for ids in people_queries.trees_of(list(persons)).values() for pk in ids)

    def resident_id(self, record: M) -> int | None:
        """Return the id of the profile of the person whom a record is about, or None."""
        subject: int | None = _value(record, self.subject)
        if subject is None or not self.is_about_person:
            return subject
        return Resident.objects.filter(person=subject).values_list("pk", flat=True).first()

    def data_read(self, record: M) -> DataRead:
        """Return a read of a record, for the access log.

        A person who has no profile reads it after they got one: then their records are merged with it.
        """
        number, resident = self.number(record), self.resident_id(record)
        if resident is None and self.is_about_person:
            [read] = person_reads([Person.objects.select_related("resident").get(pk=_value(record, self.subject))])
            return DataRead(None, read.reference, number)
        return DataRead(resident, number, "" if self.reference else str(record.pk))


def _value(record: Model, column: str) -> Any:
    return getattr(record, column) if column else None


policies: Registry[AccessPolicy[Any]] = Registry("access policy")


def register_policy(policy: AccessPolicy[Any]) -> None:
    """Register a policy.

    Raises:
        ValueError: when its name or model is taken.
        FieldDoesNotExist: when a column is none of the model.
    """
    if any(each.model is policy.model for each in policies):
        raise ValueError(f"{policy.model.__name__} has an access policy already")
    for column in filter(None, (*policy.columns.names, policy.facility, policy.subject, policy.reference)):
        policy.model._meta.get_field(column)
    policies.register(policy.name, policy)


def policy_of[M: Model](model: type[M]) -> AccessPolicy[M]:
    """Return the policy of a model.

    Raises:
        LookupError: when no room registered one.
    """
    for policy in policies:
        if policy.model is model:
            return policy
    raise LookupError(f"{model.__name__} has no access policy; register one (records.public.register_policy)")
