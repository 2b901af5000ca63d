"""Keyed hashes by which persons of a similar name and birth are found, though both are encrypted.

A pair of persons is compared only if they share a key: birth date and one word of the name, birth year and the whole
name, or area and the whole name; the whole name alone if neither is known. Words are reduced to consonants, and dates
to a form in which day and month may be swapped, so that usual slips leave a key in common.
"""

from collections.abc import Iterator
from typing import cast

from django.db import transaction
from django.db.models import Q

from kini.core.crypto import candidate_hashes, keyed_hash
from kini.people.persons.models import Person
from kini.people.persons.name_matching import COMMON, name_code, name_words
from kini.people.persons.person_details import PersonDetails

PURPOSE = "people.person-search"
BYTES = 16
BATCH = 1000
#: Named, so that a migration may call this when the models have further columns.
_COLUMNS = (
    *("pk", "name", "birth_date", "birth_precision", "area_id"),
    *("resident__id", "resident__name", "resident__birth_date", "resident__area_id"),
)


def key_texts(details: PersonDetails) -> Iterator[str]:
    """Yield the texts whose hashes are the keys of a person; none without a name.

    >>> from datetime import date
    >>> list(key_texts(PersonDetails("Siti Nurhayati", date(1990, 5, 17))))
    ['day 1990 05 17 nrt', 'day 1990 05 17 st', 'day 1990 05 17 stnrt', 'year 1990 nrt']
    """
    forms = [form for form in name_words(details.name).forms if len(form) > 1]
    if not forms:
        return
    rare = sorted({name_code(form) for form in forms if form not in COMMON} or {name_code(form) for form in forms})
    born = details.birth_date
    if born and details.birth_precision == "day":
        low, high = sorted((born.month, born.day))
        for code in sorted({name_code(form) for form in (*forms, "".join(forms))}):
            yield f"day {born.year} {low:02} {high:02} {code}"
    if born:
        yield f"year {born.year} {' '.join(rare)}"
    if details.area:
        yield f"area {details.area} {' '.join(rare)}"
    if not born and not details.area:
        yield f"name {' '.join(rare)}"


def search_keys(details: PersonDetails) -> list[bytes]:
    """Return the keys of a person under the first key of the ring."""
    return [keyed_hash(text, PURPOSE)[:BYTES] for text in key_texts(details)]


def sharing_a_key_q(details: PersonDetails) -> Q:
    """Condition on persons who share a key, hashed with any key of the ring."""
    keys = [each[:BYTES] for text in key_texts(details) for each in candidate_hashes(text, PURPOSE)]
    return Q(search_keys__overlap=keys) if keys else Q(pk__in=())


def store_details(person: Person, details: PersonDetails) -> None:
    """Save the details of a person who has no profile, with the keys."""
    person.name, person.sex, person.phone, person.area_id = (
        details.name,
        details.sex,
        details.phone,
        details.area or None,
    )
    person.birth_date, person.birth_precision = details.birth_date, details.birth_precision
    person.search_keys, person.to_compare = search_keys(details), True
    person.save()


def refresh(person_id: int, details: PersonDetails, **more: bool) -> bool:
    """Store the keys of a person, and further columns with them; return True if they changed. One statement."""
    keys = search_keys(details)
    stale = Person.objects.filter(pk=person_id).exclude(search_keys=keys)
    return bool(stale.update(search_keys=keys, **more))


@transaction.atomic
def refresh_batch(after: int) -> tuple[int, int | None]:
    """Recompute the keys of the next persons by id: after an upgrade, or under a new first key of the ring.

    Returns:
        Number of changed persons, and the last id (None at the end).

    Raises:
        DecryptionError: if a name or birth date was tampered with.
    """
    rows = list(Person.objects.filter(pk__gt=after).order_by("pk").values_list(*_COLUMNS)[:BATCH])
    count = 0
    for pk, *values in rows:
        own, (profile, *theirs) = values[:4], values[4:]
        name, birth_date, precision, area = (theirs[0], theirs[1], "", theirs[2]) if profile else own
        count += refresh(pk, PersonDetails(name, birth_date, precision, area=area or ""))
    return count, rows[-1][0] if len(rows) == BATCH else None


def refresh_all() -> int:
    """Recompute the keys of all persons, a transaction for each batch. Return the number of changed ones."""
    total, last = 0, cast("int | None", 0)
    while last is not None:
        count, last = refresh_batch(last)
        total += count
    return total
