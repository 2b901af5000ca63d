"""Retention rule of persons: one without a profile goes when nothing refers to them any more."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kini.core.retention import YEAR, RetentionRule, row_removal, rules
from kini.people.models import Resident
from kini.people.persons.models import MovedReference, Person, PersonIdentifier, PersonMerge
from kini.people.persons.person_references import person_references

#: Tables that describe a person; the others use one.
DESCRIBING = {Resident, PersonIdentifier}


def in_use_q() -> Q:
    """Condition on persons for whom a room holds a row, which may refer to the root of their tree."""
    tables = [each for each in person_references if each.model not in DESCRIBING]
    condition = Q(Exists(MovedReference.objects.filter(person=OuterRef("pk"), table__in=[t.table for t in tables])))
    for each in tables:
        condition |= Q(Exists(each.model._default_manager.filter(**{each.field: OuterRef("pk")})))
    return condition


def unused_persons(before: datetime) -> QuerySet[Person]:
    """Return persons without a profile, not changed since `before`, whom nothing needs."""
    survives = PersonMerge.objects.filter(survivor=OuterRef("pk"), undone_at=None)
    return Person.objects.filter(~in_use_q(), ~Exists(survives), updated_at__lt=before, resident__isnull=True)


def remove_persons(persons: QuerySet[Person]) -> None:
    """Delete persons with their merges. Identifiers that a merge brought to a survivor stay with the survivor."""
    PersonMerge.objects.filter(Q(survivor__in=persons) | Q(absorbed__in=persons)).delete()
    persons.delete()


def register() -> None:
    """Register the rule; called once, from `AppConfig.ready`."""
    rule = RetentionRule(
        "people.persons",
        _("Persons without a profile to whom no record refers any more: name, birth date, phone, numbers"),
        _("No longer needed"),
        YEAR,
        row_removal(unused_persons, delete=remove_persons),
    )
    rules.register(rule.name, rule)
