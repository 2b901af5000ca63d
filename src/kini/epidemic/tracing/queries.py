"""Reads of tracing: contacts that an officer may see, the work list, the household of a case."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from kini.core.actors import Actor
from kini.core.database.prepared_statements import execute_prepared
from kini.core.dated_rules import rule_in_force
from kini.core.grants import Scope
from kini.epidemic.case_records.models import CaseRecord
from kini.epidemic.case_records.queries import CASE_DAY, standing
from kini.epidemic.diseases.disease_files import diseases
from kini.epidemic.permissions import EpidemicPermission
from kini.epidemic.tracing import rules
from kini.epidemic.tracing.models import Contact, ContactExposure, DailyCheck, FollowUp
from kini.epidemic.tracing.rules import Risk, Standing
from kini.epidemic.tracing.tracing_indicators import TRACED
from kini.people import queries as people_queries
from kini.people.models import FamilyTie, Resident
from kini.people.public import PersonDetails, details_of
from kini.people.rules import may
from kini.records.public import may_read, visible

#: Contacts on one work list: more than a tracer reaches in a day.
LONGEST_LIST = 60

_QUARANTINE = """
    SELECT 1 FROM epidemic_contact WHERE person_id = %s AND status = 'active' AND quarantine_until >= %s LIMIT 1
"""


def case_of_contact(contact: Contact) -> CaseRecord | None:
    """Return the first confirmed or probable case of the contact's person that began within the follow-up, or None."""
    cases = (
        standing()
        .alias(day=CASE_DAY)
        .filter(
            person__in=people_queries.person_tree(contact.person_id),
            disease=contact.disease,
            classification__in=TRACED,
            day__range=(contact.first_exposure_on, contact.follow_up_until),
        )
    )
    return cases.order_by("day", "pk").first()


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A contact on the work list.

    Attributes:
        day_number, days: "day 3 of 14" of the follow-up.
        failed_today: attempts in vain today.
    """

    contact: Contact
    person: PersonDetails
    standing: Standing
    day_number: int
    days: int
    failed_today: int

    @property
    def risk(self) -> Risk:
        return self.standing.risk


@dataclass(frozen=True, slots=True)
class WorkCounts:
    """Number of contacts under follow-up that an officer sees, and of those that need something today."""

    open: int
    red_flags: int
    seen: int
    to_call: int


def visible_contacts(by: Actor) -> QuerySet[Contact]:
    """Return the contacts that an officer may see now, without those of their own household."""
    return visible(by, Contact)


def open_contacts(by: Actor) -> QuerySet[Contact]:
    """Return the visible contacts under follow-up."""
    return visible_contacts(by).filter(follow_up=FollowUp.UNDER)


def work_counts(by: Actor, day: date) -> WorkCounts:
    """Count an officer's contacts under follow-up. One query."""
    rows = list(open_contacts(by).values_list("red_flag_at", "last_seen_on"))
    seen = sum(1 for _flag, last in rows if last is not None and last >= day)
    return WorkCounts(len(rows), sum(1 for flag, _last in rows if flag), seen, len(rows) - seen)


def work_list(by: Actor, day: date, *, limit: int = LONGEST_LIST) -> list[WorkItem]:
    """Return an officer's contacts under follow-up, the most urgent first.

    The order is that of `rules.Standing`: red flags, then those not seen today by symptoms, risk and days unseen.
    """
    columns = ("pk", "disease", "risk", "red_flag_at", "symptoms_since", "last_seen_on", "last_exposure_on")
    ranked = sorted(open_contacts(by).only(*columns), key=lambda each: (*standing_of(each, day).rank, each.pk))
    keys = [each.pk for each in ranked[:limit]]
    contacts = Contact.objects.select_related("person__resident", "area", "unit").in_bulk(keys)
    attempts = _failed_attempts(keys, day)
    return [_item(contacts[key], day, attempts[key]) for key in keys]


