"""Demo cases: opened over the last weeks and processed by random steps up to the present."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict

from kini.cases import actions, rules, transition_inputs
from kini.cases.models import Case, Draft
from kini.core import current_time
from kini.core.actors import ActionRefused, Actor
from kini.demo.people import DemoPeople
from kini.people import profile_values
from kini.people.models import Resident
from kini.services import builtin_services, questions
from kini.services.examples import example_form
from kini.services.fields.base import FormData
from kini.services.fields.uploads import Upload
from kini.services.kinds import kinds, kinds_with_cases
from kini.services.models import Service
from kini.services.snapshots import PageSnapshot, ServiceSnapshot, snapshot_of

SEED = 20_220_830
COUNT = 90
WEEKS = 6
MOST_STEPS = 6
#: Scores of ratings, in rotation.
RATINGS = (4, 5, 2, 4, 3, 5, 4, 1)


def create_cases(cast: DemoPeople, count: int = COUNT) -> int:
    """Open and process cases; return their number. Deterministic relative to the current time."""
    chance = random.Random(SEED)  # noqa: S311 -- a demo, no secret
    services = [
        s
        for s in Service.objects.filter(active=True).select_related("current").order_by("id")
        if s.kind in kinds_with_cases()
        and not kinds.get(s.kind).in_person
        and s.category not in builtin_services.builtin_categories()  # those are for oneself alone
    ]
    chance.shuffle(services)
    for number, moment in enumerate(_moments(chance, count)):
        service = services[number % len(services)]
        by, resident, channel = _applicant(cast, chance)
        case = create_application(by, resident, service, channel, number, moment)
        work_off(cast, case, by, chance, number, moment)
        if channel == "web":
            _rate(by, case, number)
    return count


def _moments(chance: random.Random, count: int) -> Iterator[datetime]:
    """Ascending times within the last weeks, mostly recent."""
    back = sorted((chance.random() ** 2 * WEEKS * 7 * 24 for _ in range(count)), reverse=True)
    return (current_time.now() - timedelta(hours=hours + 1) for hours in back)


def _applicant(cast: DemoPeople, chance: random.Random) -> tuple[Actor, Resident, str]:
    if chance.random() < 0.3:
        by, resident = chance.choice(cast.residents)
        return by, resident, "web"
    return cast.counter, chance.choice(cast.helped), "counter"


def create_application(
    by: Actor, resident: Resident, service: Service, channel: str, number: int, moment: datetime
) -> Case:
    """Submit one application with example answers at the given time."""
    version = service.current
    assert version is not None
    snapshot = snapshot_of(version)
    known = profile_values.known_values(resident)
    with current_time.freeze(moment):
        kinds.get(service.kind).rehearse(snapshot, number)
        draft = actions.start_draft(by=by, version=version, resident=resident, channel=channel)
        given: dict[str, Any] = {}
        while missing := questions.missing_pages(snapshot, given, known):
            values = example_answers_of(by, draft, missing[0], number)
            actions.save_answers(by=by, draft=draft, page=missing[0].key, values=values)
            given |= values
        kinds.get(service.kind).rehearse_step(by, draft, number)
        return actions.submit(by=by, draft=draft, confirm=True)


def example_answers_of(by: Actor, draft: Draft, page: PageSnapshot, number: int) -> dict[str, Any]:
    """Example answers of a page, by field; for a repeated page, its minimum number of items."""
    if page.repeat:
        items = [_taken(by, draft, page, number + item) for item in range(max(1, page.repeat.min))]
        return {page.repeat.name: items}
    return _taken(by, draft, page, number)


def _taken(by: Actor, draft: Draft, page: PageSnapshot, number: int) -> dict[str, Any]:
    values, files = example_form(page.fields, number)
    stored = {
        name: [str(actions.attach_file(by=by, draft=draft, slot=name, upload=_upload(one)).pk) for one in uploads]
        for name, uploads in files.items()
    }
    taken = questions.parse_page(page, FormData(_data(values), MultiValueDict()), stored=stored)
    assert not taken.errors, f"{page.key}: {taken.errors}"
    return taken.values


def _data(values: dict[str, str | list[str]]) -> MultiValueDict[str, str]:
    return MultiValueDict({name: value if isinstance(value, list) else [value] for name, value in values.items()})


def _upload(one: Upload) -> SimpleUploadedFile:
    return SimpleUploadedFile(one.name, one.content, one.content_type)


def work_off(cast: DemoPeople, case: Case, by: Actor, chance: random.Random, number: int, moment: datetime) -> None:
    """Apply random moves, hours apart, until chance or the current time ends it."""
    for _step in range(MOST_STEPS):
        moment += timedelta(hours=chance.uniform(2, 40))
        if moment >= current_time.now() or chance.random() < 0.2:
            return
        case.refresh_from_db()
        edge = _next_edge(snapshot_of(case.version), case, chance)
        if edge is None:
            return
        actor = by if edge.by == rules.RESIDENT else cast.officers[case.agency_id]
        with current_time.freeze(moment):
            try:
                actions.move(
                    by=actor, case=case, move=edge.move, values=_given(snapshot_of(case.version), edge, number)
                )
            except ActionRefused:  # the kind does not allow this move here
                return


def _rate(by: Actor, case: Case, number: int) -> None:
    """Rate two of three decided cases, mostly with good scores."""
    case.refresh_from_db()
    if case.outcome in rules.RATED_OUTCOMES and number % 3:
        actions.rate_case(by=by, case=case, score=RATINGS[number % len(RATINGS)])


def _next_edge(snapshot: ServiceSnapshot, case: Case, chance: random.Random) -> rules.Edge | None:
    """Random edge taken by a person; moves marked `danger` are a third as likely. None if the case is closed."""
    if snapshot.flow.states[case.state].end:
        return None
    edges = [
        e for e in rules.edges_from(snapshot.flow, case.state) if e.by != rules.SYSTEM and e.move != rules.WITHDRAW
    ]
    return chance.choices(edges, [1 if edge.danger else 3 for edge in edges])[0] if edges else None


def _given(snapshot: ServiceSnapshot, edge: rules.Edge, number: int) -> dict[str, Any]:
    values, files = example_form(transition_inputs.input_fields(snapshot, edge), 500 + number)
    uploads = MultiValueDict({name: [_upload(one) for one in some] for name, some in files.items()})
    return transition_inputs.parse_form(snapshot, edge, FormData(_data(values), uploads)).values
