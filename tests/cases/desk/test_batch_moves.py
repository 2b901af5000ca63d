"""Batch moves: reviewed, delayed, cancelled or taken exactly once, even if the worker dies."""

import re
from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from kini.cases import actions, jobs
from kini.cases.models import BatchMove, BatchMoveCase, Case, TimelineEntry
from kini.cases.timeline import verification
from kini.core import current_time, retention
from kini.core.actors import ActionRefused, NotAllowed, system
from kini.core.models import AuditEntry, OutboxMessage
from kini.people import actions as people_actions
from kini.people.models import RoleGrant, User
from kini.services.models import ServiceVersion
from tests.cases import flows
from tests.cases.desk.conftest import Browse
from tests.cases.town import BY, PERMIT, Town, employed, offer, opened
from tests.pagechecks import CheckedClient


@pytest.fixture
def three(town: Town, permit: ServiceVersion) -> list[Case]:
    return [opened(town.named("resident"), permit, town.resident) for _ in range(3)]


def numbers(cases: Iterable[Case]) -> list[str]:
    return [case.reference for case in cases]


def states(cases: Iterable[Case]) -> list[str]:
    return [Case.objects.values_list("state", flat=True).get(pk=case.pk) for case in cases]


def confirm(client: CheckedClient, cases: list[Case], move: str, **inputs: str):
    """From ticked rows through the page of the steps and that of what will happen to the decision."""
    sent = {"case": numbers(cases)}
    page = client.post("/desk/bulk/?in=view%3Dmine", sent).content.decode()
    (move,) = re.findall(rf'value="({move}[.][^"]+)"', page)
    page = client.post("/desk/bulk/?in=view%3Dmine", sent | {"move": move}).content.decode()
    seen = re.findall(r'name="seen" value="([^"]+)"', page)
    assert states(cases) == [case.state for case in cases], "nothing has happened so far"
    return client.post("/desk/bulk/?in=view%3Dmine", sent | {"move": move, "seen": seen, "confirm": "yes"} | inputs)


def plan(town: Town, cases: list[Case], move: str = "accept", **given: str) -> BatchMove:
    return actions.schedule_batch_move(by=town.named("clerk"), cases=cases, move=move, values=given)


def carry_out(bulk: BatchMove, late: timedelta = timedelta(0)) -> None:
    with current_time.freeze(bulk.due_at + late):
        jobs.run_batch_move(bulk.pk)


def test_ticked_cases_are_moved_after_a_while_and_residents_told_then(
    three: list[Case], clerk: CheckedClient, run_jobs: Callable[[], int]
):
    run_jobs()
    OutboxMessage.objects.all().delete()
    response = confirm(clerk, three, "ask", message="Which boat?")
    bulk = BatchMove.objects.get()
    assert (response.status_code, response["Location"]) == (303, f"/desk/bulk/{bulk.pk}/")
    run_jobs()
    assert states(three) == ["check"] * 3
    assert not OutboxMessage.objects.exists()
    assert "Nothing has happened yet" in clerk.get(f"/desk/bulk/{bulk.pk}/").content.decode()
    job = ProcrastinateJob.objects.get(task_name="cases.carry_out_bulk")
    assert (job.scheduled_at, job.args) == (bulk.due_at, {"bulk": bulk.pk})
    carry_out(bulk)
    run_jobs()
    assert states(three) == ["correction"] * 3
    assert OutboxMessage.objects.count() == 3
    page = clerk.get(f"/desk/bulk/{bulk.pk}/").content.decode()
    assert "3 of 3 moved" in page
    assert 'href="/desk/?view=mine"' in page
    for case in three:
        entry = TimelineEntry.objects.get(case=case, number=2)
        assert (entry.move, entry.actor_kind) == ("ask", "officer")
        assert entry.data["given"] == {"message": "Which boat?"}
        assert verification.verify_case(Case.objects.get(pk=case.pk)) == []


