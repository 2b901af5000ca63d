"""Contacts, daily checks and gatherings of a made-up wave, so that lists and chains of a first look are alive."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from django.db import connection
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from kini.city import queries as city_queries
from kini.city.public import pack
from kini.core import audit, current_time, references
from kini.core.actions import action
from kini.core.actors import Actor, require_system
from kini.epidemic.case_records.models import CaseExposure, CaseRecord
from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.diseases.tracing_schema import Tracing
from kini.epidemic.tracing import rules
from kini.epidemic.tracing.actions.contact_records import PREFIX
from kini.epidemic.tracing.contact_changes import tracing_of
from kini.epidemic.tracing.models import (
    Attendance,
    Contact,
    ContactExposure,
    ContactStatus,
    DailyCheck,
    FollowUp,
    Gathering,
)
from kini.epidemic.tracing.rules import Exposure
from kini.people.models import Person
from kini.web.formats import today

#: Source of made-up cases, of their persons, and of persons who are contacts only.
SOURCE, CASE_PERSONS, CONTACT_PERSONS = "demo", "epidemic.demo", "epidemic.demo-contact"
#: Shares of days on which a contact was reached, and of contacts with a symptom.
REACHED, ILL = 0.8, 0.06
#: Made-up gatherings, and cases at each.
GATHERINGS, GUESTS = 12, 6


@action
def create_demo_contacts(*, by: Actor, disease: str, cases: int = 400, seed: int = 2020) -> dict[str, int]:
    """Write contacts of the newest made-up cases: those who became cases by the wave, and others with daily checks.

    Args:
        cases: at most so many, the newest.

    Returns:
        Numbers of rows by table.

    Raises:
        NotAllowed: unless the system is the actor.
    """
    require_system(by)
    tracing, random = tracing_of(disease), Random(seed)  # noqa: S311 -- made-up data
    newest = CaseRecord.objects.filter(source=SOURCE, disease=disease, classification="confirmed")
    chosen = list(newest.select_related("area").order_by("-reported_on", "pk")[:cases])
    counts = {
        "contacts": _write_followed(chosen, tracing, random) + _write_converted(chosen, tracing),
        "gatherings": _write_gatherings(chosen, tracing, random),
    }
    counts["checks"] = _write_checks(disease, random)
    audit.record(by=by, action="epidemic.demo-contacts-created", subject=f"disease:{disease}", detail=dict(counts))
    return counts


@action
def remove_demo_contacts(*, by: Actor) -> int:
    """Remove the contacts and gatherings of made-up cases; return the number of contacts.

    Raises:
        NotAllowed: unless the system is the actor.
    """
    require_system(by)
    made_up = Q(exposures__case__source=SOURCE) | Q(became_case__source=SOURCE)
    keys = set(Contact.objects.filter(made_up).values_list("pk", flat=True))
    Contact.objects.filter(pk__in=keys).delete()
    Attendance.objects.filter(person__source=CASE_PERSONS).delete()
    Gathering.objects.filter(attendances=None, created_by=None).delete()
    with connection.cursor() as cursor:  # without loading them: nothing else refers to these persons
        cursor.execute("DELETE FROM people_person WHERE source = %s", [CONTACT_PERSONS])
    audit.record(by=by, action="epidemic.demo-contacts-removed", subject="demo:epidemic", detail={"count": len(keys)})
    return len(keys)


def _exposure(tracing: Tracing, random: Random, case: CaseRecord) -> Exposure:
    relation = random.choice(list(tracing.relations)[:7])
    home = tracing.relations[relation].household
    settings = list(tracing.settings)
    setting = settings[0] if home else random.choice(settings[1:4])
    day = min(case.reported_on, today()) - timedelta(days=random.randrange(3))
    return Exposure(relation, setting, day, day - timedelta(days=random.randrange(3)))


def _contact(case: CaseRecord, person: Person, exposure: Exposure, tracing: Tracing, at: datetime) -> Contact:
    terms = rules.terms_of(tracing, exposure.last_day)
    return Contact(
        reference=references.generate(PREFIX),
        answer_code=references.generate_code(),
        disease=case.disease,
        person=person,
        agency_id=case.agency_id,
        unit=city_queries.unit_for(case.agency_id, case.area),
        area=case.area,
        area_path=case.area_path,
        risk=rules.risk_score(tracing, exposure),
        first_exposure_on=exposure.begin,
        last_exposure_on=exposure.last_day,
        follow_up_until=terms.follow_up_until,
        quarantine_until=terms.quarantine_until,
        quarantine_reason="rule" if terms.quarantine_until else "",
        rule_since=terms.rule.since,
        created_at=at,
    )


def _link(contact: Contact, case: CaseRecord, exposure: Exposure, tracing: Tracing) -> ContactExposure:
    return ContactExposure(
        contact=contact,
        case=case,
        relation=exposure.relation,
        setting=exposure.setting,
        household=tracing.relations[exposure.relation].household,
        first_day=exposure.begin,
        last_day=exposure.last_day,
        risk=contact.risk,
        created_at=contact.created_at,
    )


def _moment(day: date, hour: int) -> datetime:
    moment = datetime.combine(day, time(hour), pack.current().timezone)
    return min(moment, current_time.now())


def _write_followed(cases: list[CaseRecord], tracing: Tracing, random: Random) -> int:
    """Write contacts who are followed, or whose follow-up is over; some from health centres that traced late."""
    persons: list[Person] = []
    contacts: list[Contact] = []
    links: list[ContactExposure] = []
    with translation.override(pack.current().languages[0]):
        pattern = _("Contact {number}")
    for case in cases:
        for _number in range(random.choice((1, 2, 2, 3, 4))):
            exposure = _exposure(tracing, random, case)
            person = Person(
                name=pattern.format(number=len(persons) + 1),
                source=CONTACT_PERSONS,
                area=case.area,
                phone=f"+6281555{len(persons):06}",
            )
            at = _moment(case.reported_on + timedelta(days=random.choice((0, 0, 0, 1, 2))), 15)
            contact = _contact(case, person, exposure, tracing, at)
            if contact.follow_up_until < today():
                contact.follow_up = random.choice((FollowUp.COMPLETED,) * 9 + (FollowUp.LOST,))
                contact.ended_at = _moment(contact.follow_up_until + timedelta(days=1), 1)
            persons.append(person)
            contacts.append(contact)
            links.append(_link(contact, case, exposure, tracing))
    Person.objects.bulk_create(persons, batch_size=1000)
    Contact.objects.bulk_create(contacts, batch_size=1000)
    ContactExposure.objects.bulk_create(links, batch_size=1000)
    return len(contacts)


def _write_converted(cases: list[CaseRecord], tracing: Tracing) -> int:
    """Write a contact for each case whose source case is among the made-up ones: the links of the chains."""
    by_key = {each.pk: each for each in cases}
    exposures = CaseExposure.objects.filter(case__in=by_key, source_case__source=SOURCE).select_related("source_case")
    household = next(name for name, each in tracing.relations.items() if each.household)
    seen = set[int]()
    contacts: list[Contact] = []
    links: list[ContactExposure] = []
    for each in exposures.order_by("pk"):
        case, source = by_key[each.case_id], each.source_case
        if source is None or case.pk in seen or source.person_id == case.person_id:
            continue
        seen.add(case.pk)
        day = min(each.last_day or case.reported_on, case.reported_on)
        exposure = Exposure(household, next(iter(tracing.settings)), day, min(each.first_day or day, day))
        contact = _contact(case, case.person, exposure, tracing, _moment(max(day, source.reported_on), 14))
        contact.status, contact.follow_up, contact.became_case = ContactStatus.CONVERTED, FollowUp.CANCELLED, case
        contact.ended_at = max(contact.created_at, case.created_at)
        contacts.append(contact)
        links.append(_link(contact, source, exposure, tracing))
    Contact.objects.bulk_create(contacts, batch_size=1000)
    ContactExposure.objects.bulk_create(links, batch_size=1000)
    return len(contacts)


def _write_checks(disease: str, random: Random) -> int:
    """Write a check for most days until yesterday, and for some contacts of today."""
    contacts = list(Contact.objects.filter(disease=disease, exposures__case__source=SOURCE, checks=None).distinct())
    checks = [check for contact in contacts for check in _checks(contact, disease, random)]
    DailyCheck.objects.bulk_create(checks, batch_size=2000)
    Contact.objects.bulk_update(contacts, ["last_seen_on", "symptoms_since", "red_flag_at"], batch_size=1000)
    return len(checks)


def _checks(contact: Contact, disease: str, random: Random) -> Iterator[DailyCheck]:
    file, tracing = disease_of(disease), tracing_of(disease)
    begin = max(contact.last_exposure_on, contact.created_at.date())
    last = min(contact.follow_up_until, (contact.ended_at or current_time.now()).date())
    ill_from = begin + timedelta(days=random.randrange(3, 8)) if random.random() < ILL else None
    for number in range((last - begin).days + 1):
        day = begin + timedelta(days=number)
        if random.random() > (REACHED if day < today() else REACHED / 2):
            continue
        symptoms = sorted(random.sample(tracing.daily_symptoms[:6], 2)) if ill_from and day >= ill_from else []
        red_flag = any(file.symptoms[each].red_flag for each in symptoms)
        contact.last_seen_on = day
        if symptoms:
            contact.symptoms_since = contact.symptoms_since or day
        if red_flag and contact.is_open and day == today():
            contact.red_flag_at = _moment(day, 8)
        yield DailyCheck(
            contact=contact,
            day=day,
            reached=True,
            symptoms=symptoms,
            red_flag=red_flag,
            channel="demo",
            key=f"{contact.pk}-{day}",
            at=_moment(day, 9),
        )


def _write_gatherings(cases: list[CaseRecord], tracing: Tracing, random: Random) -> int:
    """Write gatherings at which cases of one part of the city were, in the days of their infection."""
    by_area: dict[str, list[CaseRecord]] = {}
    for case in cases:
        if case.onset_on:
            by_area.setdefault(case.area_path.rpartition("/")[0], []).append(case)
    setting = list(tracing.settings)[1]
    with translation.override(pack.current().languages[0]):
        names = [_("Wedding reception"), _("Office canteen"), _("Prayer meeting"), _("Market hall")]
    count = 0
    for group in sorted(by_area.values(), key=len, reverse=True)[:GATHERINGS]:
        group = sorted(group, key=lambda each: (each.onset_on or today(), each.pk))
        guests = group[len(group) // 2 :][:GUESTS]
        day = min(each.onset_on for each in guests if each.onset_on) - timedelta(days=3)
        host = guests[0]
        gathering = Gathering.objects.create(
            name=f"{names[count % len(names)]} {host.area.name}",
            disease=host.disease,
            setting=setting,
            agency_id=host.agency_id,
            area=host.area,
            area_path=host.area_path,
            first_day=day,
            last_day=day,
            people=random.randrange(25, 120),
        )
        Attendance.objects.bulk_create(
            Attendance(gathering=gathering, person_id=each.person_id, day=day, consent_evidence=each.reference)
            for each in guests
        )
        count += 1
    return count
