"""Two persons side by side for officers: pairs to decide on, and their values, masked until a logged look."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from kini.city import queries as city_queries
from kini.core.actors import Actor
from kini.people import rules
from kini.people.contacts import Contact
from kini.people.household import household_of
from kini.people.persons.identifier_types import identifier_types
from kini.people.persons.likely_duplicates import KnownPerson
from kini.people.persons.models import DuplicatePair, Person, PersonMerge
from kini.people.persons.person_details import PersonDetails, details_of, has_profile
from kini.web import formats


@dataclass(frozen=True, slots=True)
class ComparedValue:
    """A row of the comparison. `same` is None where at least one of the two has no value."""

    label: str
    first: str
    second: str
    same: bool | None


@dataclass(frozen=True, slots=True)
class _Value:
    label: str
    plain: str
    masked: str


def visible_pairs(by: Actor) -> QuerySet[DuplicatePair]:
    """Return the pairs that were not merged, without those of the officer's own household."""
    own = household_of(by.user_id).residents
    merged = PersonMerge.objects.filter(Q(absorbed=OuterRef("first")) | Q(absorbed=OuterRef("second")), undone_at=None)
    theirs = Q(first__resident__in=own) | Q(second__resident__in=own)
    return DuplicatePair.objects.filter(~Exists(merged)).exclude(theirs)


def visible_merges(by: Actor) -> QuerySet[PersonMerge]:
    """Return the merges in force that can be undone, newest first, without those of the officer's own household."""
    own = household_of(by.user_id).residents
    merges = PersonMerge.objects.filter(undone_at=None, absorbed__resident=None).exclude(survivor__resident__in=own)
    return merges.select_related("survivor__resident", "absorbed", "by__officer").order_by("-at", "-pk")


def as_known(person: Person) -> KnownPerson:
    """Return one record by itself, without the others of its tree and without numbers."""
    return KnownPerson(person.pk, (person,), frozenset())


def compare_values(one: KnownPerson, other: KnownPerson, *, masked: bool) -> list[ComparedValue]:
    """Compare everything known of two persons. Sameness is that of the whole values, also where they are masked."""
    first, second = list(_values(one)), list(_values(other))
    labels = dict.fromkeys(each.label for each in (*first, *second))
    return [
        _compared(
            label,
            [each for each in first if each.label == label],
            [each for each in second if each.label == label],
            masked=masked,
        )
        for label in labels
    ]


def _compared(label: str, first: list[_Value], second: list[_Value], *, masked: bool) -> ComparedValue:
    mine, theirs = ({each.plain.casefold() for each in side} for side in (first, second))
    one, other = (
        ", ".join(dict.fromkeys(each.masked if masked else each.plain for each in side)) for side in (first, second)
    )
    return ComparedValue(label, one, other, bool(mine & theirs) if mine and theirs else None)


def _values(known: KnownPerson) -> Iterator[_Value]:
    for record in known.records:
        details = details_of(record)
        yield from _detail_values(details)
    for name, value in sorted(known.identifiers):
        type_ = identifier_types.find(name)
        yield _Value(str(type_.label) if type_ else name, value, rules.mask_number(value))


def _detail_values(details: PersonDetails) -> Iterator[_Value]:
    if details.name:
        yield _Value(_("Name"), details.name, rules.mask_name(details.name))
    if born := details.birth_date:
        words = {"day": formats.day_long(born), "month": formats.month(born), "year": str(born.year)}
        yield _Value(_("Birth date"), words[details.birth_precision], str(born.year))
    if details.sex:
        sex = _("Female") if details.sex == "female" else _("Male")
        yield _Value(_("Sex"), sex, sex)
    if details.phone:
        contact = Contact("phone", details.phone)
        yield _Value(_("Phone"), contact.shown, contact.masked)
    if area := city_queries.area(details.area) if details.area else None:
        yield _Value(_("Area"), area.name, area.name)


def kind_of(person: Person) -> str:
    """Return in words what a record is."""
    return _("Profile") if has_profile(person) else _("Record without a profile")
