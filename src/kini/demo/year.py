"""A year of made-up cases: when each came, and a share of them played through the ordinary actions.

Cases come by a rhythm of hours, weekdays and seasons. The worker plays shares of the whole year, so that the first one
shows the year already.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Set
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from django.db.models import QuerySet
from django.utils import translation

from kini.cases.actions import index_cases
from kini.cases.models import Case
from kini.city.public import pack
from kini.core import retention
from kini.core.actors import ActionRefused, system
from kini.demo import past
from kini.demo.case_cloner import Person
from kini.demo.cases import create_application, offered_services
from kini.demo.content import demo_content
from kini.demo.copies import OPEN_DAYS, Applicants, copied_cases, copied_reports, copy_cases, copy_reports
from kini.demo.history import LATE, CaseHistory
from kini.demo.people import BY, DemoPeople, create_residents, engage_crews, recall_people, share_people
from kini.demo.queries import COPIES, PLAYED, REPORTS
from kini.reports.models import ClosingAnswer
from kini.reports.public import release_examples
from kini.services.models import Service
from kini.services.public import snapshot_of
from kini.web.formats import city_time

SEED = 2_022_830
#: Shares of the cases that are played step by step, and number of copies that are stored at a time.
SHARES, AT_A_TIME = 10, 250
#: New residents of that many copies, those of them with an account, and the number of the first one of all.
PEOPLE, ACCOUNTS, PEOPLE_NUMBERS = 24, 16, 10_000
#: One report in so many copies is still open.
OPEN_IN = 50
#: Least and largest share of an agency's copied reports that were closed late, and that were disputed.
SHARES_OF: Mapping[str, tuple[float, float]] = {"late": (0.12, 0.25), "disputed": (0.04, 0.14)}
#: Share of the agencies that are late more often, and by how much; rounds in which the shares are fitted.
IS_WORSE, WORSE, FITTED, TINY = 0.25, 0.15, 30, 1e-9
DAYS = 365
#: Relative number of cases by hour, Monday to Sunday, and of kinds of service.
HOURS = (1, 1, 1, 1, 2, 4, 10, 24, 40, 46, 44, 36, 26, 34, 36, 30, 22, 16, 14, 14, 12, 8, 4, 2)
WEEK = (1.2, 1.1, 1.0, 1.0, 0.9, 0.5, 0.35)
WEIGHTS: Mapping[str, float] = {"report": 9.0, "booking": 2.0, "assistance": 0.8, "payment": 1.5}
log = structlog.get_logger("kini.demo")


class Arrival(NamedTuple):
    """Time at which a case comes, and the service that it asks for."""

    number: int
    moment: datetime
    service: Service


def arrivals(services: list[Service], until: datetime, count: int = PLAYED) -> list[Arrival]:
    """Return the cases of the year before a time, in their order; the same each time."""
    rng = random.Random(SEED)  # noqa: S311 -- made-up data
    days = [city_time(until - timedelta(days=back)).replace(minute=0) for back in range(DAYS, 0, -1)]
    demand = [[_demand(service, day) for service in services] for day in days]
    dates = rng.choices(
        days, [sum(each) * WEEK[day.weekday()] for each, day in zip(demand, days, strict=True)], k=count
    )
    by_day = dict(zip(days, demand, strict=True))
    drawn = []
    for day in dates:
        [hour], [service] = rng.choices(range(24), HOURS), rng.choices(services, by_day[day])
        drawn.append((day.replace(hour=hour, minute=rng.randrange(60), second=rng.randrange(60)), service))
    drawn.sort(key=lambda each: each[0])
    return [Arrival(number, min(moment, until), service) for number, (moment, service) in enumerate(drawn)]


def _demand(service: Service, day: datetime) -> float:
    return _popularity(service.pk, service.kind) * demo_content().season((service.pk, service.category), day.month)


def _popularity(service: str, kind: str) -> float:
    return WEIGHTS.get(kind, 1.0) * demo_content().demand.get(service, 1.0)


def play_share(share: int, until: datetime, count: int = PLAYED, shares: int = SHARES) -> int:
    """Play the cases of a share; returns their number. A case that the rules refuse is left out."""
    people = recall_people()
    if not people.officers:
        return 0
    rng = random.Random(f"{SEED} {share}")  # noqa: S311 -- made-up data
    with translation.override(pack.current().languages[0]):
        share_people(people, share, until - timedelta(days=DAYS + 1))
        engage_crews(people, until - timedelta(days=DAYS + 1))
        mine = arrivals(offered_services(), until, count)[share::shares]
        return sum(_play(people, arrival, rng, until) for arrival in mine)


def _play(people: DemoPeople, arrival: Arrival, rng: random.Random, until: datetime) -> bool:
    by, resident, channel = people.applicant(rng)
    number = rng.randrange(1000, 1_000_000)
    version = arrival.service.current
    assert version is not None
    try:
        with past.at(arrival.moment, idle=past.idle_subscribers(snapshot_of(version), channel)):
            case = create_application(by, resident, arrival.service, channel, number)
    except (ActionRefused, LookupError) as reason:  # no free slot, for example
        log.debug("a made-up case was refused", service=arrival.service.pk, reason=str(reason))
        return False
    CaseHistory(people, case, by, rng, number, until).play(arrival.moment)
    return True


def copy_share(number: int, until: datetime) -> int:
    """Copy played cases, from a number of the copies on; returns how many.

    Each service is copied as often as it is asked for, however few of its cases may be copied; reports that are not
    public with the shares of those that are.
    """
    cases = copied_cases().filter(resident__assurance__gt=0)
    originals, reports = _weights(cases), cases.filter(kind="report")
    mine = {pk: originals[pk] for pk in reports.values_list("pk", flat=True) if pk in originals}
    originals |= weigh_shares(mine, *_agencies_and_traits(reports))
    numbers = range(number, min(number + AT_A_TIME, COPIES))
    return copy_cases(by=BY, originals=originals, numbers=numbers, until=until, applicants=_applicants(number, until))


def _applicants(number: int, until: datetime) -> Applicants:
    """Create the residents of the copies from a number on, so that nobody has hundreds of cases."""
    people, first = recall_people(), PEOPLE_NUMBERS + number // AT_A_TIME * PEOPLE
    with translation.override(pack.current().languages[0]):
        create_residents(people, range(first, first + PEOPLE), ACCOUNTS, until - timedelta(days=DAYS + 1))
    accounts = [Person(resident.pk, by.user_id) for by, resident in people.residents]
    return Applicants(accounts, [Person(resident.pk, None) for resident in people.helped])


def _weights(cases: QuerySet[Case]) -> dict[int, float]:
    """Relative number of copies of each case, by its key."""
    found = list(cases.order_by("pk").values_list("pk", "service_id", "kind")[:PLAYED])
    count = Counter(service for _pk, service, _kind in found)
    return {pk: _popularity(service, kind) / count[service] for pk, service, kind in found}


def copy_reports_share(number: int, until: datetime) -> int:
    """Copy public reports, from a number of these copies on, mostly of closed ones; returns how many."""
    end = min(number + AT_A_TIME, REPORTS)
    middle = end - max(1, (end - number) // OPEN_IN)
    closed, still_open = (copied_reports().filter(closed_at__isnull=is_open) for is_open in (False, True))
    in_time = still_open.filter(due_at__gt=until + timedelta(days=OPEN_DAYS))
    applicants, copied = _applicants(COPIES + number, until), 0
    for originals, numbers in (
        (weigh_shares(_weights(closed), *_agencies_and_traits(closed)), range(number, middle)),
        (_weights(in_time) or _weights(still_open), range(middle, end)),
    ):
        after = range(COPIES + numbers.start, COPIES + numbers.stop)
        copied += copy_reports(by=BY, originals=originals, numbers=after, until=until, applicants=applicants)
    return copied


def _agencies_and_traits(cases: QuerySet[Case]) -> tuple[dict[int, str], dict[str, set[int]]]:
    """Agency of each case, and the cases that were solved late, and whose reporter said that they were not solved."""
    disputes = ClosingAnswer.objects.filter(case__in=cases.values("pk"), answer=ClosingAnswer.NOT_SOLVED)
    late = cases.filter(LATE, outcome="solved").values_list("pk", flat=True)
    traits = {"late": set(late), "disputed": set(disputes.values_list("case", flat=True))}
    return dict(cases.values_list("pk", "agency_id")), traits


def share_of(trait: str, agency: str) -> float:
    """Share of an agency's copied reports that have a trait."""
    rng = random.Random(f"{SEED} {trait} {agency}")  # noqa: S311 -- made-up data
    return rng.uniform(*SHARES_OF[trait]) + (WORSE if trait == "late" and rng.random() < IS_WORSE else 0)


def weigh_shares(
    weights: Mapping[int, float], agencies: Mapping[int, str], traits: Mapping[str, Set[int]]
) -> dict[int, float]:
    """Weights with which each agency has a share of its own of reports with each trait, where it has both sorts.

    Traits are fitted by turns (iterative proportional fitting); the sum of an agency stays the same.
    """
    weighed = dict(weights)
    members = defaultdict[str, list[int]](list)
    for case in weights:
        members[agencies[case]].append(case)
    for agency, cases in members.items():
        whole = sum(weights[case] for case in cases)
        for trait in list(traits) * FITTED:
            having = sum(weighed[case] for case in cases if case in traits[trait])
            share, rest = share_of(trait, agency), whole - having
            if min(having, rest) > TINY * whole:
                for case in cases:
                    weighed[case] *= share * whole / having if case in traits[trait] else (1 - share) * whole / rest
    return weighed


def release_reports() -> None:
    """Release the public reports that were played, so that they are seen and copied."""
    release_examples()


def finish() -> None:
    """Release the public reports, index the copies for the search, and remove what is past its term."""
    release_examples()
    while index_cases(by=system("search")):
        pass
    retention.apply_retention()