def cases_to_interview(by: Actor, day: date) -> QuerySet[CaseRecord]:
    """Return the confirmed and probable cases of the last days that an officer traces, of whom no contact was named.

    The newest come first; after the days of follow-up nobody is traced any more.
    """
    traced = Q(pk__in=[])
    for name, disease in diseases().items():
        if disease.tracing:
            rule = rule_in_force(disease.tracing.rules, day)
            since = day - timedelta(days=rule.days if rule else 0)
            traced |= Q(disease=name, reported_on__range=(since, day))
    cases = visible(by, CaseRecord, standing()).filter(traced, classification__in=TRACED)
    named = ContactExposure.objects.filter(case=OuterRef("pk"))
    return cases.filter(~Exists(named)).select_related("area").order_by("-reported_on", "-pk")


def standing_of(contact: Contact, day: date) -> Standing:
    """Return the state of a contact on a day."""
    disease = diseases().get(contact.disease)
    tracing = disease.tracing if disease else None
    seen = contact.last_seen_on
    return Standing(
        red_flag=contact.red_flag_at is not None,
        symptoms=contact.symptoms_since is not None,
        risk=rules.risk_level(tracing, contact.risk) if tracing else Risk.MEDIUM,
        seen_today=seen is not None and seen >= day,
        days_unseen=max(0, (day - (seen or contact.last_exposure_on)).days),
    )


def _item(contact: Contact, day: date, failed: int) -> WorkItem:
    days = (contact.follow_up_until - contact.last_exposure_on).days
    number = min(max(0, (day - contact.last_exposure_on).days), days)
    return WorkItem(contact, details_of(contact.person), standing_of(contact, day), number, days, failed)


def _failed_attempts(keys: Collection[int], day: date) -> Counter[int]:
    attempts = DailyCheck.objects.filter(contact__in=keys, day=day, reached=False)
    return Counter(attempts.values_list("contact_id", flat=True))


def may_trace_case(by: Actor, case: CaseRecord) -> bool:
    """Return True if an officer traces the contacts of a case: it is of their area, and not of their household."""
    scope = Scope(case.agency_id, case.area_path)
    return may(by, EpidemicPermission.TRACE_CONTACTS, scope) and may_read(by, case) is not None


def household_of_case(case: CaseRecord) -> list[Resident]:
    """Return the members of the case's household by the family register who are no contacts of the case yet.

    A household is the residents of the same family card and those tied as family.
    """
    resident = Resident.objects.filter(person_id=case.person_id).first()
    if resident is None:
        return []
    near = Q(tied_by__resident=resident) | Q(ties__member=resident)
    if resident.family_card_hash:
        near |= Q(family_card_hash=resident.family_card_hash)
    contacts = Contact.objects.filter(person=OuterRef("person"), exposures__case=case)
    members = Resident.objects.filter(near, ~Exists(contacts)).exclude(pk=resident.pk)
    return list(members.select_related("person__resident", "area").distinct().order_by("pk"))


def relation_in_family(case: CaseRecord, member: Resident) -> str:
    """Return the relation of the family register ("child", "spouse" ...) of a member to the case, or ""."""
    tie = FamilyTie.objects.filter(resident__person_id=case.person_id, member=member).first()
    return tie.relation if tie else ""


def infectious_days(case: CaseRecord) -> tuple[date, date] | None:
    """Return the first and last day on which a case infects others; None for a disease without such days.

    They count from onset, else from the first positive specimen, else from the report.
    """
    infectious = diseases()[case.disease].infectious
    if infectious is None:
        return None
    begin = case.onset_on or case.specimen_on or case.reported_on
    return begin - timedelta(days=infectious.before), begin + timedelta(days=infectious.after)


def is_in_quarantine(person_id: int, day: date) -> bool:
    """Return True if a person is a contact whose quarantine lasts on a day."""
    return bool(execute_prepared(_QUARANTINE, [person_id, day]))
