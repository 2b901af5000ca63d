"""Copies of cases hold against the checks of the house; what others follow from is done at the time of the step."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from kini.cases import actions
from kini.cases.models import Case, TimelineEntry
from kini.cases.public import case_answers
from kini.cases.timeline.verification import verify_case
from kini.core import current_time, jobs
from kini.core.actors import Actor, ActorKind, system
from kini.core.localized_text import Text
from kini.demo import answers, cases, past, people, year
from kini.demo.case_cloner import Person
from kini.demo.content import NOTHING, Task
from kini.demo.copies import Applicants, copied_cases, copy_cases
from kini.demo.people import DemoPeople
from kini.messages.models import Delivery, Message
from kini.people.models import Resident
from kini.services.models import ServiceVersion
from kini.services.public import snapshot_of
from tests.cases.conftest import case, city, permit, town  # noqa: F401 -- fixtures
from tests.cases.town import PERMIT, Town, offer, person, proved

pytestmark = pytest.mark.django_db
BY = system("demo")


@pytest.fixture
def decided(town: Town, case: Case) -> Case:  # noqa: F811
    """A case of somebody with a proved identity."""
    proved(town.resident)
    return case


@pytest.fixture
def applicants() -> Applicants:
    """Somebody with an account and somebody without one."""
    known, helped = person("+6281211110000", "Sari Contoh"), person("+6281211110001", "Wati Contoh")
    return Applicants([Person(known.pk, known.user_id)], [Person(helped.pk, None)])


def test_copies_are_as_sound_as_their_originals(decided: Case, applicants: Applicants) -> None:
    now = current_time.now()
    assert copy_cases(by=BY, originals={decided.pk: 1.0}, numbers=range(6), until=now, applicants=applicants) == 6
    copies = Case.objects.exclude(pk=decided.pk)
    assert len({each.reference for each in copies}) == 6
    assert all(verify_case(each) == [] for each in copies)
    assert {each.state for each in copies} == {decided.state}
    assert all(each.opened_at < decided.opened_at for each in copies)
    assert {each.resident_id for each in copies} == {applicants.accounts[0].resident}
    assert TimelineEntry.objects.filter(case__in=copies).count() == 6 * decided.timeline.count()


def test_copies_of_a_year_are_of_many_residents(decided: Case) -> None:
    until = current_time.now()
    both = [year._applicants(number, until) for number in (0, year.AT_A_TIME)]
    residents = {each.resident for some in both for each in (*some.accounts, *some.helped)}
    assert len(residents) == 2 * year.PEOPLE
    assert Resident.objects.filter(pk__in=residents, assurance__gt=0).count() == len(residents)
    assert year._applicants(0, until) == both[0], "a job that runs again creates nobody"


def test_residents_whom_one_signs_in_as_are_among_those_of_each_share(town: Town) -> None:  # noqa: F811
    since, known = current_time.now() - timedelta(days=year.DAYS), set[int]()
    for _again in range(2):
        share = people.recall_people()
        people.share_people(share, 0, since)
        known |= {resident.pk for _by, resident in share.residents}
        assert len(share.residents) == people.WITH_ACCOUNT + people.SHARE_ACCOUNTS
    assert len(known) == people.WITH_ACCOUNT + people.SHARE_ACCOUNTS
    assert Resident.objects.filter(pk__in=known, user__email="resident-2@demo.example").exists()


def test_the_database_refuses_a_copy_in_a_state_to_which_no_step_leads(decided: Case) -> None:
    with (
        pytest.raises(IntegrityError, match="no edge of its flow"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE cases_case SET state = 'nowhere' WHERE id = %s", [decided.pk])


def test_a_photo_shows_what_is_chosen_on_a_later_page(permit: ServiceVersion) -> None:  # noqa: F811
    chosen = [answers.choices_to_come(snapshot_of(permit), number) for number in range(2)]
    assert chosen == [["fish"], ["fruit"]]


def test_people_asked_for_on_two_pages_have_numbers_of_their_own(town: Town) -> None:  # noqa: F811
    pages = [{"page": name, "fields": {f"{name}_nik": {"type": "nik", "label": "NIK"}}} for name in ("wife", "witness")]
    service = offer("wedding", PERMIT | {"ask": pages, "attach": {}}).service
    for number in range(8):
        draft = cases.start_application(town.named("resident"), town.resident, service, "web", number)
        draft.refresh_from_db()
        said = case_answers.of_draft(draft)
        assert said["wife_nik"] != said["witness_nik"]


def test_late_cases_are_not_copied(decided: Case) -> None:
    assert list(copied_cases()) == [decided]
    Case.objects.filter(pk=decided.pk).update(due_at=current_time.now() - timedelta(hours=1))
    assert not copied_cases().exists()


def test_a_message_about_a_past_step_has_its_time_and_is_not_sent(decided: Case) -> None:
    moment = current_time.now() - timedelta(days=40)
    with past.at(moment):
        actions.withdraw(by=Actor(ActorKind.SYSTEM, name="demo"), case=decided)
    message = Message.objects.get()
    assert abs(message.at - moment) < timedelta(minutes=1)
    assert Delivery.objects.exclude(state__in=("delivered", "failed")).count() == 0
    assert message.deliveries.filter(state="failed").exists(), "the first of an agency did not arrive"


def test_a_task_has_new_cases(town: Town, permit: ServiceVersion, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    task = Task(group="desk", name=Text("Decide"), page="/desk/", cases={"stall-permit": 2, "gone": 1})
    monkeypatch.setattr(cases, "demo_content", lambda: NOTHING.model_copy(update={"tasks": {"decide": task}}))
    people = DemoPeople(residents=[(town.named("resident"), town.resident)])
    cases.create_task_cases(people)
    assert [(each.service_id, each.closed_at) for each in Case.objects.all()] == [("stall-permit", None)] * 2


def test_collected_jobs_are_not_stored() -> None:
    with jobs.collect() as collected:
        jobs.enqueue("demo.fill_year", done=0, until="")
    assert [each.task.name for each in collected] == ["demo.fill_year"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'demo.fill_year'")
        assert cursor.fetchone() == (0,)
