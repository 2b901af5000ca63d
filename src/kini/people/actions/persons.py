"""Actions on persons: record one without a profile, and their identifiers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.people import action_helpers, rules
from kini.people.models import Assurance
from kini.people.permissions import PeoplePermission
from kini.people.persons.identifier_types import TEMPORARY, identifier_types, new_temporary_identity
from kini.people.persons.likely_duplicates import known_persons
from kini.people.persons.models import NATIONAL_ID, Person, PersonIdentifier
from kini.people.persons.person_details import PersonDetails, has_profile
from kini.people.persons.search_keys import store_details
from kini.people.persons.trees import roots_of


@dataclass(frozen=True, slots=True)
class NewIdentifier:
    """An identifier as typed, of a registered type (`identifier_types`)."""

    type: str
    value: str
    valid_from: date | None = None
    valid_until: date | None = None
    assurance: Assurance = Assurance.TYPED


@action
def record_person(
    *, by: Actor, details: PersonDetails, source: str, identifiers: Sequence[NewIdentifier] = ()
) -> Person:
    """Record a person who has no profile. Likely duplicates are found by `likely_duplicates`.

    Args:
        source: room and type of record, "epidemic.case".

    Raises:
        NotAllowed: without the permission to record persons.
        ActionRefused: if an identifier is not valid, or in force for another person.
    """
    rules.require_somewhere(by, PeoplePermission.RECORD_PERSONS)
    person = Person(created_by_id=by.user_id, source=source)
    store_details(person, details)
    audit.record(by=by, action="people.person-recorded", subject=f"person:{person.pk}", detail={"source": source})
    for identifier in identifiers:
        _add(by, person, identifier, source)
    return person


@action
def edit_person(*, by: Actor, person: Person, details: PersonDetails) -> Person:
    """Replace the details of a person who has no profile.

    Raises:
        NotAllowed: without the permission to record persons.
        ActionRefused: if the person has a profile.
    """
    rules.require_somewhere(by, PeoplePermission.RECORD_PERSONS)
    person = Person.objects.select_for_update(of=("self",)).select_related("resident").get(pk=person.pk)
    if has_profile(person):
        raise ActionRefused(_("This person has a profile. Name and contact are changed there."))
    store_details(person, details)
    audit.record(by=by, action="people.person-edited", subject=f"person:{person.pk}")
    return person


@action
def add_identifier(*, by: Actor, person: Person, identifier: NewIdentifier, source: str) -> PersonIdentifier:
    """Add an identifier to a person, or return the same one that is in force.

    Raises:
        NotAllowed: without the permission to record persons.
        ActionRefused: if it is not valid or in force for another person, or if the person has another one of a type of
            which a person has only one.
    """
    rules.require_somewhere(by, PeoplePermission.RECORD_PERSONS)
    return _add(by, person, identifier, source)


@action
def issue_temporary_identity(*, by: Actor, person: Person, source: str) -> PersonIdentifier:
    """Give a person without a number a temporary identity, such as "T-7F3K-9Q2M", by which they are found again.

    Raises:
        NotAllowed: without the permission to record persons.
    """
    rules.require_somewhere(by, PeoplePermission.RECORD_PERSONS)
    return _add(by, person, NewIdentifier(TEMPORARY, new_temporary_identity()), source)


@action
def end_identifier(*, by: Actor, identifier: PersonIdentifier, reason: str) -> PersonIdentifier:
    """End an identifier that is wrong or was replaced; it stays on record.

    Raises:
        NotAllowed: without the permission to record persons.
        ActionRefused: without a reason, or if it has ended.
    """
    rules.require_somewhere(by, PeoplePermission.RECORD_PERSONS)
    reason = action_helpers.require_reason(reason)
    identifier = PersonIdentifier.objects.select_for_update().get(pk=identifier.pk)
    if identifier.ended_at:
        raise ActionRefused(_("This number has ended already."))
    identifier.ended_at, identifier.ended_because = current_time.now(), reason
    identifier.save(update_fields=["ended_at", "ended_because"])
    _record(by, "people.identifier-ended", identifier)
    return identifier


def _add(by: Actor, person: Person, new: NewIdentifier, source: str) -> PersonIdentifier:
    type_ = identifier_types.get(new.type)
    value = type_.parse(new.value)
    Person.objects.select_for_update().get(pk=person.pk)
    root = (
        Person.objects.select_for_update(of=("self",))
        .select_related("resident")
        .get(pk=roots_of([person.pk])[person.pk])
    )
    if same := PersonIdentifier.objects.filter(type=new.type, value=value, ended_at=None).first():
        if roots_of([same.person_id])[same.person_id] == root.pk:
            return same
        raise _taken()
    if new.type == NATIONAL_ID and has_profile(root):
        raise ActionRefused(_("This person has a profile. The national number is proved and changed there."))
    if type_.single:
        [known] = known_persons([root.pk])
        if any(name == new.type and each != value for name, each in known.identifiers):
            raise ActionRefused(_("This person has another number of this type. End it first, if it is wrong."))
    identifier = PersonIdentifier(
        person=root,
        type=new.type,
        value=value,
        valid_from=new.valid_from,
        valid_until=new.valid_until,
        assurance=new.assurance,
        created_by_id=by.user_id,
        source=source,
    )
    try:
        with transaction.atomic():
            identifier.save()
    except IntegrityError:
        raise _taken() from None
    _record(by, "people.identifier-added", identifier)
    return identifier


def _taken() -> ActionRefused:
    return ActionRefused(_("Another record has this number. Compare the two: they may be of one person."))


def _record(by: Actor, what: str, identifier: PersonIdentifier) -> None:
    detail = {"identifier": identifier.pk, "type": identifier.type}
    audit.record(by=by, action=what, subject=f"person:{identifier.person_id}", detail=detail)
