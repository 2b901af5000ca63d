"""Four eyes: who took an earlier step takes no step that must be independent of it, in the action and past it."""

import pytest
from django.db import IntegrityError, transaction
from pydantic import ValidationError

from kini.cases import actions, timeline
from kini.cases.models import Case
from kini.cases.queries import batch_moves
from kini.core.actors import NotAllowed, system
from kini.people.models import Officer
from kini.services.models import ServiceVersion
from tests.cases import flows
from tests.cases.desk.conftest import Browse
from tests.cases.town import PERMIT, Town, acting, employed, offer, opened
from tests.snapshots import replay

DECISION = {**flows.STATES["decision"], "independent_of": ["accept"]}


@pytest.fixture
def separate(town: Town) -> ServiceVersion:
    """A permit that is decided by somebody else than who found it complete."""
    return replay("separate", lambda: offer("four-eyes", PERMIT, flows.flow(decision=DECISION)))


@pytest.fixture
def both(town: Town) -> Officer:
    """An officer who checks and decides."""
    return employed("+6281200000077", "Serba Bisa", town.registry, "clerk", "head")


@pytest.fixture
def accepted(town: Town, separate: ServiceVersion, both: Officer) -> Case:
    """A case that the officer with both roles found complete."""
    case = opened(town.named("resident"), separate, town.resident)
    return actions.move(by=acting(both), case=case, move="accept")


def test_who_checked_does_not_decide(town: Town, accepted: Case, both: Officer):
    for move in ("approve", "reject"):
        with pytest.raises(NotAllowed, match="Accept"):
            actions.move(by=acting(both), case=accepted, move=move, values={"reason": "No."})
    assert actions.move(by=town.named("head"), case=accepted, move="approve").state == "granted"


def test_the_earlier_officer_may_still_check_again_and_the_system_may_go_on(town, accepted, both):
    assert actions.move(by=system("tests"), case=accepted, move="approve").state == "granted"
    other = opened(town.named("resident"), accepted.version, town.resident)
    actions.move(by=town.named("clerk"), case=other, move="accept")
    assert actions.move(by=acting(both), case=other, move="approve").state == "granted"


def append(case: Case, officer: Officer, move: str) -> None:
    """Write the step past the action that checks it."""
    with transaction.atomic():
        timeline.append(case, by=acting(officer), sort="moved", move=move, to_state="granted")
        Case.objects.get(pk=case.pk)  # sends what was deferred


def test_the_database_refuses_a_step_of_the_same_officer(accepted: Case, both: Officer):
    with pytest.raises(IntegrityError, match="somebody else"):
        append(accepted, both, "approve")


def test_another_name_for_the_move_does_not_help(accepted: Case, both: Officer):
    with pytest.raises(IntegrityError, match="somebody else"):
        append(accepted, both, "slip-through")


def test_the_database_refuses_a_step_without_an_entry(accepted: Case):
    granted = {"state": "granted", "closed_at": accepted.opened_at, "outcome": "granted"}
    with pytest.raises(IntegrityError, match="who took the step"), transaction.atomic():
        Case.objects.filter(pk=accepted.pk).update(**granted)
    with pytest.raises(IntegrityError), transaction.atomic():  # nor with one of before
        Case.objects.filter(pk=accepted.pk).update(**granted, entries=accepted.entries - 1)


def test_many_at_once_leaves_out_what_needs_somebody_else(town: Town, accepted: Case, both: Officer):
    (plan,) = batch_moves.plan_moves(acting(both), [accepted], "approve")
    assert "Accept" in plan.obstacle
    (plan,) = batch_moves.plan_moves(town.named("head"), [accepted], "approve")
    assert plan.obstacle == ""


def test_the_desk_says_who_may(town: Town, accepted: Case, both: Officer, browse: Browse):
    page = browse(both).get(f"/desk/cases/{accepted.reference}/").content.decode()
    assert "These colleagues may:\n      Kepala Kantor" in page
    assert f"/desk/cases/{accepted.reference}/moves/approve/" not in page
    refused = browse(both).post(f"/desk/cases/{accepted.reference}/moves/approve/", {"state": "decision"})
    assert refused.status_code == 403
    page = browse(town.head).get(f"/desk/cases/{accepted.reference}/").content.decode()
    assert f"/desk/cases/{accepted.reference}/moves/approve/" in page


def test_the_desk_says_that_nobody_else_has_the_role(town: Town, accepted: Case, both: Officer, browse: Browse):
    Officer.objects.filter(pk=town.head.pk).update(active=False)
    page = browse(both).get(f"/desk/cases/{accepted.reference}/").content.decode()
    assert "Nobody else at your agency has this role" in page


@pytest.mark.parametrize(
    ("state", "names", "complaint"),
    [("decision", ["approbate"], "no move"), ("correction", ["accept"], "officer"), ("granted", ["accept"], "officer")],
)
def test_a_flow_names_moves_that_it_has_where_officers_act(state: str, names: list[str], complaint: str):
    with pytest.raises(ValidationError, match=complaint):
        flows.flow(**{state: {**flows.STATES[state], "independent_of": names}})
