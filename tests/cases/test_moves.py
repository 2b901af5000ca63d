"""Steps along the flow: who may, what must be given, corrections, withdrawal, objections, time."""

from datetime import timedelta

import pytest

from kini.cases import actions, case_answers, corrections, jobs, queries
from kini.cases.models import Case
from kini.core import current_time
from kini.core.actors import ActionRefused, NotAllowed, system
from kini.core.models import AuditEntry
from kini.services.models import ServiceVersion
from tests.cases.town import (
    ANSWERS,
    PERMIT,
    Town,
    acting,
    employed,
    filled,
    guest,
    offer,
    opened,
    person,
    photo,
    proved,
)

ASK = {"message": "Which boat?"}


def moved(town: Town, case: Case, who: str, move: str, **given: str) -> Case:
    return actions.move(by=town.named(who), case=case, move=move, values=given)


def test_a_case_goes_from_hand_to_hand_to_its_decision(town: Town, case: Case):
    case = moved(town, case, "clerk", "accept")
    assert (case.state, case.public) == ("decision", "disposition")
    case = moved(town, case, "head", "approve")
    assert (case.state, case.outcome) == ("granted", "granted")
    assert case.closed_at is not None
    assert [entry.move for entry in case.timeline.all()] == ["", "accept", "approve"]


def test_every_step_is_in_the_audit_trail(town: Town, case: Case):
    moved(town, case, "clerk", "accept")
    entry = AuditEntry.objects.get(action="cases.moved")
    assert (entry.subject, entry.actor_id) == (f"case:{case.reference}", town.clerk.user_id)


def test_nobody_takes_a_step_that_is_anothers(town: Town, case: Case):
    for who, move in (("head", "accept"), ("resident", "accept"), ("neighbour", "withdraw"), ("clerk", "withdraw")):
        with pytest.raises(NotAllowed):
            moved(town, case, who, move)
    with pytest.raises(NotAllowed):
        actions.move(by=guest(), case=case, move="withdraw")
    assert Case.objects.get().state == "check"


def test_an_officer_of_another_agency_or_area_may_not(town: Town, case: Case):
    elsewhere = employed("+6281200000011", "Petugas Jalan", town.roads, "clerk")
    hill = employed("+6281200000012", "Petugas Bukit", town.registry, "clerk", area=town.areas["hill"])
    for officer in (elsewhere, hill):
        with pytest.raises(NotAllowed):
            actions.move(by=acting(officer), case=case, move="accept")
    pier = employed("+6281200000013", "Petugas Dermaga", town.registry, "clerk", area=town.areas["pier"])
    assert actions.move(by=acting(pier), case=case, move="accept").state == "decision"


def test_an_officer_does_not_decide_on_their_own_case(town: Town, permit: ServiceVersion):
    clerk = employed("+6281200000014", "Petugas Pemohon", town.registry, "clerk")
    own = person("+6281200000014", "Petugas Pemohon")
    case = opened(acting(own), permit, own)
    with pytest.raises(NotAllowed):
        actions.move(by=acting(clerk), case=case, move="accept")


def test_a_move_that_the_state_does_not_have_is_refused(town: Town, case: Case):
    with pytest.raises(ActionRefused, match="not possible now"):
        moved(town, case, "clerk", "approve")


def test_what_a_step_needs_must_be_given(town: Town, case: Case):
    with pytest.raises(ActionRefused, match="Message"):
        moved(town, case, "clerk", "ask")
    with pytest.raises(ActionRefused, match="Reason"):
        moved(town, case, "clerk", "reject", reason="")
    with pytest.raises(ActionRefused, match="does not take"):
        moved(town, case, "clerk", "accept", colour="blue")
    with pytest.raises(ActionRefused, match="Shorten"):
        moved(town, case, "clerk", "reject", reason="x" * 2001)
    with pytest.raises(ActionRefused, match="invisible characters"):
        moved(town, case, "clerk", "reject", reason="a\x00b")


def test_a_stale_page_is_refused(town: Town, case: Case):
    moved(town, case, "clerk", "ask", **ASK)
    with pytest.raises(actions.StaleState, match="changed in the meantime"):
        actions.move(by=town.named("clerk"), case=case, move="accept", expected_state="check")


def test_a_correction_changes_what_was_asked_for_and_only_that(town: Town, case: Case):
    case = actions.move(by=town.named("clerk"), case=case, move="ask", values={**ASK, "pages": ["boat"]})
    assert (case.public, case.due_at) == ("waiting", None)
    by = town.named("resident")
    draft = actions.open_correction(by=by, case=case)
    with pytest.raises(ActionRefused, match="only if the city asks"):
        actions.save_answers(by=by, draft=draft, page="goods", values={"goods": "fruit"})
    actions.save_answers(by=by, draft=draft, page="boat", values={"boat": "Elang"})
    assert Case.objects.get().answers["boat"] == "Camar"
    case = actions.answer_correction(by=by, case=case, message="It has a new name.")
    assert (case.state, case.answers["boat"]) == ("check", "Elang")
    assert case.due_at is not None
    entry = case.timeline.last()
    assert entry.data["changed"] == ["boat"]
    assert entry.data["given"] == {"message": "It has a new name."}