def test_the_page_says_which_cannot_be_moved_and_why(town: Town, three: list[Case], clerk: CheckedClient):
    ask, done, on_hold = three
    actions.move(by=town.named("clerk"), case=done, move="reject", values={"reason": "No"})
    plan(town, [on_hold])
    needs = {"accept": {"to": "decision", "needs": ["photo"]}}
    check = flows.STATES["check"] | {"moves": flows.STATES["check"]["moves"] | needs}
    with_photo = opened(town.named("resident"), offer("photo", PERMIT, flows.flow(check=check)), town.resident)
    away = opened(town.named("resident"), offer("road", PERMIT | {"agency": "roads"}), town.resident)
    sent = {"case": numbers([ask, done, on_hold, with_photo, away]), "move": "accept"}
    response = clerk.post("/desk/bulk/", sent)
    assert [each.case for each, _title in response.context["fitting"]] == [ask]
    assert {each.case.reference: each.obstacle for each, _title in response.context["others"]} == {
        done.reference: "This step is not possible from “Refused”.",
        on_hold.reference: "It waits for another step that was decided for many cases.",
        with_photo.reference: "This step needs files of its own. Open the case.",
    }
    assert away.reference not in response.content.decode()
    assert "Check → Decision" in response.content.decode()
    sent["move"] = "approve"
    assert "None of these cases" in clerk.post("/desk/bulk/", sent).content.decode()


def test_ones_own_case_is_not_moved(town: Town, three: list[Case], browse: Browse):
    twin = employed("+6281200000071", "Petugas Warga", town.registry, "clerk")
    own = people_actions.ensure_resident(by=BY, user=twin.user)
    Case.objects.filter(pk=three[0].pk).update(resident=own)
    response = browse(twin).post("/desk/bulk/", {"case": numbers(three), "move": "accept"})
    assert [each.obstacle for each, _title in response.context["others"]] == [
        "This case is your own or your family's. A colleague works on it."
    ]


def test_all_on_this_page(three: list[Case], clerk: CheckedClient):
    page = clerk.get("/desk/").content.decode()
    whole = re.search(r'name="case" value="([^"]+)" data-check-all', page)
    assert whole
    assert whole.group(1).split() == numbers(three)
    response = clerk.post("/desk/bulk/", {"case": [whole.group(1), three[0].reference]})
    assert {each.key.partition(".")[0]: each.count for each in response.context["choices"]} == {
        "accept": 3,
        "ask": 3,
        "reject": 3,
    }
    assert response.context["cases"] == three


def test_what_must_be_given_is_asked_once_for_all(three: list[Case], clerk: CheckedClient):
    refused = confirm(clerk, three, "reject", reason="")
    assert refused.status_code == 422
    assert 'href="#reason"' in refused.content.decode()
    assert not BatchMove.objects.exists()
    assert confirm(clerk, three, "reject", reason="No place left").status_code == 303
    carry_out(BatchMove.objects.get())
    assert states(three) == ["rejected"] * 3


def test_taken_back_as_a_whole(
    town: Town, three: list[Case], clerk: CheckedClient, head: CheckedClient, run_jobs: Callable[[], int]
):
    run_jobs()
    OutboxMessage.objects.all().delete()
    confirm(clerk, three, "accept")
    bulk = BatchMove.objects.get()
    assert head.post(f"/desk/bulk/{bulk.pk}/back/").status_code in (403, 404)
    with pytest.raises(NotAllowed):
        actions.cancel_batch_move(by=town.named("head"), bulk=bulk)
    for _twice in range(2):
        assert clerk.post(f"/desk/bulk/{bulk.pk}/back/").status_code == 302
    assert "Nothing was done" in clerk.get(f"/desk/bulk/{bulk.pk}/").content.decode()
    carry_out(bulk)
    with current_time.freeze(bulk.due_at + timedelta(hours=2)):
        jobs.run_due_batch_moves()
    run_jobs()
    assert states(three) == ["check"] * 3
    assert TimelineEntry.objects.filter(case__in=three).count() == 3, "each was opened, and nothing else"
    assert not OutboxMessage.objects.exists()
    plan(town, three)


def test_colleagues_see_that_it_waits(town: Town, three: list[Case], head: CheckedClient):
    bulk = plan(town, three)
    page = head.get(f"/desk/cases/{three[0].reference}/").content.decode()
    assert "Petugas Berkas chose “Accept” and can still undo it" in page
    actions.cancel_batch_move(by=town.named("clerk"), bulk=bulk)
    assert "about to be moved" not in head.get(f"/desk/cases/{three[0].reference}/").content.decode()


def test_too_late_to_take_back(town: Town, three: list[Case], clerk: CheckedClient):
    bulk = plan(town, three)
    with current_time.freeze(bulk.due_at):
        assert actions.begin_batch_move(by=system("bulk"), bulk=bulk.pk)
    with pytest.raises(ActionRefused):
        actions.cancel_batch_move(by=town.named("clerk"), bulk=bulk)
    clerk.post(f"/desk/bulk/{bulk.pk}/back/")
    assert "too late" in clerk.get(f"/desk/bulk/{bulk.pk}/").content.decode()


