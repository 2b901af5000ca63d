"""Demo people: residents with accounts, residents served at a counter, and officers of every agency."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import phonenumbers
from django.db.models import Count
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from kini.cases.public import CasePermission
from kini.city.models import Agency, Area, Unit
from kini.city.public import pack
from kini.city.queries import lowest_level_areas
from kini.core import current_time
from kini.core.actors import Actor, ActorKind, system
from kini.core.localized_text import Text
from kini.demo.content import Task, demo_content
from kini.epidemic.models import CaseRecord
from kini.epidemic.public import EpidemicPermission
from kini.operator.public import OperatorEnvironment
from kini.people import actions, queries, rules
from kini.people.actions import Details
from kini.people.models import Officer, Resident, User
from kini.people.public import PeoplePermission, contacts, demo_accounts, roles
from kini.records import actions as record_actions
from kini.records.public import MemberRole
from kini.services.models import Service
from kini.services.public import example_national_id, kinds_with_cases, snapshot_of
from kini.together.public import HelpPermission, giving
from kini.vaccination.models import Site
from kini.vaccination.public import VaccinationPermission, campaign_files, example_site, stock
from kini.web.formats import today

BY = system("demo")
WITH_ACCOUNT = 3
#: Residents with an account and a child.
WITH_CHILD = 2
AT_COUNTER = 20
#: Share of applications on the web.
WEB = 0.35
#: People of each share of the year: with an account, and at a counter; the first number of their profiles.
SHARE_ACCOUNTS, SHARE_COUNTER, SHARE_NUMBERS = 2, 4, 2000
HEAD, CREW = "{}-head", "{}-crew-{}"
MAIL_DOMAIN = "@demo.example"
ABOUT_RESIDENT = gettext_noop("Resident, with requests of their own")


@dataclass(slots=True)
class DemoPeople:
    """People of the demo.

    Attributes:
        residents: residents with accounts, with their actors.
        helped: residents without an account.
        officers: by agency, an officer who may take every move of its services.
        heads: by agency, a second one, for steps that need somebody else than before.
        crews: by agency, further ones, whom nobody signs in as.
        counter: officer who applies for others.
        listed: entries of the sign-in list.
    """

    residents: list[tuple[Actor, Resident]] = field(default_factory=list)
    helped: list[Resident] = field(default_factory=list)
    officers: dict[str, Actor] = field(default_factory=dict)
    heads: dict[str, Actor] = field(default_factory=dict)
    crews: dict[str, list[Actor]] = field(default_factory=dict)
    counter: Actor = BY
    listed: list[dict[str, Any]] = field(default_factory=list)

    def list_person(self, name: str, role: Text, user: User) -> None:
        contact = {"phone": user.phone} if user.phone else {"email": user.email}
        self.listed.append({"name": name, "role": role.root, **contact})

    def applicant(self, rng: Random) -> tuple[Actor, Resident, str]:
        """Actor, resident and channel of an application: on the web, or at a counter."""
        if rng.random() < WEB:
            by, resident = rng.choice(self.residents)
            return by, resident, "web"
        return self.counter, rng.choice(self.helped), "counter"

    def staff(self, agency: str, rng: Random) -> list[Actor]:
        """The officers of an agency: its two in any order, then the crew, for steps that need somebody else."""
        both = [each for each in (self.officers.get(agency), self.heads.get(agency)) if each]
        rng.shuffle(both)
        return [*both, *self.crews.get(agency, [])]


def create_people() -> DemoPeople:
    """Create everybody and write the sign-in list."""
    people = DemoPeople()
    areas = _some_areas()
    with translation.override(pack.current().languages[0]):
        for number in range(1, WITH_ACCOUNT + 1):
            create_resident(people, number, next(areas))
        services = [
            s
            for s in Service.objects.filter(active=True).select_related("agency", "current")
            if s.kind in kinds_with_cases()
        ]
        _counter(people, services[0].agency)
        people.residents = [(by, _proved(people, resident)) for by, resident in people.residents]
        for number in range(WITH_ACCOUNT + 1, WITH_ACCOUNT + AT_COUNTER + 1):
            people.helped.append(_helped(people, number, next(areas)))
        for agency in {service.agency for service in services}:
            _officer(people, agency, [service for service in services if service.agency_id == agency.pk])
        _health_workers(people)
        _vaccinators(people)
        _help_officers(people)
        people.listed = [*_tasks(people), *people.listed]
    demo_accounts.demo_accounts_path().parent.mkdir(parents=True, exist_ok=True)
    write_sign_in_list(people)
    return people


def write_sign_in_list(people: DemoPeople) -> None:
    """Write the list of people one can sign in as."""
    demo_accounts.demo_accounts_path().write_text(json.dumps(people.listed, ensure_ascii=False, indent=1), "utf-8")


def _some_areas(start: int = 7) -> Iterator[Area]:
    """Endless iterator of areas spread over the city."""
    areas = [area for _parent, below in lowest_level_areas() for area in below]
    step = max(1, len(areas) // 17)
    while True:
        yield from areas[start % len(areas) :: step]


def details_of(number: int, area: Area) -> Details:
    """Profile details of the person with this number."""
    scheme = pack.current().national_id
    read = rules.parse_national_id(example_national_id(scheme, number), scheme, date.today())
    return Details(
        name=name_of(number),
        number=read,
        address=_("Example street {number}").format(number=1 + number % 90),
        area=area,
    )


def name_of(number: int) -> str:
    """Name of the person with this number."""
    return demo_content().name(number)


def _contact(number: int) -> contacts.Contact:
    """Phone number for the first resident, e-mail addresses for the others."""
    if number > 1:
        return contacts.Contact("email", f"resident-{number}{MAIL_DOMAIN}")
    example = phonenumbers.example_number_for_type(pack.current().country, phonenumbers.PhoneNumberType.MOBILE)
    if example is None:
        return contacts.Contact("email", f"resident-{number}{MAIL_DOMAIN}")
    return contacts.Contact("phone", phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164))


def create_resident(people: DemoPeople, number: int, area: Area) -> User:
    """Create a listed resident with an account; the first ones have a child."""
    user = actions.open_account(by=BY, contact=_contact(number))
    resident = actions.ensure_resident(by=BY, user=user)
    actions.save_profile(by=BY, resident=resident, details=details_of(number, area))
    if number <= WITH_CHILD:
        child = Details(name=name_of(number + 100))
        actions.add_family_member(by=BY, resident=resident, relation="child", details=child)
    about = Text({language: _in(language, ABOUT_RESIDENT) for language in pack.current().languages})
    people.list_person(resident.name, about, user)
    people.residents.append((Actor(ActorKind.RESIDENT, user.pk), resident))
    return user


def _helped(people: DemoPeople, number: int, area: Area) -> Resident:
    details = details_of(number, area)
    resident = actions.find_or_create_resident(by=people.counter, details=details, reason=_("Came to the counter"))
    return _proved(people, resident)


def _proved(people: DemoPeople, resident: Resident) -> Resident:
    """Prove the resident's identity at the counter, which opens every service to them."""
    if resident.assurance:
        return resident
    seen = _("The identity card was shown at the counter")
    return actions.prove_at_counter(by=people.counter, resident=resident, document="identity-card", reason=seen)


