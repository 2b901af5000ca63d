"""Officers' actions besides moves: queue, assign, transfer, note, reveal."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from kini.cases import actions, queries
from kini.cases.case_view import case_view
from kini.cases.models import Case
from kini.cases.queries import QueueFilters
from kini.core import current_time
from kini.core.actors import ActionRefused, NotAllowed
from kini.people import actions as people_actions
from kini.people.models import AccessLog
from kini.services.models import ServiceVersion
from tests.cases.town import NIK, PERMIT, Town, acting, employed, guest, offer, opened, person


def seen(town: Town, who: str, **filters: str) -> list[Case]:
    return queries.queue_page(town.named(who), QueueFilters(**filters)).cases


def test_an_officer_sees_the_cases_of_their_agency_and_area_and_nothing_else(town: Town, case: Case):
    elsewhere = employed("+6281200000021", "Petugas Jalan", town.roads, "head")
    hill = employed("+6281200000022", "Petugas Bukit", town.registry, "head", area=town.areas["hill"])
    assert seen(town, "clerk") == [case]
    for officer in (elsewhere, hill):
        assert queries.queue_page(acting(officer)).cases == []
        with pytest.raises(Case.DoesNotExist):
            queries.case_for(acting(officer), case.reference)
    assert queries.case_for(town.named("clerk"), case.reference) == case


def test_a_resident_sees_their_own_and_no_queue(town: Town, case: Case):
    assert queries.case_for(town.named("resident"), case.reference) == case
    for stranger in (town.named("neighbour"), guest()):
        with pytest.raises(Case.DoesNotExist):
            queries.case_for(stranger, case.reference)
    assert seen(town, "resident") == []


def test_what_is_due_first_comes_first_page_by_page(
    town: Town,
    permit: ServiceVersion,
    django_assert_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(queries.desk, "QUEUE_PAGE_SIZE", 2)
    start = current_time.now()
    cases = []
    for days in (5, 0, 9, 3, 5):
        with current_time.freeze(start - timedelta(days=days)):
            cases.append(opened(town.named("resident"), permit, town.resident))
    undue = offer("undue", {key: value for key, value in PERMIT.items() if key != "target"})
    cases.append(opened(town.named("resident"), undue, town.resident))
    by, cursor, pages = town.named("clerk"), "", []
    queries.queue_page(by)  # from now on the process holds the city's tables
    for _ in range(3):
        with django_assert_num_queries(2 if len(pages) == 4 else 1):
            page = queries.queue_page(by, QueueFilters(after=cursor))
        pages += [case.pk for case in page.cases]
        cursor = page.next
    assert cursor == ""
    assert pages == [each.pk for each in sorted(cases[:5], key=lambda each: (each.due_at, each.pk))] + [cases[5].pk]


def test_the_views_of_the_rail_and_their_counts(town: Town, permit: ServiceVersion):
    by = town.named("resident")
    with current_time.freeze(current_time.now() - timedelta(days=30)):
        late = opened(by, permit, town.resident)
    mine, waiting, closed = (opened(by, permit, town.resident) for _ in range(3))
    actions.assign(by=town.named("clerk"), case=mine, officer=town.clerk)
    actions.move(by=town.named("clerk"), case=waiting, move="ask", values={"message": "Why?"})
    actions.withdraw(by=by, case=closed)
    counts = queries.view_counts(town.named("clerk"))
    assert counts == {"due": 3, "mine": 1, "unassigned": 1, "overdue": 1, "at-risk": 0, "waiting": 1}
    assert seen(town, "clerk", view="mine") == [mine]
    assert seen(town, "clerk", view="overdue") == [late]
    assert seen(town, "clerk", view="waiting") == [waiting]
    assert seen(town, "clerk", view="closed") == [closed]


def test_filters_narrow_the_queue(town: Town, case: Case):
    assert seen(town, "clerk", service="stall-permit", public="coordination", area="1/1.1") == [case]
    assert seen(town, "clerk", text=case.reference[:8].lower()) == [case]
    for other in ({"service": "other"}, {"public": "done"}, {"area": "1/1.1/1.1.2"}, {"area": "1/1.1/1.1"}):
        assert seen(town, "clerk", **other) == []


def test_a_broken_cursor_begins_anew(town: Town, case: Case):
    for cursor in ("x", "_", "yesterday_1", "-_"):
        assert seen(town, "clerk", after=cursor) == [case]


def test_a_head_assigns_and_a_clerk_takes(town: Town, case: Case):
    colleague = employed("+6281200000023", "Petugas Lain", town.registry, "clerk")
    case = actions.assign(by=town.named("head"), case=case, officer=colleague)
    assert case.assignee == colleague
    with pytest.raises(NotAllowed):
        actions.assign(by=town.named("clerk"), case=case, officer=colleague)
    assert actions.assign(by=town.named("clerk"), case=case, officer=town.clerk).assignee == town.clerk
    assert actions.assign(by=town.named("head"), case=case, officer=None).assignee is None


def test_a_case_is_not_assigned_to_who_cannot_see_it(town: Town, case: Case):
    stranger = employed("+6281200000024", "Petugas Jalan", town.roads, "clerk")
    with pytest.raises(ActionRefused, match="has no access"):
        actions.assign(by=town.named("head"), case=case, officer=stranger)


def test_a_transfer_tells_the_resident_why_and_changes_hands(town: Town, case: Case):
    with pytest.raises(ActionRefused, match="why"):
        actions.transfer(by=town.named("head"), case=case, agency=town.roads, reason=" ")
    with pytest.raises(NotAllowed):
        actions.transfer(by=town.named("clerk"), case=case, agency=town.roads, reason="Theirs.")
    case = actions.transfer(by=town.named("head"), case=case, agency=town.roads, reason="The pier is a road.")
    assert (case.agency, case.unit_id, case.assignee, case.state) == (town.roads, "roads-pier", None, "check")
    assert seen(town, "clerk") == []
    view = case_view(town.named("resident"), case)
    assert view.lines[-1].sentence == "Passed on to Roads."
    assert ("Message", "The pier is a road.") in view.lines[-1].said or ("Reason", "The pier is a road.") in view.lines[
        -1
    ].said
    theirs = employed("+6281200000025", "Petugas Jalan", town.roads, "clerk")
    assert actions.move(by=acting(theirs), case=case, move="accept").state == "decision"


def test_an_officer_does_nothing_to_their_own_case_or_that_of_their_family(town: Town, permit: ServiceVersion):
    chief = employed("+6281200000026", "Kepala Pemohon", town.registry, "head", "clerk")
    own = person("+6281200000026", "Kepala Pemohon")
    child = people_actions.add_family_member(
        by=acting(own), resident=own, relation="child", details=people_actions.Details(name="Anak")
    ).member
    for resident in (own, child):
        case, by = opened(acting(own), permit, resident), acting(chief)
        for operation in (
            lambda: actions.assign(by=by, case=case, officer=chief),  # noqa: B023 -- called at once
            lambda: actions.assign(by=by, case=case, officer=town.clerk),  # noqa: B023
            lambda: actions.transfer(by=by, case=case, agency=town.roads, reason="Away."),  # noqa: B023
            lambda: actions.assign_unit(by=by, case=case, unit=case.unit),  # noqa: B023
            lambda: actions.add_note(by=by, case=case, text="A good person."),  # noqa: B023
            lambda: actions.reveal(by=by, case=case, what="answers", purpose="verify-documents", reason="Mine."),  # noqa: B023
        ):
            with pytest.raises(NotAllowed, match="your own"):
                operation()
        with pytest.raises(ActionRefused, match="has no access"):
            actions.assign(by=town.named("head"), case=case, officer=chief)
        assert Case.objects.get(pk=case.pk).entries == 1


def test_notes_stay_inside(town: Town, case: Case):
    case = actions.add_note(by=town.named("clerk"), case=case, text="Knows the harbour master.")
    with pytest.raises(NotAllowed):
        actions.add_note(by=town.named("resident"), case=case, text="Me too.")
    assert "harbour" in case_view(town.named("clerk"), case).lines[-1].sentence
    assert all("harbour" not in line.sentence for line in case_view(town.named("resident"), case).lines)


def test_a_look_at_a_sealed_answer_is_logged_and_the_resident_can_read_it(town: Town, case: Case):
    row = next(
        row for section in case_view(town.named("head"), case).sections for row in section.rows if row.name == "nik"
    )
    assert row.hidden
    assert NIK not in row.text
    with pytest.raises(ActionRefused, match="why"):
        actions.reveal(by=town.named("head"), case=case, what="answers", purpose="verify-documents", reason="")
    with pytest.raises(NotAllowed):
        actions.reveal(by=town.named("clerk"), case=case, what="answers", purpose="verify-documents", reason="Curious.")
    assert not AccessLog.objects.exists()
    revealed = actions.reveal(
        by=town.named("head"), case=case, what="answers", purpose="verify-documents", reason="Compare with the card."
    )
    assert revealed == {"nik": NIK}
    entry = AccessLog.objects.get()
    assert (entry.resident, entry.reason, entry.reference) == (town.resident, "Compare with the card.", case.reference)


def test_the_page_offers_each_what_they_may_do(town: Town, case: Case):
    head, clerk, resident = (case_view(town.named(who), case) for who in ("head", "clerk", "resident"))
    assert [button.edge.move for button in clerk.buttons] == ["accept", "ask", "reject"]
    assert [button.label for button in clerk.buttons[:2]] == ["Accept", "Ask for more"]
    assert [button.edge.move for button in resident.buttons] == ["withdraw"]
    assert (head.may_assign, head.may_transfer, head.may_look) == (True, True, True)
    assert (clerk.may_assign, clerk.may_note, resident.may_note) == (False, True, False)
    assert (resident.theirs, clerk.theirs) == (True, False)


def test_a_case_page_asks_the_database_a_bounded_number_of_times(
    town: Town, case: Case, django_assert_max_num_queries: DjangoAssertNumQueries
):
    for _ in range(5):
        actions.move(by=town.named("clerk"), case=case, move="ask", values={"message": "Why?"})
        actions.move(by=town.named("resident"), case=case, move="answer", values={"message": "Because."})
    queries.queue_page(town.named("clerk"))  # from now on the process holds the city's tables
    for who in ("clerk", "resident"):
        with django_assert_max_num_queries(10):
            case_view(town.named(who), queries.case_for(town.named(who), case.reference))