def test_not_before_its_time(town: Town, three: list[Case]):
    bulk = plan(town, three)
    jobs.run_batch_move(bulk.pk)
    jobs.run_due_batch_moves()
    assert states(three) == ["check"] * 3
    with current_time.freeze(bulk.due_at):
        jobs.run_due_batch_moves()
    assert states(three) == ["decision"] * 3


def test_a_worker_that_stops_in_the_middle_is_gone_on_with_once(town: Town, three: list[Case]):
    bulk = plan(town, three)
    by = town.named("clerk")
    first, second, _third = bulk.cases.order_by("pk")
    with current_time.freeze(bulk.due_at):
        actions.begin_batch_move(by=system("bulk"), bulk=bulk.pk)
        actions.move_batch_case(by=by, item=first.pk)
        with transaction.atomic():
            actions.move_batch_case(by=by, item=second.pk)
            transaction.set_rollback(True)
    assert states(three) == ["decision", "check", "check"]
    for _again in range(3):
        carry_out(bulk, timedelta(minutes=1))
        with current_time.freeze(bulk.due_at + timedelta(minutes=2)):
            jobs.run_due_batch_moves()
    assert states(three) == ["decision"] * 3
    assert TimelineEntry.objects.filter(case__in=three, move="accept").count() == 3
    assert AuditEntry.objects.filter(action="cases.moved", subject__startswith="case:").count() == 3
    bulk.refresh_from_db()
    assert bulk.ended_at == bulk.due_at + timedelta(minutes=1)


def test_what_others_did_meanwhile_stands_and_is_said(town: Town, three: list[Case], clerk: CheckedClient):
    User.objects.filter(pk=town.clerk.user_id).update(language="en")
    bulk = plan(town, three)
    actions.move(by=town.named("clerk"), case=three[1], move="reject", values={"reason": "No"})
    carry_out(bulk)
    assert states(three) == ["decision", "rejected", "decision"]
    page = clerk.get(f"/desk/bulk/{bulk.pk}/").content.decode()
    assert "2 of 3 moved" in page
    assert "changed in the meantime" in page
    assert "2 of 3 moved" in clerk.get("/desk/bulk/").content.decode()


def test_a_role_taken_away_meanwhile_moves_nothing(town: Town, three: list[Case]):
    bulk = plan(town, three)
    RoleGrant.objects.filter(officer=town.clerk).delete()
    carry_out(bulk)
    assert states(three) == ["check"] * 3
    assert set(bulk.cases.values_list("result", flat=True)) == {BatchMoveCase.REFUSED}


def test_an_error_keeps_back_one_and_not_the_others(town: Town, three: list[Case], monkeypatch: pytest.MonkeyPatch):
    bulk = plan(town, three)
    kind = type(actions.moves.kinds.get(three[0].kind))

    def broken(_self, case, move, values):
        if case.pk == three[0].pk:
            raise RuntimeError("broken")

    with monkeypatch.context() as patch:
        patch.setattr(kind, "after_move", broken)
        carry_out(bulk)
        assert states(three) == ["check", "decision", "decision"]
        carry_out(bulk, jobs.RETRY_FOR + timedelta(minutes=1))
    first = bulk.cases.order_by("pk").first()
    assert first.result == BatchMoveCase.REFUSED
    assert first.why
    bulk.refresh_from_db()
    assert bulk.ended_at


def test_the_same_form_twice_is_one_decision(three: list[Case], clerk: CheckedClient):
    seen = [f"{case.reference}/check" for case in three]
    sent = {"case": numbers(three), "move": "accept", "seen": seen, "confirm": "yes"}
    assert [clerk.post("/desk/bulk/", sent).status_code for _ in range(2)] == [303, 409]
    assert BatchMove.objects.count() == 1


def test_a_page_that_is_out_of_date_decides_nothing(town: Town, three: list[Case], clerk: CheckedClient):
    seen = [f"{case.reference}/check" for case in three]
    actions.move(by=town.named("clerk"), case=three[0], move="reject", values={"reason": "No"})
    sent = {"case": numbers(three), "move": "accept", "seen": seen, "confirm": "yes"}
    response = clerk.post("/desk/bulk/", sent)
    assert response.status_code == 409
    assert "changed in the meantime" in response.content.decode()
    assert not BatchMove.objects.exists()


