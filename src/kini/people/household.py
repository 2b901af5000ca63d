"""Household of an officer according to the city's data: their other accounts and contacts, and family.

An officer neither reads nor decides cases of their household (conflict of interest, UU 30/2014 art. 42-43).
"""

from dataclasses import dataclass

from django.db.models.expressions import RawSQL

from kini.core.database.prepared_statements import execute_prepared
from kini.people.contacts import Contact
from kini.people.models import Resident

#: Family ties and family cards followed from the person: a spouse's child is two steps away.
STEPS = 2

#: Profiles of one person: the account's own, and those with the same phone number or e-mail address.
_ONESELF = """
    contact (phone, email) AS (
        SELECT phone, email FROM people_user WHERE id = %s
        UNION ALL SELECT nullif(phone, ''), nullif(email, '') FROM people_resident WHERE user_id = %s
    ), oneself (id) AS (
        SELECT id FROM people_resident WHERE user_id = %s
        UNION SELECT other.id FROM contact JOIN people_resident AS other ON other.phone = contact.phone
        UNION SELECT other.id FROM contact JOIN people_resident AS other
            ON other.email = contact.email AND other.email <> ''
        UNION SELECT other.id FROM contact JOIN people_user AS account ON account.phone = contact.phone
            JOIN people_resident AS other ON other.user_id = account.id
        UNION SELECT other.id FROM contact JOIN people_user AS account ON account.email = contact.email
            JOIN people_resident AS other ON other.user_id = account.id
    )"""
_HOUSEHOLD = f"""
    WITH RECURSIVE {_ONESELF}, near (id, steps) AS (
        SELECT id, 0 FROM oneself
        UNION SELECT next.id, near.steps + 1 FROM near CROSS JOIN LATERAL (
            SELECT member_id FROM people_familytie WHERE resident_id = near.id
            UNION ALL SELECT resident_id FROM people_familytie WHERE member_id = near.id
            UNION ALL SELECT same.id FROM people_resident AS one JOIN people_resident AS same
                ON same.family_card_hash = one.family_card_hash WHERE one.id = near.id
        ) AS next (id) WHERE near.steps < {STEPS}
    ) SELECT DISTINCT one.id, one.user_id FROM near JOIN people_resident AS one USING (id)"""  # noqa: S608 -- own number
_SAME_PERSON = f"""
    WITH {_ONESELF}
    SELECT own.user_id FROM oneself JOIN people_resident AS own USING (id) WHERE own.user_id IS NOT NULL
    UNION SELECT account.id FROM contact JOIN people_user AS account ON account.phone = contact.phone
    UNION SELECT account.id FROM contact JOIN people_user AS account ON account.email = contact.email"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Household:
    """Ids of the residents of a household, and of the accounts that they have."""

    residents: frozenset[int]
    accounts: frozenset[int]


def household_of(user_id: int | None) -> Household:
    """Find the person behind an account, under any account or contact, and their household. One statement."""
    rows = execute_prepared(_HOUSEHOLD, [user_id] * 3) if user_id is not None else []
    return Household(frozenset(pk for pk, _user in rows), frozenset(user for _pk, user in rows if user is not None))


def is_same_person(user_id: int | None, other_id: int) -> bool:
    """Return True if two accounts belong to one person, as far as shared contacts show."""
    if user_id is None or user_id == other_id:
        return user_id == other_id
    return any(pk == other_id for (pk,) in execute_prepared(_SAME_PERSON, [user_id] * 3))


def profile_ids_of(user_id: int) -> RawSQL:
    """Subquery of the profile ids of the person behind an account."""
    return RawSQL(f"WITH {_ONESELF} SELECT id FROM oneself", [user_id] * 3)  # noqa: S608, S611 -- as above


def is_own_contact(user_id: int | None, contact: Contact) -> bool:
    """Return True if a contact belongs to the person behind an account, under any account or none."""
    if user_id is None:
        return False
    where = {"phone": contact.value} if contact.kind == "phone" else {"email__iexact": contact.value}
    return Resident.objects.filter(pk__in=profile_ids_of(user_id), **where).exists()
