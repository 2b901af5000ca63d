"""Deletion of an account: automatic after two days, except data kept by law, which is listed beforehand."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse

from kini.cases import actions as case_actions
from kini.cases import timeline
from kini.cases.models import Case, Draft
from kini.core import current_time
from kini.core.actors import ActionRefused, NotAllowed, system
from kini.core.models import OutboxMessage
from kini.messages.models import Message
from kini.people import actions as people_actions
from kini.people.models import FamilyTie, Resident, Session, User
from kini.people.personal_data_registry import personal_data_categories
from kini.privacy import actions
from kini.services.models import ServiceVersion
from tests.cases.town import BY, Town, acting, filled, opened
from tests.privacy.conftest import Ask

TIME = system("time")


@pytest.fixture
def request_case(town: Town, permit: ServiceVersion, ask: Ask, run_jobs: Callable[[], int]) -> Case:
    """A resident with family, open case, draft and messages who requests deletion of their account."""
    by = town.named("resident")
    people_actions.add_family_member(
        by=by, resident=town.resident, relation="child", details=people_actions.Details(name="Anak Contoh")
    )
    opened(by, permit, town.resident)
    filled(by, permit, town.resident)
    case = ask("deletion", understood=True)
    run_jobs()
    return case


def after_two_days(case: Case, run_jobs: Callable[[], int]) -> Case:
    with current_time.freeze(current_time.now() + timedelta(days=2, minutes=1)):
        case_actions.take_due_edge(by=TIME, case=case)
        run_jobs()
    case.refresh_from_db()
    return case


def test_nothing_happens_for_two_days_and_it_can_be_withdrawn(request_case, town, run_jobs):
    with current_time.freeze(current_time.now() + timedelta(days=1)), pytest.raises(ActionRefused):
        case_actions.take_due_edge(by=TIME, case=request_case)
    case_actions.withdraw(by=town.named("resident"), case=request_case)
    run_jobs()
    assert User.objects.get(pk=town.resident.user_id).is_active


def test_everything_that_no_law_keeps_goes(request_case, town, run_jobs, browse):
    inside = browse(town.resident)
    case = after_two_days(request_case, run_jobs)
    assert case.state == "deleted"
    assert case.due_at
    assert case.closed_at
    assert case.closed_at < case.due_at + timedelta(days=1)
    user, resident = User.objects.get(pk=town.resident.user_id), Resident.objects.get(pk=town.resident.pk)
    assert (user.phone, user.email, user.is_active) == (None, None, False)
    assert (resident.name, resident.phone, resident.address, resident.national_id_hash) == ("", "", "", None)
    assert not Draft.objects.filter(owner=user, case=None).exists()
    assert not Session.objects.filter(user=user).exists()
    assert not Message.objects.filter(user=user).exists()
    assert not FamilyTie.objects.exists()
    assert "Anak Contoh" not in {each.name for each in Resident.objects.all()}
    assert inside.get("/me/").status_code == 302
    assert [faults for _reference, faults in timeline.verify_all() if faults] == []


def test_the_last_message_goes_to_the_contact_that_was_deleted(request_case, town, run_jobs):
    phone = town.resident.user.phone
    after_two_days(request_case, run_jobs)
    messages = OutboxMessage.objects.filter(recipient=phone)
    assert [message.text for message in messages]
    assert request_case.reference in messages.latest("at").text


def test_open_cases_are_withdrawn_and_what_the_city_decided_stays(request_case, town, run_jobs):
    other = Case.objects.get(service="stall-permit")
    after_two_days(request_case, run_jobs)
    other.refresh_from_db()
    assert other.outcome == "withdrawn"
    assert other.answers


def test_what_goes_and_what_stays_is_said_before(town, services, browse):
    by = town.named("resident")
    draft = case_actions.start_draft(by=by, version=services["privacy-deletion"], resident=town.resident)
    case_actions.update_answers(by=by, draft=draft, values={"understood": True})
    page = browse(town.resident).get(reverse("cases:check", args=[draft.pk])).text
    for each in personal_data_categories:
        if each.stays:
            assert str(each.stays)[:30] in page


def test_whoever_works_for_the_city_cannot_be_deleted_now(town, services):
    clerk = people_actions.ensure_resident(by=BY, user=town.clerk.user)
    by = acting(town.clerk)
    draft = case_actions.start_draft(by=by, version=services["privacy-deletion"], resident=clerk)
    draft = case_actions.update_answers(by=by, draft=draft, values={"understood": True})
    case = case_actions.submit(by=by, draft=draft, confirm=True)
    with (
        current_time.freeze(current_time.now() + timedelta(days=3)),
        pytest.raises(ActionRefused, match="work for the city"),
    ):
        case_actions.take_due_edge(by=TIME, case=case)


def test_a_hold_stops_it(request_case, town, guardian, run_jobs):
    people_actions.place_legal_hold(by=acting(guardian), resident=town.resident, reason="Court of Jakarta")
    with (
        current_time.freeze(current_time.now() + timedelta(days=3)),
        pytest.raises(ActionRefused, match="cannot be deleted"),
    ):
        case_actions.take_due_edge(by=TIME, case=request_case)
    case_actions.move(by=acting(guardian), case=request_case, move="refuse", values={"reason": "A court has it kept."})
    run_jobs()
    assert User.objects.get(pk=town.resident.user_id).is_active


def test_only_the_person_asks_and_only_the_program_erases(request_case, town, services, guardian):
    child = town.neighbour
    with pytest.raises(NotAllowed):
        case_actions.start_draft(by=town.named("resident"), version=services["privacy-deletion"], resident=child)
    for by in (town.named("resident"), acting(guardian)):
        with pytest.raises(NotAllowed):
            actions.erase_person(by=by, case=request_case)
    assert actions.erase_person(by=TIME, case=request_case) == {}


def test_a_second_run_changes_nothing(request_case, run_jobs):
    case = after_two_days(request_case, run_jobs)
    assert actions.erase_person(by=TIME, case=case) == {}