def test_closed_to_others(town: Town, three: list[Case], browse: Browse, client: CheckedClient):
    bulk = plan(town, three)
    for visitor in (town.resident, employed("+6281200000072", "Petugas Baru", town.registry)):
        assert browse(visitor).get("/desk/bulk/").status_code == 403
        assert browse(visitor).post("/desk/bulk/", {"case": numbers(three), "move": "accept"}).status_code == 403
    other = browse(employed("+6281200000073", "Petugas Jalan", town.roads, "clerk"))
    assert other.get(f"/desk/bulk/{bulk.pk}/").status_code == 404
    assert other.post("/desk/bulk/", {"case": numbers(three), "move": "accept"}).status_code == 303
    with pytest.raises(NotAllowed):
        actions.schedule_batch_move(by=town.named("resident"), cases=three, move="accept")
    with pytest.raises(ActionRefused):
        actions.schedule_batch_move(by=town.named("clerk"), cases=three, move="approve")
    assert client.post("/desk/bulk/").status_code == 302


def test_nothing_ticked_and_nonsense(three: list[Case], clerk: CheckedClient):
    assert clerk.post("/desk/bulk/", {"case": ["nothing", "\x01", ""]})["Location"] == "/desk/"
    page = clerk.post("/desk/bulk/", {"case": numbers(three), "move": "<script>"})
    assert page.status_code == 200
    assert "None of these cases" in page.content.decode()


def test_few_queries_however_many_cases(
    town: Town, permit: ServiceVersion, clerk: CheckedClient, django_assert_max_num_queries
):
    cases = [opened(town.named("resident"), permit, town.resident) for _ in range(8)]
    with django_assert_max_num_queries(15):
        clerk.post("/desk/bulk/", {"case": numbers(cases), "move": "accept"})


def test_lists_are_not_kept_for_ever(town: Town, three: list[Case]):
    bulk = plan(town, three)
    carry_out(bulk)
    with current_time.freeze(bulk.due_at + timedelta(days=31)):
        retention.apply(retention.rules.get("cases.bulks"))
    assert not BatchMove.objects.exists()
    assert TimelineEntry.objects.filter(case__in=three, move="accept").count() == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"begun_at": True, "taken_back_at": True},
        {"begun_at": False},
        {"ended_at": True},
    ],
)
def test_the_database_holds_that_it_is_done_or_taken_back(town: Town, three: list[Case], wrong: dict[str, bool]):
    bulk = plan(town, three)
    values = {name: bulk.due_at if due else bulk.made_at for name, due in wrong.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        BatchMove.objects.filter(pk=bulk.pk).update(**values)


@pytest.mark.parametrize("wrong", [{"result": "refused"}, {"why": "x"}, {"result": "lost"}])
def test_the_database_holds_that_results_are_told(town: Town, three: list[Case], wrong: dict[str, str]):
    plan(town, three)
    with pytest.raises(IntegrityError), transaction.atomic():
        BatchMoveCase.objects.update(**wrong)


def test_the_database_holds_that_a_case_waits_for_one(town: Town, three: list[Case]):
    bulk = plan(town, three[:1])
    other = BatchMove.objects.create(officer=town.clerk, move="x", label="x", made_at=bulk.made_at, due_at=bulk.due_at)
    with pytest.raises(IntegrityError), transaction.atomic():
        BatchMoveCase.objects.create(bulk=other, case=three[0], state="check")
    with pytest.raises(IntegrityError), transaction.atomic():
        BatchMoveCase.objects.create(bulk=bulk, case=three[0], state="check", result="moved")


def renamed(town: Town) -> Case:
    """A case of a service whose move `accept` has another button and another effect."""
    accept = {
        "accept": {"to": "granted", "label": "Approve and print"},
        "ask_head": {"to": "decision", "label": "Ask the head"},
    }
    check = flows.STATES["check"] | {"moves": flows.STATES["check"]["moves"] | accept}
    return opened(town.named("resident"), offer("card", PERMIT, flows.flow(check=check)), town.resident)


def test_moves_are_grouped_by_what_their_button_says(town: Town, three: list[Case], clerk: CheckedClient):
    card = renamed(town)
    sent = {"case": numbers([*three, card])}
    choices = clerk.post("/desk/bulk/", sent).context["choices"]
    assert {(each.label, each.leads_to, each.count) for each in choices if each.key.startswith("accept.")} == {
        ("Accept", "Decision", 3),
        ("Approve and print", "Granted", 1),
    }
    (key,) = (each.key for each in choices if each.label == "Accept")
    review = clerk.post("/desk/bulk/", sent | {"move": key})
    assert [each.case for each, _title in review.context["fitting"]] == three
    ((other, _title),) = review.context["others"]
    assert other.obstacle == "Here the step is “Approve and print” and leads to “Granted”."
    with pytest.raises(ActionRefused, match="another effect"):
        plan(town, [*three, card])
