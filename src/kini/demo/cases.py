"""Demo cases, opened over the last weeks and processed by random steps, privacy requests and sample bills."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils import translation

from kini.cases import actions
from kini.cases.models import Case, Draft
from kini.city.public import pack
from kini.core import current_time
from kini.core.actors import Actor
from kini.demo import past
from kini.demo.answers import answer_page
from kini.demo.content import demo_content
from kini.demo.history import CaseHistory
from kini.demo.people import BY, DemoPeople
from kini.payments import actions as payment_actions
from kini.payments.public import bill_registers, read_bills, sample_bills
from kini.people.models import Resident
from kini.people.public import profile_values
from kini.privacy import actions as privacy_actions
from kini.services.models import Service
from kini.services.public import (
    builtin_services,
    fixtures_of,
    kinds,
    kinds_with_cases,
    questions,
    snapshot_of,
)

SEED = 20_220_830
COUNT = 30
WEEKS = 6


def offered_services() -> list[Service]:
    """Services that people apply for from afar, in the order of their keys."""
    return [
        service
        for service in Service.objects.filter(active=True).select_related("current").order_by("id")
        if service.kind in kinds_with_cases()
        and not kinds.get(service.kind).in_person
        and service.category not in builtin_services.builtin_categories()  # applied for by oneself only
    ]


def create_cases(people: DemoPeople, count: int = COUNT) -> int:
    """Open and process cases; return their number. Deterministic relative to the current time."""
    rng = random.Random(SEED)  # noqa: S311 -- a demo, no secret
    services = offered_services()
    rng.shuffle(services)
    now = current_time.now()
    for number, moment in enumerate(_moments(rng, count)):
        play_application(people, services[number % len(services)], rng, number, moment, now)
    return count


def play_application(
    people: DemoPeople, service: Service, rng: random.Random, number: int, moment: datetime, until: datetime
) -> None:
    """Open a case of somebody at a time, and take its steps until another."""
    by, resident, channel = people.applicant(rng)
    with past.at(moment):
        case = create_application(by, resident, service, channel, number)
    CaseHistory(people, case, by, rng, number, until).play(moment)


def create_task_cases(people: DemoPeople) -> None:
    """Open the new cases of the sign-ins by task, within the last days."""
    rng = random.Random(SEED)  # noqa: S311 -- a demo, no secret
    services = {service.pk: service for service in offered_services()}
    wanted = Counter[str]()
    for task in demo_content().tasks.values():
        wanted.update(task.cases)
    for number, name in enumerate(wanted.elements()):
        if service := services.get(name):
            by, resident = rng.choice(people.residents)
            with past.at(current_time.now() - timedelta(hours=rng.uniform(1, 48))):
                create_application(by, resident, service, "web", 3000 + number)


def _moments(rng: random.Random, count: int) -> Iterator[datetime]:
    """Ascending times within the last weeks, mostly recent."""
    back = sorted((rng.random() ** 2 * WEEKS * 7 * 24 for _ in range(count)), reverse=True)
    return (current_time.now() - timedelta(hours=hours + 1) for hours in back)


def create_application(by: Actor, resident: Resident, service: Service, channel: str, number: int) -> Case:
    """Submit one application with the example answers of a number."""
    draft = start_application(by, resident, service, channel, number)
    with translation.override(pack.current().languages[0]):  # consents are recorded in the words that were read
        return actions.submit(by=by, draft=draft, confirm=True)


def start_application(by: Actor, resident: Resident, service: Service, channel: str, number: int) -> Draft:
    """Draft with the example answers of a number, ready to be sent."""
    version = service.current
    assert version is not None
    snapshot = snapshot_of(version)
    known = profile_values.known_values(resident)
    fixtures = fixtures_of(service.kind)
    fixtures.prepare_application(snapshot, number)
    draft = actions.start_draft(by=by, version=version, resident=resident, channel=channel)
    answers: dict[str, Any] = {}
    while missing := questions.missing_pages(snapshot, answers, known):
        answers |= answer_page(by, draft, snapshot, missing[0], number, answers)
    if answers:
        actions.update_answers(by=by, draft=draft, values=answers)
    fixtures.complete_extra_page(by, draft, number)
    return draft


def create_privacy_requests(people: DemoPeople) -> list[Case]:
    """Create an export of the first resident and a deletion of the last; none if the pack has no privacy services."""
    services = Service.objects.filter(active=True, kind="privacy").select_related("current").in_bulk()
    if not services or not people.residents:
        return []
    (by, resident), (leaving, other) = people.residents[0], people.residents[-1]
    with current_time.freeze(current_time.now() - timedelta(hours=1)):
        copy = create_application(by, resident, services["privacy-export"], "web", 0)
    privacy_actions.prepare_export(by=BY, case=copy)
    return [copy, create_application(leaving, other, services["privacy-deletion"], "web", 0)]


def load_sample_bills() -> None:
    """Load bills/NAME.csv of the pack for each register that has one."""
    for name in bill_registers():
        if sample_bills(name).is_file():
            payment_actions.load_bills(by=BY, register=name, rows=read_bills(sample_bills(name))[0], made_up=True)
