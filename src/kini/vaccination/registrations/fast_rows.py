"""Reads of the busiest requests, each one prepared statement: facts for the rules, and rows to be changed, locked."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet, Subquery
from django.db.models.functions import JSONObject

from kini.core.database.compiled_queries import CompiledQuery
from kini.core.database.fast_models import hydrate
from kini.core.database.prepared_statements import execute_deferred, execute_prepared
from kini.people.models import Person, Resident
from kini.vaccination.campaigns.campaign_files import campaign_of
from kini.vaccination.campaigns.subject import GivenDose
from kini.vaccination.registrations.models import Registration
from kini.vaccination.sites.models import Session

#: Root of a person, day of recovery from a disease, and standing doses; over all merged records.
_FACTS = """
    WITH RECURSIVE root (id) AS (SELECT kini_person_root(%(person)s)), tree (id) AS (
        SELECT id FROM root
        UNION ALL SELECT merge.absorbed_id FROM tree
        JOIN people_personmerge merge ON merge.survivor_id = tree.id AND merge.undone_at IS NULL
    )
    SELECT root.id, (
        SELECT outcome_on FROM epidemic_caserecord
        WHERE person_id = ANY(ARRAY(SELECT id FROM tree)) AND disease = %(disease)s
            AND classification = 'confirmed' AND outcome = 'recovered' AND merged_into_id IS NULL
        ORDER BY id DESC LIMIT 1
    ), (
        SELECT jsonb_agg(jsonb_build_array(vaccine, number, given_on) ORDER BY given_on, given_at, id)
        FROM vaccination_dose WHERE person_id = ANY(ARRAY(SELECT id FROM tree)) AND state = 'given'
    ) FROM root
"""
_ACTIVE = "state IN ('waiting', 'booked')"
#: Active registration for this dose, and numbers that the account's active registrations have.
_KNOWN = f"""
    SELECT (
        SELECT id FROM vaccination_registration
        WHERE person_id = %s AND campaign = %s AND series = %s AND number = %s AND {_ACTIVE}
    ), ARRAY(
        SELECT number_of_account FROM vaccination_registration
        WHERE registered_by_id = %s AND number_of_account IS NOT NULL AND {_ACTIVE}
    )
"""  # noqa: S608 -- words of our own
_LOCK_PERSON = "SELECT 1 FROM people_person WHERE id = %s FOR NO KEY UPDATE"
_LOCK_USER = "SELECT 1 FROM people_user WHERE id = %s FOR NO KEY UPDATE"

_REGISTRATION = tuple(field.attname for field in Registration._meta.concrete_fields)
_PERSON = tuple(field.attname for field in Person._meta.concrete_fields)
_PROFILE = tuple(field.attname for field in Resident._meta.concrete_fields)
_ENDS = len(_REGISTRATION), len(_REGISTRATION) + len(_PERSON)


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts on record about a person: id of the root, recovery from the campaign's disease, doses, the oldest first."""

    root: int
    recovered_on: date | None
    doses: tuple[GivenDose, ...]


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """Session whose place is wanted: campaign, vaccine and begin."""

    campaign: str
    vaccine: str
    starts_at: datetime


def facts_of(person_id: int, disease: str | None) -> Facts:
    """Return what is on record about a person, with all merged records."""
    [(root, recovered_on, doses)] = execute_prepared(_FACTS, {"person": person_id, "disease": disease})
    rows = json.loads(doses) if isinstance(doses, str) else doses or []
    return Facts(
        root, recovered_on, tuple(GivenDose(vaccine, number, date.fromisoformat(day)) for vaccine, number, day in rows)
    )


def lock_for_registration(
    person_id: int, user_id: int | None, campaign: str, series: str, number: int
) -> tuple[int | None, set[int]]:
    """Lock a person and an account. Return the id of the active registration, and numbers that the account uses."""
    execute_deferred(_LOCK_PERSON, [person_id])
    if user_id:
        execute_deferred(_LOCK_USER, [user_id])
    [(known, used)] = execute_prepared(_KNOWN, [person_id, campaign, series, number, user_id or 0])
    return known, set(used)


def lock_registration(pk: int, slot: int = 0) -> tuple[Registration, SessionFacts | None]:
    """Lock a registration and return it with its person, and the session of a slot unless it is settled.

    Raises:
        Registration.DoesNotExist: there is none of this id.
    """
    rows = _registration(pk=pk, slot=slot)
    if not rows:
        raise Registration.DoesNotExist
    *values, session = rows[0]
    registered, person, profile = values[: _ENDS[0]], values[_ENDS[0] : _ENDS[1]], values[_ENDS[1] :]
    resident = hydrate(Resident, _PROFILE, profile) if profile[0] else None
    row = hydrate(Registration, _REGISTRATION, registered, person=hydrate(Person, _PERSON, person, resident=resident))
    return row, _session(session)


def lock_registrations(**conditions: object) -> list[Registration]:
    """Lock registrations and return them with what is added to their appointments, in the order of their ids."""
    rows = Registration.objects.select_for_update(no_key=True, of=("self",)).select_related("added_dose__booking")
    return list(rows.filter(**conditions).order_by("pk"))


def lock_others(lead: Registration) -> list[Registration]:
    """Lock and return the active registrations that are taken together with one."""
    if len(campaign_of(lead.campaign).series) == 1:
        return []
    return lock_registrations(together_with=lead.pk, state__in=Registration.ACTIVE)


def _session(stored: dict[str, str] | None) -> SessionFacts | None:
    if stored is None:
        return None
    return SessionFacts(stored["campaign"], stored["vaccine"], datetime.fromisoformat(stored["starts_at"]))


def _query(pk: int, slot: int) -> QuerySet[Registration, object]:
    session = Session.objects.filter(pk=slot, settled_at=None).values(
        facts=JSONObject(campaign="campaign", vaccine="vaccine", starts_at="slot__starts_at")
    )
    return (
        Registration.objects.filter(pk=pk)
        .annotate(session=Subquery(session))
        .values_list(
            *_REGISTRATION,
            *(f"person__{name}" for name in _PERSON),
            *(f"person__resident__{name}" for name in _PROFILE),
            "session",
        )
    )


_registration = CompiledQuery(_query, "FOR NO KEY UPDATE OF vaccination_registration")
