"""Hooks of the kinds: automatic decisions, nearest unit, neutral titles."""

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from kini.cases import actions, timeline
from kini.cases.case_view import case_view
from kini.cases.models import Case
from kini.services.kinds import kinds
from kini.services.schema import Definition
from tests.cases.flows import flow
from tests.cases.town import ANSWERS, PERMIT, Town, acting, employed, guest, offer, opened

PLACE = {"fields": {"spot": {"type": "location", "label": "Where are you?"}}}
HELP = PERMIT | {
    "kind": "assistance",
    "name": {"id": "Rumah aman", "en": "Safe house"},
    "agency": "roads",
    "ask": [PLACE],
    "attach": {},
    "also": ["hotline"],
    "assistance": {"title": {"id": "Layanan warga", "en": "Resident service"}, "quick_exit": True, "call": "hotline"},
}
HERE = {"spot": {"spot": {"lat": -6.29, "lon": 106.8, "text": "By the well", "area": "1.1.2"}}}


def register(town: Town, rule: dict[str, object] | None) -> Case:
    options = {"registration": {"automatic": rule}} if rule else {}
    version = offer("register", PERMIT | {"kind": "registration"} | options, flow("decision"))
    return opened(town.named("resident"), version, town.resident)


def test_a_registration_is_decided_at_once_where_its_rule_holds(town: Town):
    case = register(town, {"when": {"goods": "fish"}, "move": "approve"})
    assert (case.state, case.outcome) == ("granted", "granted")
    assert [entry.actor_kind for entry in case.timeline.all()] == ["resident", "system"]
    assert timeline.verify_case(case) == []


@pytest.mark.parametrize("rule", [None, {"when": {"goods": "fruit"}, "move": "approve"}, {"move": "no-such-move"}])
def test_otherwise_an_officer_decides(town: Town, rule: dict[str, object] | None):
    rule = rule and {**rule, "move": str(rule["move"]).replace("-", "_")}
    assert register(town, rule).state == "decision"


def panel_of(town: Town, case: Case) -> str:
    template, context = case_view(town.named("resident"), case).panel
    return render_to_string(template, context)


def test_the_nearest_unit_gets_it_and_nobody_is_said_to_come_yet(town: Town):
    case = opened(town.named("resident"), offer("shelter", HELP), town.resident, HERE)
    assert (case.unit_id, case.area_id, case.latitude) == ("roads-hill", "1.1.2", -6.29)
    page = panel_of(town, case)
    assert "Who is coming" not in page
    assert "tel:112" in page


def test_help_is_there_for_people_who_have_not_signed_in(town: Town):
    case = opened(guest(), offer("shelter", HELP), None, HERE)
    assert case.resident is None
    assert case.guest_key


def test_the_crew_says_when_it_arrives(town: Town):
    states = {
        "check": {
            "name": "Triage",
            "does": "We look.",
            "public": "waiting",
            "by": "clerk",
            "moves": {"send": {"to": "decision", "needs": ["eta"]}, "ask": "correction", "reject": "rejected"},
        }
    }
    version = offer("shelter", HELP, flow(**states))
    case = opened(town.named("resident"), version, town.resident, HERE)
    crew = employed("+6281200000031", "Awak", town.roads, "clerk")
    case = actions.move(by=acting(crew), case=case, move="send", values={"eta": 12})
    _template, context = kinds.get("assistance").panel(case)
    assert "12" in context["eta"]
    page = panel_of(town, case)
    assert "Who is coming" in page
    assert "roads-hill" in page


def test_a_sensitive_service_has_a_neutral_title_and_a_quick_exit(town: Town):
    case = opened(town.named("resident"), offer("shelter", HELP), town.resident, HERE)
    view = case_view(town.named("resident"), case)
    with translation.override("en"):
        assert str(view.title) == "Resident service"
    assert view.quick_exit


def test_options_that_do_not_fit_are_faults_of_the_file():
    definition = Definition.model_validate(HELP | {"assistance": {"colour": "red", "call": "nobody"}})
    places = [place for place, _message, _remedy in kinds.get("assistance").check(definition)]
    assert ("assistance", "colour") in places
    loose = Definition.model_validate(HELP | {"also": []})
    assert [place for place, _message, _remedy in kinds.get("assistance").check(loose)] == [("assistance", "call")]


def test_answers_of_an_ordinary_application_are_not_private(town: Town, case: Case):
    rows = [row for section in case_view(town.named("clerk"), case).sections for row in section.rows]
    assert {row.name: row.hidden for row in rows}["name"] is False
    assert ANSWERS