def test_a_corrected_document_replaces_the_old_one_which_stays_on_record(town: Town, permit: ServiceVersion):
    by = town.named("resident")
    draft = filled(by, permit, town.resident)
    old = actions.attach_file(by=by, draft=draft, slot="letter", upload=photo(1))
    actions.save_answers(by=by, draft=draft, page="doc-letter", values={"letter": {"files": [str(old.pk)]}})
    case = actions.submit(by=by, draft=draft, confirm=True)
    case = moved(town, case, "clerk", "ask", **ASK)
    draft = actions.open_correction(by=by, case=case)
    actions.detach_file(by=by, draft=draft, document=old)
    new = actions.attach_file(by=by, draft=draft, slot="letter", upload=photo(2))
    actions.save_answers(by=by, draft=draft, page="doc-letter", values={"letter": {"files": [str(new.pk)]}})
    case = actions.answer_correction(by=by, case=case)
    removed = {document.pk: document.removed_at is not None for document in case.documents.all()}
    assert removed == {old.pk: True, new.pk: False}
    assert case_answers.of_case(case)["letter"] == {"files": [str(new.pk)]}


def test_a_correction_that_leaves_gaps_is_refused(town: Town, case: Case):
    case = moved(town, case, "clerk", "ask", **ASK)
    by = town.named("resident")
    draft = actions.open_correction(by=by, case=case)
    actions.save_answers(by=by, draft=draft, page="boat", values={"boat": None})
    with pytest.raises(actions.Incomplete):
        actions.answer_correction(by=by, case=case)


def test_only_pages_of_the_service_can_be_flagged(town: Town, case: Case):
    with pytest.raises(ActionRefused):
        actions.move(by=town.named("clerk"), case=case, move="ask", values={**ASK, "pages": ["nothing"]})
    assert corrections.flagged_pages(case) == frozenset()


def test_a_second_correction_begins_with_what_the_case_says(town: Town, case: Case):
    by = town.named("resident")
    case = moved(town, case, "clerk", "ask", **ASK)
    draft = actions.open_correction(by=by, case=case)
    actions.save_answers(by=by, draft=draft, page="boat", values={"boat": "Elang"})
    case = actions.withdraw(by=by, case=case, reason="I sold the boat.")
    assert case.answers["boat"] == "Camar"
    assert (case.state, case.outcome) == ("withdrawn", "withdrawn")
    assert case.timeline.last().data["given"] == {"reason": "I sold the boat."}


def test_a_correction_can_be_made_when_the_draft_is_gone(town: Town, case: Case):
    case.draft.delete()
    case = moved(town, case, "clerk", "ask", **ASK)
    by = town.named("resident")
    draft = actions.open_correction(by=by, case=case)
    actions.save_answers(by=by, draft=draft, page="boat", values={"boat": "Elang"})
    assert actions.answer_correction(by=by, case=case).answers["boat"] == "Elang"


def test_where_the_flow_says_so_it_is_too_late_to_withdraw(town: Town, case: Case):
    case = moved(town, case, "clerk", "accept")
    with pytest.raises(ActionRefused):
        actions.withdraw(by=town.named("resident"), case=case)


def test_a_refusal_can_be_objected_to_for_thirty_days(town: Town, case: Case):
    case = moved(town, case, "clerk", "reject", reason="The pier is closed.")
    assert case.outcome == "refused"
    with (
        current_time.freeze(current_time.now() + timedelta(days=31)),
        pytest.raises(ActionRefused, match="time for this step is over"),
    ):
        moved(town, case, "resident", "object", message="It is open again.")
    case = moved(town, case, "resident", "object", message="It is open again.")
    assert (case.state, case.closed_at, case.outcome) == ("check", None, "")


def test_an_unanswered_correction_expires_by_itself(town: Town, case: Case):
    case = moved(town, case, "clerk", "ask", **ASK)
    since = case.state_since
    with current_time.freeze(since + timedelta(days=13, hours=23)):
        jobs.take_due_edges()
        assert Case.objects.get().state == "correction"
        with pytest.raises(ActionRefused):
            actions.take_due_edge(by=system("tests"), case=case)
    with current_time.freeze(since + timedelta(days=14)):
        jobs.take_due_edges()
        jobs.take_due_edges()
    case = Case.objects.get()
    assert (case.state, case.outcome) == ("expired", "expired")
    assert case.timeline.last().actor_kind == "system"
    with pytest.raises(NotAllowed):
        actions.take_due_edge(by=town.named("clerk"), case=case)


def test_a_guest_follows_and_withdraws_by_a_secret_key(town: Town):
    version = offer("help", PERMIT | {"kind": "assistance", "attach": {}})
    pages = {"name": {"name": "Tamu"}, **ANSWERS}
    case = opened(guest("one"), version, None, pages)
    assert len(case.guest_key) == 43
    with pytest.raises(Case.DoesNotExist):
        queries.case_for(guest("one"), case.reference)
    with pytest.raises(Case.DoesNotExist):
        queries.case_for(guest("one"), case.reference, "x" * 43)
    assert queries.case_for(guest("other"), case.reference, case.guest_key) == case
    with pytest.raises(NotAllowed):
        actions.withdraw(by=guest("one"), case=case, guest_key="wrong")
    assert actions.withdraw(by=guest("other"), case=case, guest_key=case.guest_key).state == "withdrawn"


def test_who_helped_at_a_counter_may_answer_for_the_person(town: Town, permit: ServiceVersion):
    counter = employed("+6281200000015", "Petugas Loket", town.registry, "counter")
    draft = filled(acting(counter), permit, proved(town.resident))
    case = actions.submit(by=acting(counter), draft=draft, confirm=True)
    assert (case.resident, case.submitted_by_id) == (town.resident, counter.user_id)
    case = moved(town, case, "clerk", "ask", **ASK)
    draft = actions.open_correction(by=acting(counter), case=case)
    actions.save_answers(by=acting(counter), draft=draft, page="boat", values={"boat": "Elang"})
    assert actions.answer_correction(by=acting(counter), case=case).answers["boat"] == "Elang"
    assert list(queries.my_cases(acting(counter))) == []
    assert list(queries.my_cases(town.named("resident"))) == [case]
