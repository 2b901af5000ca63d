"""Decisions about one case: held for a while, shown on the next pages, taken back, taken once."""

from collections.abc import Callable
from urllib.parse import quote

import pytest

from kini.cases import actions, jobs
from kini.cases.models import BatchMove, Case
from kini.core import current_time
from kini.core.actors import ActionRefused, NotAllowed
from kini.core.models import OutboxMessage
from kini.services.models import ServiceVersion
from tests.cases import flows
from tests.cases.town import PERMIT, Town, offer, opened, photo
from tests.pagechecks import CheckedClient

REFUSAL = {"state": "check", "reason": "No place is left"}
TRAIL = f"?in={quote('view=due', safe='')}"


def refuse(client: CheckedClient, case: Case, trail: str = "") -> str:
    """Refuse the case at the desk; return where the desk goes on."""
    return client.post(f"/desk/cases/{case.reference}/moves/reject/{trail}", REFUSAL)["Location"]


def state(case: Case) -> str:
    return Case.objects.values_list("state", flat=True).get(pk=case.pk)


def test_a_decision_waits_and_nobody_is_told_before(case: Case, clerk: CheckedClient, run_jobs: Callable[[], int]):
    run_jobs()
    OutboxMessage.objects.all().delete()
    assert refuse(clerk, case) == f"/desk/cases/{case.reference}/"
    run_jobs()
    assert state(case) == "check"
    assert not OutboxMessage.objects.exists()
    batch = BatchMove.objects.get()
    with current_time.freeze(batch.due_at):
        jobs.run_batch_move(batch.pk)
    run_jobs()
    assert state(case) == "rejected"
    assert OutboxMessage.objects.count() == 1


def test_the_next_pages_offer_to_take_it_back(town: Town, permit: ServiceVersion, case: Case, clerk: CheckedClient):
    other = opened(town.named("resident"), permit, town.resident)
    assert refuse(clerk, case, TRAIL) == f"/desk/cases/{case.reference}/next/{TRAIL}"
    batch = BatchMove.objects.get()
    for address in ("/desk/", f"/desk/cases/{other.reference}/", f"/desk/cases/{case.reference}/"):
        assert f'action="/desk/bulk/{batch.pk}/back/"' in clerk.get(address).content.decode()
    with current_time.freeze(batch.due_at):
        assert "/back/" not in clerk.get("/desk/").content.decode()


def test_taken_back_it_is_open_again_for_another_decision(case: Case, clerk: CheckedClient):
    refuse(clerk, case, TRAIL)
    batch = BatchMove.objects.get()
    assert clerk.post(f"/desk/bulk/{batch.pk}/back/")["Location"] == f"/desk/cases/{case.reference}/{TRAIL}"
    with current_time.freeze(batch.due_at):
        jobs.run_batch_move(batch.pk)
    assert state(case) == "check"
    refuse(clerk, case)
    assert BatchMove.objects.filter(taken_back_at=None).count() == 1


def test_a_form_that_is_sent_twice_decides_once(case: Case, clerk: CheckedClient):
    assert refuse(clerk, case) == refuse(clerk, case)
    assert BatchMove.objects.count() == 1


def test_what_cannot_be_decided_is_refused_at_once(town: Town, case: Case, clerk: CheckedClient):
    with pytest.raises(NotAllowed):
        actions.schedule_move(by=town.named("head"), case=case, move="reject", values={"reason": "No."})
    with pytest.raises(ActionRefused):
        actions.schedule_move(by=town.named("clerk"), case=case, move="reject")
    with pytest.raises(ActionRefused):
        actions.schedule_move(by=town.named("clerk"), case=case, move="approve")
    assert not BatchMove.objects.exists()


def test_steps_that_decide_nothing_are_taken_at_once(case: Case, clerk: CheckedClient):
    clerk.post(f"/desk/cases/{case.reference}/moves/accept/", {"state": "check"})
    assert state(case) == "decision"


def test_a_decision_with_files_is_taken_at_once(town: Town, clerk: CheckedClient):
    moves = flows.STATES["check"]["moves"] | {"finish": {"to": "granted", "needs": ["photo"], "label": "Finish"}}
    version = offer("with-photo", PERMIT, flows.flow(check=flows.STATES["check"] | {"moves": moves}))
    case = opened(town.named("resident"), version, town.resident)
    clerk.post(f"/desk/cases/{case.reference}/moves/finish/", {"state": "check", "photo": photo()})
    assert state(case) == "granted"
