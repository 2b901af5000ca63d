"""Reads of registrations: what the rules say about a person, own registrations, people who are expected at a site."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from kini.booking.models import EVERYBODY, EXPECTED_STATES
from kini.booking.queries import day_range
from kini.core.actors import Actor, ActorKind
from kini.people import queries as people_queries
from kini.people.models import Person, Resident, User
from kini.people.public import PersonDetails, details_of, similarity
from kini.vaccination.campaigns.campaign_files import campaign_of
from kini.vaccination.campaigns.eligibility import Eligibility, evaluate, evaluate_series, together
from kini.vaccination.campaigns.schema import Campaign
from kini.vaccination.campaigns.subject import GivenDose, Subject
from kini.vaccination.doses.queries import doses_of
from kini.vaccination.permissions import VaccinationPermission
from kini.vaccination.registrations.fast_rows import Facts, facts_of
from kini.vaccination.registrations.models import NextDose, Registration
from kini.vaccination.sites.models import SecondDose, Site
from kini.vaccination.sites.session_plan import NON_RESIDENT
from kini.web.formats import today

#: Days before a dose is due on which people are told.
DAYS_BEFORE = 3
#: A dose that is due this soon after an appointment is offered with it: no further visit for it alone.
DUE_SOON = timedelta(days=14)
#: Score from which a typed name and birth date are those of an expected person.
SIMILAR = 0.8


@dataclass(frozen=True, slots=True)
class Statements:
    """Facts that only the person knows.

    Attributes:
        proofs: target groups that need a proof.
        birth_date, birth_precision: where the record has none.
        last_vaccine, last_given_on: a dose elsewhere, where none is on record.
        lives_in_city: None: not asked, as the record has an area.
    """

    proofs: Collection[str] = ()
    birth_date: date | None = None
    birth_precision: str = ""
    last_vaccine: str = ""
    last_given_on: date | None = None
    lives_in_city: bool | None = None


#: For people whose record says all that is needed.
NOTHING_STATED = Statements()


def statements_of(registration: Registration) -> Statements:
    """Return what was stated with a registration."""
    return Statements(
        registration.proofs,
        registration.birth_date,
        registration.birth_precision,
        registration.last_vaccine,
        registration.last_given_on,
        registration.lives_in_city,
    )


def subject_of(person: Person, campaign: Campaign, statements: Statements, facts: Facts | None = None) -> Subject:
    """Return a person as the rules see them. One query without `facts`."""
    facts = facts or facts_of(person.pk, campaign.disease)
    details = details_of(person)
    born, precision = details.birth_date, details.birth_precision
    if born is None:
        born, precision = statements.birth_date, statements.birth_precision or "day"
    return Subject(
        birth_date=born,
        birth_precision=precision,
        sex=details.sex,
        groups=frozenset(statements.proofs),
        resident=statements.lives_in_city is not False,
        recovered_on=facts.recovered_on,
    )


def history_of(statements: Statements, campaign: Campaign, facts: Facts) -> Sequence[GivenDose]:
    """Return the recorded doses of a person; without one of this campaign, also the stated one."""
    own = any(campaign.series_of(dose.vaccine) for dose in facts.doses)
    if statements.last_given_on and not own:
        return [*facts.doses, GivenDose(statements.last_vaccine, 1, statements.last_given_on)]
    return facts.doses


def eligibility_of(
    person: Person,
    campaign: Campaign,
    day: date,
    statements: Statements = NOTHING_STATED,
    series: str = "",
    vaccine: str | None = None,
    facts: Facts | None = None,
) -> Eligibility:
    """Return what a campaign says about a person on a day. One query.

    Args:
        series: only this one; "": the one that is due first.
        facts: on record, where they were read before.
    """
    facts = facts or facts_of(person.pk, campaign.disease)
    subject, history = subject_of(person, campaign, statements, facts), history_of(statements, campaign, facts)
    if series:
        return evaluate_series(campaign, series, subject, history, day, vaccine)
    return evaluate(campaign, subject, history, day, vaccine)


def eligibility_of_registration(registration: Registration, day: date, vaccine: str | None = None) -> Eligibility:
    """Return what the campaign says on a day about the dose of a registration."""
    return eligibility_of(
        registration.person,
        campaign_of(registration.campaign),
        day,
        statements_of(registration),
        registration.series,
        vaccine,
    )


def together_on(
    person: Person,
    campaign: Campaign,
    day: date,
    statements: Statements = NOTHING_STATED,
    first: str = "",
) -> list[Eligibility]:
    """Return the doses that a person may have on one day, that of the series `first` before the others. One query."""
    facts = facts_of(person.pk, campaign.disease)
    subject, history = subject_of(person, campaign, statements, facts), history_of(statements, campaign, facts)
    return together(campaign, subject, history, day, first)


def is_due(eligibility: Eligibility, day: date) -> bool:
    """Return whether a dose that may be given on a day is due then or soon, so that nobody comes again for it alone."""
    return eligibility.recommended is not None and eligibility.recommended <= day + DUE_SOON


def members_of(lead: Registration) -> list[Registration]:
    """Return the active registrations of one appointment, that of the place first."""
    if len(campaign_of(lead.campaign).series) == 1:  # the busiest requests ask no further query
        return [lead]
    others = registrations().filter(together_with=lead, state__in=Registration.ACTIVE).order_by("pk")
    return [lead, *others]


def registrations() -> QuerySet[Registration]:
    """Return registrations with what pages and messages show of them."""
    return Registration.objects.select_related(
        "person__resident", "booking__slot__vaccination_session__site__area", "registered_by"
    )


def own_registrations(user: User) -> QuerySet[Registration]:
    """Return the registrations that an account made or that are about its owner's household, the newest first.

    Of several that are taken together, that of the place stands for all.
    """
    resident = Resident.objects.filter(user=user).first()
    ids = people_queries.own_person_ids(resident) if resident else []
    rows = registrations().filter(Q(registered_by=user) | Q(person__in=ids), together_with=None)
    return rows.order_by("-created_at", "-pk")


def expected_at(site: Site, day: date) -> QuerySet[Registration]:
    """Return the registrations with an appointment at a site on a day that is not over, by time."""
    start, end = day_range(day, day)
    rows = registrations().filter(
        state="booked",
        booking__state__in=EXPECTED_STATES,
        booking__slot__vaccination_session__site=site,
        booking__slot__starts_at__gte=start,
        booking__slot__starts_at__lt=end,
    )
    return rows.order_by("booking__slot__starts_at", "pk")


def find_expected(site: Site, day: date, details: PersonDetails) -> list[Registration]:
    """Return who is expected at a site under a name and birth date, the most similar first."""
    scored = [
        (similarity.compare(details, details_of_registration(each)).score, each) for each in expected_at(site, day)
    ]
    return [each for score, each in sorted(scored, key=lambda pair: -pair[0]) if score >= SIMILAR]


def details_of_registration(registration: Registration) -> PersonDetails:
    """Return the details of who is registered, with the stated birth date where the record has none."""
    details = details_of(registration.person)
    if details.birth_date or not registration.birth_date:
        return details
    return PersonDetails(
        details.name,
        registration.birth_date,
        registration.birth_precision,
        details.sex,
        details.phone,
        details.area,
    )


def household(user: User) -> Iterable[Resident]:
    """Yield the profile of an account and of family members without an account."""
    resident = Resident.objects.filter(user=user).select_related("person__resident", "area").first()
    if resident is None:
        return
    yield resident
    for tie in people_queries.family_of(resident).filter(member__user__isnull=True).select_related("member__person"):
        yield tie.member


def proof_groups(campaign: Campaign) -> dict[str, str]:
    """Names of the target groups of a campaign that are shown by a proof, by id."""
    return {name: str(group.name) for name, group in campaign.groups.items() if group.proof and not group.by_age}


def due_doses() -> QuerySet[NextDose]:
    """Return next doses that are due within days and not missed, whose people were not told and have no appointment."""
    soon = today() + timedelta(days=DAYS_BEFORE)
    due = _without_appointment().filter(due_on__lte=soon, due_told_at=None)
    return due.exclude(missed_after__lt=today()).order_by("due_on", "pk")


def missed_doses() -> QuerySet[NextDose]:
    """Return next doses that were not taken by their last recommended day, the longest overdue first."""
    return _without_appointment().filter(missed_after__lt=today()).order_by("missed_after", "pk")


def _without_appointment() -> QuerySet[NextDose]:
    booked = Registration.objects.filter(
        person=OuterRef("person"),
        campaign=OuterRef("campaign"),
        series=OuterRef("series"),
        number=OuterRef("number"),
        state="booked",
    )
    rows = NextDose.objects.select_related("person__resident", "site__area", "agency")
    return rows.filter(~Exists(booked))


def may_register_anybody(by: Actor) -> bool:
    """Return True for vaccinators and the system."""
    vaccinates = any(VaccinationPermission.GIVE_DOSES in grant.permissions for grant in by.grants)
    return by.kind is ActorKind.SYSTEM or (by.is_officer and vaccinates)


def may_change(by: Actor, registration: Registration) -> bool:
    """Return whether an actor registered somebody, or is this person or their family, or may register anybody."""
    if may_register_anybody(by) or (by.user_id and registration.registered_by_id == by.user_id):
        return True
    return is_of_household(by, registration.person_id)


def is_of_household(by: Actor, person_id: int) -> bool:
    """Return whether a person is the actor, or of their family without an account."""
    if by.user_id is None:
        return False
    try:
        resident = people_queries.own_profile(by)
    except Resident.DoesNotExist:
        return False
    return person_id == resident.person_id or person_id in people_queries.own_person_ids(resident)


def groups_of(registration: Registration) -> list[str]:
    """Return the quotas from which a registration takes its place."""
    return [EVERYBODY] if registration.lives_in_city else [NON_RESIDENT]


def period_of(registration: Registration) -> str:
    """Return the period within which a person has one booking: the dose."""
    return f"vaccination {registration.campaign} {registration.series} {registration.number}"


def has_appointment(person: Person, campaign: str, series: str, number: int) -> bool:
    """Return whether a person has an appointment for a dose of a series."""
    tree = people_queries.person_tree(person.pk)
    booked = Registration.objects.filter(person__in=tree, campaign=campaign, series=series, number=number)
    return booked.filter(state="booked").exists()


def kept_dose_of(registration: Registration) -> SecondDose | None:
    """Return the dose that is kept for a registration since the one before was given, or None."""
    if registration.number < 2:  # noqa: PLR2004 -- nothing is kept for a first dose
        return None
    series = campaign_of(registration.campaign).series[registration.series].vaccines
    return open_kept_doses(registration.person, registration.campaign, series).first()


def open_kept_doses(person: Person, campaign: str, vaccines: Collection[str]) -> QuerySet[SecondDose]:
    """Return the doses that are kept for a person since they had one of these vaccines, the newest first."""
    given = doses_of(person).filter(campaign=campaign, vaccine__in=vaccines).values("uuid")
    rows = SecondDose.objects.filter(ended_at=None, first_dose__in=given).select_related("site")
    return rows.order_by("-pk")
