"""Category of personal data: records that officers made about a person, which were merged with the profile's."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from kini.core.actors import Actor
from kini.people.personal_data_registry import (
    DataRecord,
    DataSubject,
    LegalBasis,
    PersonalDataCategory,
    personal_data_categories,
)
from kini.people.persons.identifier_types import identifier_types
from kini.people.persons.models import Person, PersonIdentifier
from kini.people.persons.person_details import PersonDetails, details_of, has_profile
from kini.people.persons.retention import in_use_q
from kini.people.persons.search_keys import store_details
from kini.people.persons.trees import person_tree


def _records(subject: DataSubject) -> Iterator[DataRecord]:
    ids = person_tree(subject.resident.person_id)
    for each in Person.objects.select_related("resident").filter(pk__in=ids).order_by("pk"):
        if each.pk != subject.resident.person_id:
            details = details_of(each)
            yield {
                "what": each.source,
                "name": details.name,
                "birth_date": details.birth_date,
                "since": each.created_at,
            }
    for number in PersonIdentifier.objects.filter(person__in=ids).order_by("pk"):
        type_ = identifier_types.find(number.type)
        yield {"what": type_.label if type_ else number.type, "name": number.value, "since": number.created_at}


def _erase(by: Actor, subject: DataSubject) -> int:
    """Erase the records of persons for whom no room holds a row; the others go by the rule of retention."""
    ids = person_tree(subject.resident.person_id)
    persons = Person.objects.select_for_update(of=("self",)).select_related("resident").filter(~in_use_q(), pk__in=ids)
    unused = list(persons.order_by("pk"))
    if len(unused) < len(ids):
        return 0
    count, _rows = PersonIdentifier.objects.filter(person__in=ids).delete()
    for each in unused:
        if not has_profile(each):
            store_details(each, PersonDetails())
            count += 1
    return count


def register() -> None:
    """Register the category; called once, from `AppConfig.ready`."""
    category = PersonalDataCategory(
        "people.persons",
        _("Records about you"),
        _("Records that an officer or health worker made without your account, and numbers of your documents"),
        _("So that what belongs to you is in one place"),
        LegalBasis.TASK,
        _("You, and officers who work on your requests; every look is logged"),
        {"what": _("Record"), "name": _("Name or number"), "birth_date": _("Birth date"), "since": _("Since")},
        _records,
        rules=("people.persons",),
        erase=_erase,
        stays=_("A record stays as long as the law keeps the case, test or dose to which it belongs."),
    )
    personal_data_categories.register(category.name, category)
