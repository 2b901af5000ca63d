"""Persons who may be the same as a given one, with a score and its reasons; found by keys, compared in memory."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Q

from kini.people import encrypted_fields
from kini.people.models import Resident
from kini.people.persons.identifier_types import identifier_types
from kini.people.persons.models import NATIONAL_ID, DuplicatePair, Person, PersonIdentifier
from kini.people.persons.person_details import PersonDetails, details_of, has_profile
from kini.people.persons.search_keys import sharing_a_key_q
from kini.people.persons.similarity import Similarity, compare
from kini.people.persons.trees import trees_of

#: Candidates compared for each way of finding them; more share a key only in lists of made-up names.
MOST = 500
LEAST_SCORE = 0.65


@dataclass(frozen=True, slots=True)
class LikelyDuplicate:
    """Another person (the root of a tree), the score from 0 to 1, and the reasons in words."""

    person: Person
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Everything known of one tree: its records, the root's id, and identifiers in force as (type, value)."""

    root: int
    records: tuple[Person, ...]
    identifiers: frozenset[tuple[str, str]]

    @property
    def person(self) -> Person:
        """Record that stands for the person: the root's."""
        return next(each for each in self.records if each.pk == self.root)


def likely_duplicates(person: Person, *, least: float = LEAST_SCORE, most: int = 20) -> list[LikelyDuplicate]:
    """Return persons who may be the same, the likeliest first. The caller logs what it shows.

    Persons with another number of a type of which each has one (the national number) are left out, and those of whom
    an officer said that they are different.

    Args:
        least: lowest score.
        most: number of persons returned.
    """
    [own] = known_persons([person.pk])
    own_ids = {each.pk for each in own.records}
    candidates = {pk for condition in _conditions(own) for pk in _some_ids(condition)}
    different = _ids_of_different(own_ids)
    others = [
        other
        for other in known_persons(candidates - own_ids)
        if other.root != own.root
        and not conflicting_types(own, other)
        and different.isdisjoint(each.pk for each in other.records)
    ]
    return _likeliest(((other.person, compare_known(own, other)) for other in others), least, most)


def persons_like(details: PersonDetails, *, least: float = LEAST_SCORE, most: int = 10) -> list[LikelyDuplicate]:
    """Return persons (roots) whose name and birth resemble typed ones, the likeliest first. The caller logs them.

    Args:
        least: lowest score.
        most: number of persons returned.
    """
    compared = (
        (other.person, max((compare(details, details_of(each)) for each in other.records), key=lambda each: each.score))
        for other in known_persons(set(_some_ids(sharing_a_key_q(details))))
    )
    return _likeliest(compared, least, most)


def _likeliest(compared: Iterable[tuple[Person, Similarity]], least: float, most: int) -> list[LikelyDuplicate]:
    likely = [LikelyDuplicate(person, each.score, each.reasons) for person, each in compared if each.score >= least]
    return sorted(likely, key=lambda each: (-each.score, each.person.pk))[:most]


def known_persons(person_ids: Collection[int]) -> list[KnownPerson]:
    """Return everything known of the trees that these persons are in. Three statements."""
    trees = trees_of(person_ids)
    root_by_id = {pk: root for root, ids in trees.items() for pk in ids}
    records: dict[int, list[Person]] = {root: [] for root in trees}
    identifiers: dict[int, set[tuple[str, str]]] = {root: set() for root in trees}
    for each in Person.objects.select_related("resident").filter(pk__in=root_by_id):
        records[root_by_id[each.pk]].append(each)
        if has_profile(each) and (number := encrypted_fields.decrypt_field(each.resident, "national_id_sealed")):
            identifiers[root_by_id[each.pk]].add((NATIONAL_ID, number))
    in_force = PersonIdentifier.objects.filter(person__in=root_by_id, ended_at=None)
    for pk, type_, value in in_force.values_list("person_id", "type", "value"):
        identifiers[root_by_id[pk]].add((type_, value))
    return [KnownPerson(root, tuple(records[root]), frozenset(identifiers[root])) for root in trees]


def conflicting_types(one: KnownPerson, other: KnownPerson) -> list[str]:
    """Return the types of which a person has only one, and these two have different ones."""
    first, second = dict(one.identifiers), dict(other.identifiers)
    single = (name for name, type_ in identifier_types.items() if type_.single)
    return [name for name in single if name in first and name in second and first[name] != second[name]]


def compare_known(own: KnownPerson, other: KnownPerson) -> Similarity:
    """Compare the most similar records of two trees."""
    shared_types = {type_ for type_, _value in own.identifiers & other.identifiers}
    shared = tuple(str(type_.label) for name, type_ in identifier_types.items() if name in shared_types)
    return max(
        (compare(details_of(mine), details_of(theirs), shared) for mine in own.records for theirs in other.records),
        key=lambda similarity: similarity.score,
    )


def _ids_of_different(own_ids: Collection[int]) -> set[int]:
    """Return the persons of whom an officer said that they are not the one with these records."""
    pairs = DuplicatePair.objects.filter(Q(first__in=own_ids) | Q(second__in=own_ids), different_since__isnull=False)
    return {pk for pair in pairs.values_list("first_id", "second_id") for pk in pair}.difference(own_ids)


def _some_ids(condition: Q) -> Iterable[int]:
    return Person.objects.filter(condition).order_by().values_list("pk", flat=True)[:MOST]


def _conditions(own: KnownPerson) -> Iterable[Q]:
    """Yield a condition for each way of finding candidates, each served by one index."""
    for type_, value in own.identifiers:
        same = PersonIdentifier.objects.filter(type=type_, value=value)
        yield Q(pk__in=same.values("person_id"))
        if type_ == NATIONAL_ID:
            yield _profiles_q(encrypted_fields.national_id_q(value))
    for each in own.records:
        details = details_of(each)
        if details.phone:
            yield Q(phone=details.phone)
            yield _profiles_q(Q(phone=details.phone))
        yield sharing_a_key_q(details)


def _profiles_q(condition: Q) -> Q:
    return Q(pk__in=Resident.objects.filter(condition).values("person_id"))
