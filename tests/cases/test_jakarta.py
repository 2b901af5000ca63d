"""The city's own pack: a case of every kind, opened with example answers, whole from the first entry on."""

from dataclasses import asdict
from pathlib import Path

import pytest
from pytest_django import Settings

from kini.cases import rules, timeline
from kini.cases.models import Case
from kini.city import actions as city_actions
from kini.core.environment import ROOT
from kini.demo.cases import create_application
from kini.services import actions as services_actions
from kini.services import loader
from kini.services.flows import Flow
from kini.services.kinds import kinds_with_cases
from kini.services.models import Service
from tests.cases.town import BY, acting, person, proved


@pytest.fixture
def city(settings: Settings, var: Path, db: None) -> None:
    settings.CITY_PATH = ROOT / "cities" / "jakarta"
    city_actions.load_pack_tables(by=BY)
    services_actions.load_services(by=BY)


@pytest.mark.usefixtures("city")
def test_every_service_of_the_kinds_that_are_here_opens_a_whole_case():
    resident = proved(person("+6281234567890", "Warga Contoh"))
    here = Service.objects.filter(active=True, kind__in=kinds_with_cases())
    services = list(here.select_related("current").order_by("id"))
    assert {service.kind for service in services} >= {"application", "registration", "report", "assistance"}
    for number, service in enumerate(services):
        case = create_application(acting(resident), resident, service, "web", number)
        assert case.reference.startswith("KINI-")
        assert case.agency_id == service.agency_id
    assert [faults for _reference, faults in timeline.verify_all() if faults] == []
    for case in Case.objects.select_related("version"):
        derived = asdict(timeline.recompute(case))
        assert derived == {name: getattr(case, name) for name in derived}


def before_any_objection(flow: Flow) -> set[str]:
    """The states that a case can reach without being brought back from an end."""
    reached, frontier = {flow.start}, [flow.start]
    while frontier:
        here = frontier.pop()
        ahead = set() if flow.states[here].end else {to for state, _move, to in flow.edges() if state == here}
        frontier += ahead - reached
        reached |= ahead
    return reached


def test_every_refusal_can_be_objected_to_and_somebody_else_decides():
    seen = 0
    for name, flow in loader.read_pack(ROOT / "cities" / "jakarta").flows.items():
        reached = before_any_objection(flow)
        for key in reached:
            if flow.states[key].outcome not in ("refused", "unfounded"):
                continue
            seen += 1
            edge = rules.edge_of(flow, key, rules.OBJECT)
            assert edge, f"{name}: nobody can object to {key}"
            assert edge.by == rules.RESIDENT
            judge = flow.states[edge.to]
            refused = {flow.states[state].by for state, _move, to in flow.edges() if to == key and state in reached}
            # Above the head of an agency there is no role; the law sends such an objection back to them (UU 30/2014).
            assert judge.by not in refused - {"agency-head"}, f"{name}: {judge.by} judges their own {key}"
            assert judge.target, f"{name}: no time to judge an objection in {edge.to}"
            assert rules.edge_of(flow, edge.to, rules.OVERTURN), f"{name}: no objection to {key} can be granted"
    assert seen > 20
