"""Notifications of every step, in the resident's language, once, and neutral for sensitive services."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from kini.cases import actions, jobs, notifications
from kini.cases.events import CaseMoved
from kini.cases.models import Case
from kini.core import current_time
from kini.core.actors import ActionRefused
from kini.core.models import OutboxMessage
from kini.messages.models import Message
from kini.people import actions as people_actions
from kini.services.models import ServiceVersion
from tests.cases.test_kinds import HELP, HERE
from tests.cases.town import Town, acting, employed, offer, opened

pytestmark = pytest.mark.usefixtures("town")


def test_the_resident_hears_that_it_arrived_and_what_happened(town: Town, case: Case, run_jobs: Callable[[], int]):
    town.resident.user.language = "en"
    town.resident.user.save()
    actions.move(by=town.named("clerk"), case=case, move="ask", values={"message": "Which boat?"})
    run_jobs()
    first, second = OutboxMessage.objects.order_by("pk")
    assert (first.channel, first.recipient) == ("sms", "+6281234567890")
    assert case.reference in first.text
    assert "Stall permit" in first.text
    assert "Send what the officer asks for." in second.text
    assert second.subject == "Stall permit: Your action is needed" or second.channel == "sms"
    assert f"/cases/{case.reference}/" in second.text


def test_heard_twice_it_is_said_once(town: Town, case: Case, run_jobs: Callable[[], int]):
    actions.move(by=town.named("clerk"), case=case, move="accept")
    run_jobs()
    before = OutboxMessage.objects.count()
    notifications.notify_moved(CaseMoved(case.reference, "accept", "decision", 2))
    assert OutboxMessage.objects.count() == before


def test_what_ended_without_a_result_is_not_called_done(town: Town, case: Case, run_jobs: Callable[[], int]):
    town.resident.user.language = "en"
    town.resident.user.save()
    actions.move(by=town.named("clerk"), case=case, move="ask", values={"message": "Which boat?"})
    case.refresh_from_db()
    with current_time.freeze(case.state_since + timedelta(days=14)):
        jobs.take_due_edges()
        run_jobs()
    case.refresh_from_db()
    assert case.outcome == "expired"
    assert Message.objects.latest("pk").subject == "Stall permit: Ended without a result"


def test_nobody_is_told_what_they_just_did(town: Town, case: Case, run_jobs: Callable[[], int]):
    run_jobs()
    before = OutboxMessage.objects.count()
    actions.withdraw(by=town.named("resident"), case=case)
    run_jobs()
    assert OutboxMessage.objects.count() == before


def test_a_message_about_a_sensitive_service_gives_nothing_away(town: Town, run_jobs: Callable[[], int]):
    town.resident.user.language = "en"
    town.resident.user.save()
    case = opened(town.named("resident"), offer("shelter", HELP), town.resident, HERE)
    crew = employed("+6281200000041", "Awak", town.roads, "clerk")
    actions.move(by=acting(crew), case=case, move="reject", values={"reason": "Violence was not found."})
    run_jobs()
    texts = " ".join(f"{message.subject} {message.text}" for message in OutboxMessage.objects.all())
    assert "Resident service" in texts
    for word in ("Safe house", "Violence", "refused"):
        assert word not in texts


def test_for_a_child_the_parent_is_told(town: Town, run_jobs: Callable[[], int], permit: object):
    tie = people_actions.add_family_member(
        by=town.named("resident"),
        resident=town.resident,
        relation="child",
        details=people_actions.Details(name="Anak Contoh"),
    )
    opened(town.named("resident"), permit, tie.member)
    run_jobs()
    assert [message.recipient for message in OutboxMessage.objects.all()] == ["+6281234567890"]


def told(case: Case) -> Message:
    """The newest message about a case."""
    return Message.objects.filter(key__startswith=f"case:{case.reference}:").latest("pk")


def test_a_message_says_what_is_needed_and_where(town: Town, case: Case, run_jobs: Callable[[], int]):
    actions.move(by=town.named("clerk"), case=case, move="ask", values={"message": "Which boat?"})
    run_jobs()
    message = told(case)
    assert message.subject.endswith(": Your action is needed") or message.language != "en"
    assert "Which boat?" in message.text
    assert message.text.endswith(f"/cases/{case.reference}/")


def test_the_first_message_says_by_when(town: Town, case: Case, run_jobs: Callable[[], int]):
    town.resident.user.language = "en"
    town.resident.user.save()
    run_jobs()
    assert "To be decided by" in told(case).text


def test_an_objection_that_arrived_is_told(town: Town, case: Case, run_jobs: Callable[[], int]):
    actions.move(by=town.named("clerk"), case=case, move="reject", values={"reason": "No pier there."})
    run_jobs()
    before = Message.objects.count()
    case.refresh_from_db()
    actions.move(by=town.named("resident"), case=case, move="object", values={"message": "There is one."})
    run_jobs()
    assert Message.objects.count() == before + 1


def test_a_message_about_a_relative_names_them(town: Town, run_jobs: Callable[[], int], permit: ServiceVersion):
    details = people_actions.Details(name="Nenek Contoh")
    tie = people_actions.add_family_member(
        by=town.named("resident"), resident=town.resident, relation="grandparent", details=details
    )
    case = opened(town.named("resident"), permit, tie.member)
    run_jobs()
    assert "Nenek Contoh" in told(case).subject


def test_a_canned_reply_with_an_open_blank_is_not_sent(town: Town, case: Case):
    with pytest.raises(ActionRefused, match="in place of"):
        actions.move(by=town.named("clerk"), case=case, move="ask", values={"message": "We still need … ."})
