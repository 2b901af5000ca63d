"""Disputed reports of the demo: people enough to close them again, and believable shares among the copies."""

import random
from datetime import timedelta

import pytest

from kini.cases import rules
from kini.cases.models import Case
from kini.core import current_time
from kini.core.actors import Actor
from kini.demo import answers, history, pictures
from kini.demo.history import CaseHistory
from kini.demo.people import BY, DemoPeople, engage_crews
from kini.demo.year import share_of, weigh_shares
from kini.people import actions as people_actions
from kini.people.models import Officer
from kini.reports import actions as reports
from kini.reports.models import Publication
from kini.reports.rules import cell_of
from kini.services.models import ServiceVersion
from kini.services.public import snapshot_of
from tests.cases import town as towns
from tests.cases.conftest import city, town  # noqa: F401 -- fixtures
from tests.cases.town import Town, opened, photo
from tests.reports.conftest import SAID, broken_lamp, crew, report  # noqa: F401 -- fixtures
from tests.reports.test_closing import finished
from tests.reports.test_public_reports import lamps, reported  # noqa: F401 -- fixtures


def test_an_agency_has_people_enough_to_close_a_report_twice(town: Town) -> None:  # noqa: F811
    pair = [towns.employed(f"+62812000000{number}", "Petugas", town.registry, "field") for number in (61, 62)]
    for each in pair:
        people_actions.grant_role(by=BY, officer=each, role="clerk")
    clerk, head = (towns.acting(each) for each in pair)
    people = DemoPeople(officers={town.registry.pk: clerk}, heads={town.registry.pk: head})
    first = Officer.objects.get(user=clerk.user_id)
    assert first.user
    first.user.email = f"{town.registry.pk}@demo.example"
    first.user.save()
    before = Officer.objects.count()
    for _again in range(2):
        engage_crews(people, current_time.now())
    assert Officer.objects.count() == before + 2
    staff = people.staff(town.registry.pk, random.Random(3))
    assert {each.user_id for each in staff[:2]} == {clerk.user_id, head.user_id}
    assert len({each.user_id for each in staff}) == 4
    for each in Officer.objects.filter(user__in=[each.user_id for each in staff[2:]]):
        assert set(each.role_grants.values_list("role", flat=True)) == {"clerk", "field"}


def test_each_agency_has_believable_shares_of_late_and_disputed_reports() -> None:
    weights = dict.fromkeys(range(60), 2.0)
    agencies = {case: "abcdefgh"[case % 4] for case in weights}
    traits = {
        "late": {case for case in weights if case % 4 < 3 and case > 11},  # nearly all of a, b and c, none of d
        "disputed": {0, 16, 20, 1, 25, 3},  # none of c
    }
    weighed = weigh_shares(weights, agencies, traits)
    for agency in "abcd":
        mine = {case: weight for case, weight in weighed.items() if agencies[case] == agency}
        assert sum(mine.values()) == pytest.approx(30)
        for trait, having in traits.items():
            share = sum(mine[case] for case in mine if case in having) / sum(mine.values())
            expected = share_of(trait, agency) if having & mine.keys() else 0
            assert share == pytest.approx(expected, abs=0.01), (agency, trait)
    shares = {trait: [share_of(trait, f"{number}") for number in range(40)] for trait in traits}
    assert all(0.04 <= each <= 0.14 for each in shares["disputed"])
    assert all(0.10 <= each <= 0.40 for each in shares["late"])
    assert 0 < sum(each > 0.25 for each in shares["late"]) < 20


def test_a_report_is_finished_with_another_picture_each_time(
    report: Case,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else a disputed report could not be closed again: its photo has been used before."""
    seeds: list[int] = []
    draw = pictures.draw
    monkeypatch.setattr(
        pictures, "draw", lambda subject, seed, **rest: seeds.append(seed) or draw(subject, seed, **rest)
    )
    snapshot = snapshot_of(report.version)
    [finish] = [
        edge
        for state in snapshot.flow.states
        for edge in rules.edges_from(snapshot.flow, state)
        if "photo" in edge.needs
    ]
    for report.entries in (3, 8):
        answers.step_inputs(report, snapshot, finish, 12)
    assert len(seeds) == len(set(seeds)) >= 2


def test_the_first_solved_report_of_an_agency_comes_in_time_and_stands_and_one_after_it_is_disputed(
    town: Town,  # noqa: F811
    lamps: ServiceVersion,  # noqa: F811
    crew: Actor,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only played reports are copied, so each agency needs one of each sort."""
    resident = town.named("resident")

    def solved(color: int) -> CaseHistory:
        case = reported(town, lamps)
        case = finished(town, case, crew, photo(color))
        return CaseHistory(DemoPeople(), case, resident, random.Random(1), 1, current_time.now())

    def contested(histories: list[CaseHistory], chance: float) -> list[bool]:
        monkeypatch.setattr(history, "CONTESTED", {"report": chance})
        return [each._is_contested() for each in histories]

    histories = [solved(color=40)]
    assert contested(histories, 1.0) == [False], "the first one stands, whatever the chance"
    histories.append(solved(color=200))
    assert contested(histories[1:], 0.0) == [True], "one is disputed, whatever the chance"
    reports.answer_closing(by=resident, case=histories[1].case, answer="not-solved", reason="Dark")
    assert contested(histories[1:], 0.0) == [False], "and not again"


def test_one_report_of_each_agency_after_the_first_is_late(
    town: Town,  # noqa: F811
    broken_lamp: ServiceVersion,  # noqa: F811
    report: Case,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stuck(chance: float) -> bool:
        monkeypatch.setattr(history, "STUCK", chance)
        return CaseHistory(DemoPeople(), report, BY, random.Random(1), 1, current_time.now())._is_stuck()

    now = current_time.now()
    assert not stuck(1.0), "the first one comes in time, whatever the chance"
    other = opened(town.named("resident"), broken_lamp, town.resident, SAID)
    solved = Case.objects.filter(pk=other.pk)
    solved.update(outcome="solved", closed_at=now, due_at=now + timedelta(days=1))
    assert stuck(0.0), "and the next one late, whatever the chance"
    late = opened(town.named("resident"), broken_lamp, town.resident, SAID)
    Case.objects.filter(pk=late.pk).update(outcome="solved", closed_at=now, due_at=now - timedelta(days=1))
    assert (stuck(0.0), stuck(1.0)) == (False, True)
    place = {"latitude": -6.11, "longitude": 106.8, "cell": cell_of(-6.11, 106.8), "opened_at": now}
    Publication.objects.create(case=report, service_id=report.service_id, **place)
    assert not stuck(1.0), "only public ones are copied as public ones"


def test_a_report_that_was_opened_again_is_worked_off_and_not_passed_around(
    town: Town,  # noqa: F811
    report: Case,  # noqa: F811
    crew: Actor,  # noqa: F811
) -> None:
    case = finished(town, report, crew, photo(33))
    played = CaseHistory(DemoPeople(), case, BY, random.Random(1), 1, current_time.now())
    played.visited = {"intake", "work", "check"}
    played._step(current_time.now())
    assert not played.visited
    flow = snapshot_of(case.version).flow
    [close, back] = [edge for edge in rules.edges_from(flow, "check") if edge.move in ("close", "back")]
    case.state, played.visited = "check", {"again", "work", "check"}
    assert played._weight(flow, close) == 1.0 > 10 * played._weight(flow, back)
