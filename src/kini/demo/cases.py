"""Demo cases, opened over the last weeks and processed by random steps, privacy requests and sample bills."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from django.utils.datastructures import MultiValueDict

from kini.cases import actions, rules
from kini.cases.models import Case, Draft
from kini.cases.public import transition_inputs
from kini.city.public import pack
from kini.core import current_time
from kini.core.actors import ActionRefused, Actor
from kini.demo.people import BY, DemoPeople
from kini.payments import actions as payment_actions
from kini.payments.public import bill_registers, read_bills, sample_bills
from kini.people.models import Resident
from kini.people.public import profile_values
from kini.privacy import actions as privacy_actions
from kini.services.models import Service
from kini.services.public import (
    FormData,
    PageSnapshot,
    ServiceSnapshot,
    Upload,
    builtin_services,
    examples,
    fixtures_of,
    kinds,
    kinds_with_cases,
    questions,
    snapshot_of,
)

SEED = 20_220_830
COUNT = 90
WEEKS = 6
MAX_MOVES = 6
#: Scores of ratings, in rotation.
RATINGS = (4, 5, 2, 4, 3, 5, 4, 1)


def create_cases(people: DemoPeople, count: int = COUNT) -> int:
    """Open and process cases; return their number. Deterministic relative to the current time."""
    rng = random.Random(SEED)  # noqa: S311 -- a demo, no secret
    services = [
        s
        for s in Service.objects.filter(active=True).select_related("current").order_by("id")
        if s.kind in kinds_with_cases()
        and not kinds.get(s.kind).in_person
        and s.category not in builtin_services.builtin_categories()  # applied for by oneself only
    ]
    rng.shuffle(services)
    for number, moment in enumerate(_moments(rng, count)):
        service = services[number % len(services)]
        by, resident, channel = _applicant(people, rng)
        case = create_application(by, resident, service, channel, number, moment)
        process_case(people, case, by, rng, number, moment)
        if channel == "web":
            _rate(by, case, number)
    return count


def _moments(rng: random.Random, count: int) -> Iterator[datetime]:
    """Ascending times within the last weeks, mostly recent."""
    back = sorted((rng.random() ** 2 * WEEKS * 7 * 24 for _ in range(count)), reverse=True)
    return (current_time.now() - timedelta(hours=hours + 1) for hours in back)


def _applicant(people: DemoPeople, rng: random.Random) -> tuple[Actor, Resident, str]:
    if rng.random() < 0.3:
        by, resident = rng.choice(people.residents)
        return by, resident, "web"
    return people.counter, rng.choice(people.helped), "counter"


def create_application(
    by: Actor, resident: Resident, service: Service, channel: str, number: int, moment: datetime
) -> Case:
    """Submit one application with example answers at the given time."""
    version = service.current
    assert version is not None
    snapshot = snapshot_of(version)
    known = profile_values.known_values(resident)
    fixtures = fixtures_of(service.kind)
    with current_time.freeze(moment):
        fixtures.prepare_application(snapshot, number)
        draft = actions.start_draft(by=by, version=version, resident=resident, channel=channel)
        answers: dict[str, Any] = {}
        while missing := questions.missing_pages(snapshot, answers, known):
            values = example_answers_of(by, draft, missing[0], number)
            actions.save_answers(by=by, draft=draft, page=missing[0].key, values=values)
            answers |= values
        fixtures.complete_extra_page(by, draft, number)
        with translation.override(pack.current().languages[0]):  # consents are recorded in the words that were read
            return actions.submit(by=by, draft=draft, confirm=True)


def example_answers_of(by: Actor, draft: Draft, page: PageSnapshot, number: int) -> dict[str, Any]:
    """Example answers of a page, by field; for a repeated page, its minimum number of items."""
    if page.repeat:
        items = [_answer_page(by, draft, page, number + item) for item in range(max(1, page.repeat.min))]
        return {page.repeat.name: items}
    return _answer_page(by, draft, page, number)


def _answer_page(by: Actor, draft: Draft, page: PageSnapshot, number: int) -> dict[str, Any]:
    values, files = examples.example_form(page.fields, number)
    stored = {
        name: [str(actions.attach_file(by=by, draft=draft, slot=name, upload=_upload(one)).pk) for one in uploads]
        for name, uploads in files.items()
    }
    parsed = questions.parse_page(page, FormData(_data(values), MultiValueDict()), stored=stored)
    assert not parsed.errors, f"{page.key}: {parsed.errors}"
    return parsed.values


def _data(values: dict[str, str | list[str]]) -> MultiValueDict[str, str]:
    return MultiValueDict({name: value if isinstance(value, list) else [value] for name, value in values.items()})


def _upload(one: Upload) -> SimpleUploadedFile:
    return SimpleUploadedFile(one.name, one.content, one.content_type)


def process_case(people: DemoPeople, case: Case, by: Actor, rng: random.Random, number: int, moment: datetime) -> None:
    """Apply random moves, hours apart, until rng or the current time ends it."""
    for _step in range(MAX_MOVES):
        moment += timedelta(hours=rng.uniform(2, 40))
        if moment >= current_time.now() or rng.random() < 0.2:
            return
        case.refresh_from_db()
        edge = _next_edge(snapshot_of(case.version), case, rng)
        if edge is None:
            return
        officers = people.heads if edge.independent_of else people.officers
        actor = by if edge.by == rules.RESIDENT else officers[case.agency_id]
        with current_time.freeze(moment):
            try:
                actions.move(
                    by=actor, case=case, move=edge.move, values=_example_inputs(snapshot_of(case.version), edge, number)
                )
            except ActionRefused:  # the kind does not allow this move here
                return


def _rate(by: Actor, case: Case, number: int) -> None:
    """Rate two of three decided cases, mostly with good scores."""
    case.refresh_from_db()
    if case.outcome in rules.RATED_OUTCOMES and number % 3:
        actions.rate_case(by=by, case=case, score=RATINGS[number % len(RATINGS)])


def _next_edge(snapshot: ServiceSnapshot, case: Case, rng: random.Random) -> rules.Edge | None:
    """Random edge taken by a person; moves marked `danger` are a third as likely. None if the case is closed."""
    if snapshot.flow.states[case.state].end:
        return None
    edges = [
        e for e in rules.edges_from(snapshot.flow, case.state) if e.by != rules.SYSTEM and e.move != rules.WITHDRAW
    ]
    return rng.choices(edges, [1 if edge.danger else 3 for edge in edges])[0] if edges else None


def _example_inputs(snapshot: ServiceSnapshot, edge: rules.Edge, number: int) -> dict[str, Any]:
    values, files = examples.example_form(transition_inputs.input_fields(snapshot, edge), 500 + number)
    uploads = MultiValueDict({name: [_upload(one) for one in some] for name, some in files.items()})
    return transition_inputs.parse_form(snapshot, edge, FormData(_data(values), uploads)).values


def create_privacy_requests(people: DemoPeople) -> list[Case]:
    """Create an export of the first resident and a deletion of the last; none if the pack has no privacy services."""
    services = Service.objects.filter(active=True, kind="privacy").select_related("current").in_bulk()
    if not services or not people.residents:
        return []
    (by, resident), (leaving, other) = people.residents[0], people.residents[-1]
    copy = create_application(
        by, resident, services["privacy-export"], "web", 0, current_time.now() - timedelta(hours=1)
    )
    privacy_actions.prepare_export(by=BY, case=copy)
    return [copy, create_application(leaving, other, services["privacy-deletion"], "web", 0, current_time.now())]


def load_sample_bills() -> None:
    """Load bills/NAME.csv of the pack for each register that has one."""
    for name in bill_registers():
        if sample_bills(name).is_file():
            payment_actions.load_bills(by=BY, register=name, rows=read_bills(sample_bills(name))[0], made_up=True)
