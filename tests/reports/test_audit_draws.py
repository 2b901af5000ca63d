"""Audits by lot, recomputed from what is published; figures of offices; Kaplan-Meier against a worked example."""

from datetime import timedelta
from hashlib import sha256
from math import ceil
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from kini.cases import actions as cases
from kini.cases.models import Case
from kini.core import current_time, published_draws, retention
from kini.core.actors import NotAllowed, system
from kini.reports import actions, rules
from kini.reports.models import AgencyFigures, Audit, AuditDraw, AuditLot
from kini.services.models import ServiceVersion
from tests.cases.town import Town, opened, photo
from tests.pagechecks import CheckedClient
from tests.reports.conftest import SAID
from tests.reports.test_closing import colleague, finished

BY = system("tests")
#: Freireich et al. 1963: weeks of remission under 6-mercaptopurine, 21 children; "+" means still in remission.
REMISSION = {6: (3, 1), 7: (1, 0), 9: (0, 1), 10: (1, 1), 11: (0, 1), 13: (1, 0), 16: (1, 0), 17: (0, 1), 19: (0, 1)}
REMISSION |= {20: (0, 1), 22: (1, 0), 23: (1, 0), 25: (0, 1), 32: (0, 2), 34: (0, 1), 35: (0, 1)}


def test_kaplan_meier_equals_the_worked_example():
    expected = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert {day: round(share, 3) for day, share in rules.survival(REMISSION)} == expected
    assert rules.median_days(REMISSION) == 23
    assert rules.median_days({1: (1, 0), 5: (0, 9)}) is None
    assert rules.median_days({}) is None


@given(st.sets(st.text("0123456789abcdef", min_size=4, max_size=8), max_size=60), st.integers(1, 30))
def test_the_draw_depends_on_the_seed_and_on_no_order(tickets: set[str], one_in: int):
    drawn = published_draws.drawn_tickets("seed", sorted(tickets), one_in)
    assert drawn == published_draws.drawn_tickets("seed", sorted(tickets, reverse=True), one_in)
    assert len(drawn) == ceil(len(tickets) / one_in)
    assert drawn <= tickets


@pytest.fixture
def closed(town: Town, broken_lamp: ServiceVersion, crew: Any) -> list[Case]:
    """Three reports, all said to be solved; the reporter of the last one answered."""
    reports = [opened(town.named("resident"), broken_lamp, town.resident, SAID) for _number in range(3)]
    solved = [finished(town, case, crew, photo(51 + 7 * number)) for number, case in enumerate(reports)]
    actions.answer_closing(by=town.named("resident"), case=solved[2], answer="solved")
    return solved


def draw_after(days: int) -> int:
    with current_time.freeze(current_time.now() + timedelta(days=days)):
        return actions.draw_audits(by=BY)


def test_the_silent_are_drawn_and_anybody_can_draw_again(town: Town, closed: list[Case], client: CheckedClient):
    with pytest.raises(NotAllowed):
        actions.draw_audits(by=town.named("head"))
    assert draw_after(13) == 0
    day = AuditDraw.objects.get().day.isoformat()
    before = client.get(f"/reports/draws/{day}.json").json()
    assert (before["seed"], before["lots"]) == (None, [])
    assert draw_after(14) == 1
    assert draw_after(14) == 0
    made = client.get(f"/reports/draws/{day}.json").json()
    assert made["commitment"] == before["commitment"] == sha256(made["seed"].encode()).hexdigest()
    assert len(made["lots"]) == 2
    order = sorted(made["lots"], key=lambda lot: sha256(f"{made['seed']}:{lot['ticket']}".encode()).hexdigest())
    assert [lot["drawn"] for lot in order] == [True, False]
    audited = Audit.objects.get()
    assert audited.cause == Audit.RANDOM
    assert audited.case in closed[:2]
    assert not any(case.reference in str(made) for case in closed)
    assert client.get("/reports/draws/2020-01-01.json").status_code == 404
    assert client.get("/reports/draws/nothing.json").status_code == 404


def test_a_draw_that_was_made_never_changes(closed: list[Case]):
    draw_after(13)
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditDraw.objects.update(seed="of the operator", until=current_time.now())
    draw_after(14)
    for change in ({"seed": ""}, {"one_in": 1}, {"commitment": "0" * 64}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AuditDraw.objects.exclude(seed="").update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditLot.objects.update(drawn=True)


def test_figures_of_an_office(town: Town, closed: list[Case], report: Case, client: CheckedClient):
    draw_after(13)
    draw_after(14)
    auditor = colleague(town, 9, "head")
    actions.record_audit(by=auditor, audited=Audit.objects.get(), failed=True, note="The lamp is dark.")
    for _time in range(2):
        actions.count_figures(by=BY)
    figures = AgencyFigures.objects.get()
    counts = (figures.closed, figures.confirmed, figures.disputed, figures.audited, figures.failed, figures.open)
    assert counts == (3, 1, 0, 1, 1, 2)
    assert figures.median_days == 0
    assert "<td" in client.get("/reports/offices/").content.decode()
    assert client.get("/reports/offices.csv").content.decode().splitlines()[1].endswith(",3,1,0,0,1,1,0,2,0,0")
    with pytest.raises(IntegrityError), transaction.atomic():
        AgencyFigures.objects.update(confirmed=4)


def test_draws_figures_and_audits_end(town: Town, closed: list[Case]):
    draw_after(13)
    draw_after(14)
    actions.count_figures(by=BY)
    case = Audit.objects.get().case
    terms = [retention.rules.get(f"reports.{name}") for name in ("audits", "draws", "figures")]
    with current_time.freeze(current_time.now() + 4 * retention.YEAR):
        assert [retention.apply(rule) for rule in terms] == [0, 0, 0]
    with current_time.freeze(current_time.now() + 11 * retention.YEAR):
        cases.anonymise(by=BY, case=case)
        assert all(retention.apply(rule) for rule in terms)
    assert not any(model.objects.exists() for model in (Audit, AuditLot, AgencyFigures))
