"""Actions on contacts: record an exposure, end the quarantine, drop."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from kini.city import queries as city_queries
from kini.city.models import Area
from kini.core import audit, current_time, references
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.core.grants import Scope
from kini.epidemic.case_records.models import CaseRecord, LabTest
from kini.epidemic.diseases.tracing_schema import Tracing
from kini.epidemic.permissions import EpidemicPermission
from kini.epidemic.tracing import queries, rules
from kini.epidemic.tracing.contact_changes import (
    apply_exposures,
    become_case,
    locked,
    require_open,
    require_words,
    save,
    subject_of,
    tracing_of,
)
from kini.epidemic.tracing.models import Contact, ContactExposure, ContactStatus, FollowUp
from kini.epidemic.tracing.rules import Exposure
from kini.people import actions as people_actions
from kini.people import queries as people_queries
from kini.people.models import Person, Resident
from kini.people.public import PersonDetails, details_of
from kini.people.rules import require
from kini.web.formats import today

PREFIX = "CT"
#: Source of persons who were named in an interview.
SOURCE = "epidemic.contact"


@action
def record_contact(
    *, by: Actor, case: CaseRecord, person: Person, exposure: Exposure, client_key: UUID | None = None
) -> Contact:
    """Record that a person was exposed to a case. Idempotent by the key of the form, and by person and case.

    A person under follow-up of the disease gets another exposure; a later one restarts the days of follow-up. One who
    fell ill after the exposure is a case already, and not followed up.

    Raises:
        NotAllowed: unless the actor traces contacts of the case's area.
        ActionRefused: if the exposure is not possible, or the person's residence is not known.
    """
    require(by, EpidemicPermission.TRACE_CONTACTS, Scope(case.agency_id, case.area_path))
    if client_key and (known := _by_key(client_key)):
        return known
    tracing = tracing_of(case.disease)
    person = people_queries.root_of(person)
    _require_possible(case, person, exposure)
    score = _score(tracing, exposure)
    Person.objects.select_for_update().get(pk=person.pk)
    contact = Contact.objects.filter(person=person, disease=case.disease, follow_up=FollowUp.UNDER).first()
    contact = contact or _new_contact(by, case, person, exposure, score, tracing)
    _store_exposure(by, contact, case, exposure, score, tracing, client_key)
    apply_exposures(contact, tracing)
    if own := queries.case_of_contact(contact):
        become_case(by, contact, own)
    return contact


@action
def record_named_contact(
    *, by: Actor, case: CaseRecord, details: PersonDetails, exposure: Exposure, client_key: UUID
) -> Contact:
    """Record a person who was named in an interview, and the exposure. Idempotent by the key of the form.

    Raises:
        NotAllowed: unless the actor traces contacts of the case's area and may record persons.
        ActionRefused: as `record_contact`.
    """
    require(by, EpidemicPermission.TRACE_CONTACTS, Scope(case.agency_id, case.area_path))
    CaseRecord.objects.select_for_update().get(pk=case.pk)
    if known := _by_key(client_key):
        return known
    person = people_actions.record_person(by=by, details=details, source=SOURCE)
    return record_contact(by=by, case=case, person=person, exposure=exposure, client_key=client_key)


@action
def record_household(*, by: Actor, case: CaseRecord, members: Iterable[Resident], exposure: Exposure) -> list[Contact]:
    """Record members of the case's household, from the family register, as contacts of the same exposure.

    Raises:
        NotAllowed, ActionRefused: as `record_contact`.
    """
    return [record_contact(by=by, case=case, person=each.person, exposure=exposure) for each in members]


@action
def end_quarantine_by_test(*, by: Actor, contact: Contact, test: LabTest) -> bool:
    """End the quarantine if the follow-up rule lets this result do so; the follow-up goes on. Return True if it ended.

    Raises:
        NotAllowed: unless the actor traces contacts of the contact's area.
    """
    contact = locked(by, contact)
    tracing = tracing_of(contact.disease)
    rule = rules.terms_of(tracing, contact.last_exposure_on).rule
    result = (test.specimen_on, f"{test.test}-{test.result}")
    day = rules.release_by_test(rule, contact.last_exposure_on, [result])
    if day is None or not contact.is_open or not contact.quarantine_until or contact.quarantine_until <= day:
        return False
    contact.quarantine_until, contact.quarantine_reason = day, "test"
    save(contact, "quarantine_until", "quarantine_reason")
    audit.record(by=by, action="epidemic.quarantine-ended", subject=subject_of(contact), detail={"test": test.pk})
    return True


@action
def drop_contact(*, by: Actor, contact: Contact, reason: str, version: int | None = None) -> Contact:
    """Drop a contact who was none: the follow-up is cancelled, and everything stays on record.

    Raises:
        NotAllowed: unless the actor traces contacts of the contact's area.
        ActionRefused: without a reason, after the follow-up ended, or if somebody changed the contact meanwhile.
    """
    reason = require_words(reason)
    contact = locked(by, contact, version)
    require_open(contact)
    contact.status, contact.follow_up = ContactStatus.DROPPED, FollowUp.CANCELLED
    contact.ended_at, contact.end_reason = current_time.now(), reason
    save(contact, "status", "follow_up", "ended_at", "end_reason")
    audit.record(by=by, action="epidemic.contact-dropped", subject=subject_of(contact))
    return contact


def _by_key(client_key: UUID) -> Contact | None:
    exposure = ContactExposure.objects.select_related("contact").filter(client_key=client_key).first()
    return exposure.contact if exposure else None


def _require_possible(case: CaseRecord, person: Person, exposure: Exposure) -> None:
    if case.person_id in people_queries.person_tree(person.pk):
        raise ActionRefused(_("This is the person who is ill. A contact is somebody else."))
    if exposure.begin > exposure.last_day:
        raise ActionRefused(_("The first day of the exposure is after its last day. Correct one of them."))
    if exposure.last_day > today():
        raise ActionRefused(_("The last day of the exposure is in the future. Give a day until today."))


def _score(tracing: Tracing, exposure: Exposure) -> int:
    try:
        return rules.risk_score(tracing, exposure)
    except LookupError as unknown:
        raise ActionRefused(str(unknown)) from None


def _new_contact(
    by: Actor, case: CaseRecord, person: Person, exposure: Exposure, score: int, tracing: Tracing
) -> Contact:
    area = _residence(person, case)
    terms = rules.terms_of(tracing, exposure.last_day)
    contact = Contact.objects.create(
        reference=references.generate(PREFIX),
        answer_code=references.generate_code(),
        disease=case.disease,
        person=person,
        agency_id=case.agency_id,
        unit=city_queries.unit_for(case.agency_id, area),
        area=area,
        area_path=area.path,
        risk=score,
        first_exposure_on=exposure.begin,
        last_exposure_on=exposure.last_day,
        follow_up_until=terms.follow_up_until,
        rule_since=terms.rule.since,
        created_by_id=by.user_id,
        created_at=current_time.now(),
    )
    audit.record(
        by=by, action="epidemic.contact-recorded", subject=subject_of(contact), detail={"case": case.reference}
    )
    return contact


def _residence(person: Person, case: CaseRecord) -> Area:
    """Return the area of the contact's residence; of the case where it is not known, so that somebody follows up."""
    code = details_of(person).area
    return Area.objects.filter(pk=code).first() or case.area


def _store_exposure(
    by: Actor,
    contact: Contact,
    case: CaseRecord,
    exposure: Exposure,
    score: int,
    tracing: Tracing,
    client_key: UUID | None,
) -> None:
    stored = ContactExposure.objects.filter(contact=contact, case=case).first()
    if stored is None:
        stored = ContactExposure(contact=contact, case=case, client_key=client_key, created_by_id=by.user_id)
        stored.created_at, stored.first_day, stored.last_day = current_time.now(), exposure.begin, exposure.last_day
    stored.relation, stored.setting, stored.risk = exposure.relation, exposure.setting, score
    stored.protections = list(exposure.protections)
    stored.household = tracing.relations[exposure.relation].household
    stored.first_day = min(stored.first_day, exposure.begin)
    stored.last_day = max(stored.last_day, exposure.last_day)
    stored.save()
    detail = {"case": case.reference, "exposure": stored.pk}
    audit.record(by=by, action="epidemic.exposure-recorded", subject=subject_of(contact), detail=detail)