def _counter(people: DemoPeople, agency: Agency) -> None:
    """Create the counter officer, with the pack's first role that may apply for others."""
    role = next(name for name, each in roles().items() if PeoplePermission.APPLY_FOR_OTHERS in each.may)
    people.counter, _self = _engage(people, agency, "counter", [role], roles()[role].name, _("Counter officer"))


def _officer(people: DemoPeople, agency: Agency, services: Iterable[Service]) -> None:
    acting = {
        name for service in services if service.current for name in snapshot_of(service.current).roles
    } & roles().keys()
    watching = {name for name, each in roles().items() if CasePermission.SEE_OVERDUE in each.may}
    named = Text({language: Text(agency.name).in_language(language) for language in pack.current().languages})
    role_names = sorted(acting | set(sorted(watching)[:1]))
    title, head = (text.format(agency=agency.short_name) for text in (_("Officer {agency}"), _("Head of {agency}")))
    people.officers[agency.pk], _self = _engage(people, agency, agency.pk, role_names, named, title)
    people.heads[agency.pk], _self = _engage(people, agency, HEAD.format(agency.pk), role_names, named, head)


def _health_workers(people: DemoPeople) -> None:
    """Create an officer for each role of the epidemic room, at the facility with most case records, else a hospital."""
    busiest = CaseRecord.objects.exclude(facility=None).values("facility").annotate(records=Count("id"))
    facility = (
        Unit.objects.filter(pk__in=busiest.order_by("-records").values("facility")[:1]).first()
        or Unit.objects.filter(type="hospital", active=True).order_by("pk").first()
    )
    permissions = set(EpidemicPermission)
    for name, role in roles().items():
        if facility and permissions & set(role.may):
            _by, officer = _engage(people, facility.agency, name, [name], role.about, str(role.name))
            record_actions.add_to_facility(by=BY, officer=officer, facility=facility, role=MemberRole.CARE)


def _vaccinators(people: DemoPeople) -> None:
    """Create one officer for each role of the vaccination room, at a site that has vaccine."""
    site = example_site()
    for name, role in roles().items():
        permissions = set(role.may)
        if site and permissions & set(VaccinationPermission) and not permissions & set(EpidemicPermission):
            _by, officer = _engage(people, site.agency, name, [name], role.about, str(role.name))
            record_actions.add_to_facility(by=BY, officer=officer, facility=site.facility, role=MemberRole.CARE)
    if site:
        _receive_vaccines(site)


def _help_officers(people: DemoPeople) -> None:
    """Create one officer for each role of mutual help, at the agency of its service."""
    known = giving()
    service = Service.objects.select_related("agency").filter(pk=known.service).first() if known else None
    for name, role in roles().items():
        if service and set(role.may) & set(HelpPermission):
            _engage(people, service.agency, name, [name], role.about, str(role.name))


def _tasks(people: DemoPeople) -> Iterator[dict[str, Any]]:
    """Entries of the sign-in list by task; those that this city or this start cannot offer are left out."""
    content = demo_content()
    listed = {each.get("email", "").removesuffix(MAIL_DOMAIN): each for each in people.listed}
    for name, task in content.tasks.items():
        person = listed.get(task.email) if task.email else _task_person(people, name, task)
        operator_path = OperatorEnvironment.current().operator_path
        page = f"/{operator_path}/" if task.operator else task.page
        if person and page != "//":
            entry = {"id": name, "task": task.name.root, "group": content.groups[task.group].root, "page": page}
            yield person | entry


def _task_person(people: DemoPeople, name: str, task: Task) -> dict[str, Any] | None:
    """Create the officer or operator of a task; None without the agency or its roles."""
    called = name_of(_number(name))
    contact = _mailbox(name)
    if task.operator:
        operator = actions.add_operator(by=BY, contact=contact)
        profile = actions.ensure_resident(by=BY, user=operator.user)
        actions.save_profile(by=BY, resident=profile, details=Details(name=called))
        return {"name": called, "role": task.name.root, "email": contact.value}
    agency, area = Agency.objects.filter(pk=task.agency).first(), Area.objects.filter(code=task.area).first()
    if agency is None or (task.area and area is None) or not set(task.roles) <= roles().keys():
        return None
    about = {language: Text(agency.name).in_language(language) for language in pack.current().languages}
    _engage(people, agency, name, task.roles, Text(about), called, listed=False, area=area)
    return {"name": called, "role": about, "email": contact.value}


def _receive_vaccines(site: Site) -> None:
    """Record a delivery of each vaccine of the pack to a site, once."""
    for name, vaccine in campaign_files.vaccines().items():
        lot = stock.record_lot(
            by=BY,
            site=site,
            vaccine=name,
            number=f"DEMO-{name.upper()}"[:40],
            expires_on=today() + timedelta(days=180),
            vial_ul=vaccine.vial_ul,
            open_minutes=vaccine.open_minutes or 360,
        )
        stock.receive(by=BY, site=site, lot=lot, vials=20, key=uuid5(NAMESPACE_OID, f"demo {site.pk} {name}"))


def _engage(
    people: DemoPeople,
    agency: Agency,
    name: str,
    role_names: Iterable[str],
    about: Text,
    title: str,
    *,
    listed: bool = True,
    area: Area | None = None,
) -> tuple[Actor, Officer]:
    user = actions.open_account(by=BY, contact=_mailbox(name))
    officer: Officer = actions.create_officer(by=BY, user=user, agency=agency, name=title)
    for role in role_names:
        actions.grant_role(by=BY, officer=officer, role=role, area=area)
    if listed:
        people.list_person(title, about, user)
    return queries.officer_actor(officer), officer


def _mailbox(name: str) -> contacts.Contact:
    return contacts.Contact("email", f"{name}{MAIL_DOMAIN}")


def _number(text: str) -> int:
    """A number that stands for a text, the same each time."""
    return int.from_bytes(sha256(text.encode()).digest()[:2])


def _in(language: str, text: str) -> str:
    with translation.override(language):
        return translation.gettext(text)


def recall_people() -> DemoPeople:
    """The officers of the demo, as they were created before."""
    people = DemoPeople()
    users = {f"{officer.user.email}": officer for officer in Officer.objects.select_related("user", "agency")}
    for agency in Agency.objects.all():
        for name, actors in ((agency.pk, people.officers), (HEAD.format(agency.pk), people.heads)):
            if officer := users.get(_mailbox(name).value):
                actors[agency.pk] = queries.officer_actor(officer)
    if counter := users.get(_mailbox("counter").value):
        people.counter = queries.officer_actor(counter)
    return people


def engage_crews(people: DemoPeople, since: datetime) -> None:
    """Create the crew of each agency, whom nobody signs in as; those that exist stay.

    A report is started, finished and verified by different people, and once more after a dispute.
    """
    known = {each.user.email: each for each in Officer.objects.select_related("user", "agency")}
    with current_time.freeze(since):
        for agency in people.officers:
            first, names = known[_mailbox(agency).value], [CREW.format(agency, number) for number in (1, 2)]
            roles_of_first = list(first.role_grants.values_list("role", flat=True))
            people.crews[agency] = [
                queries.officer_actor(known[_mailbox(name).value])
                if _mailbox(name).value in known
                else _engage(
                    people, first.agency, name, roles_of_first, Text({}), name_of(_number(name)), listed=False
                )[0]
                for name in names
            ]


def share_people(people: DemoPeople, share: int, since: datetime) -> None:
    """Create the residents of a share of the year, at a time before its first case; those that exist stay.

    Those whom one signs in as are among them, so that they have cases that ended, too.
    """
    for contact in map(_contact, range(1, WITH_ACCOUNT + 1)):
        user = actions.open_account(by=BY, contact=contact)
        people.residents.append((Actor(ActorKind.RESIDENT, user.pk), actions.ensure_resident(by=BY, user=user)))
    start = SHARE_NUMBERS + share * (SHARE_ACCOUNTS + SHARE_COUNTER)
    create_residents(people, range(start, start + SHARE_ACCOUNTS + SHARE_COUNTER), SHARE_ACCOUNTS, since)


def create_residents(people: DemoPeople, numbers: range, accounts: int, since: datetime) -> None:
    """Create residents whom nobody signs in as, the first ones with an account; those that exist stay.

    Args:
        numbers: of the people.
        since: time at which the city knows them.
    """
    areas = _some_areas(numbers.start * 5)
    with current_time.freeze(since):
        for number in numbers[:accounts]:
            user = actions.open_account(by=BY, contact=_mailbox(f"resident-{number}"))
            resident = actions.ensure_resident(by=BY, user=user)
            if not resident.name:
                actions.save_profile(by=BY, resident=resident, details=details_of(number, next(areas)))
            people.residents.append((Actor(ActorKind.RESIDENT, user.pk), _proved(people, resident)))
        for number in numbers[accounts:]:
            people.helped.append(_helped(people, number, next(areas)))
