"""Reports: private, closed only with proof, disputed by who reported."""

from datetime import timedelta

import pytest
from django.conf import settings

from kini.cases import actions, queries, timeline
from kini.cases.case_view import case_view
from kini.cases.models import Case
from kini.core import current_time
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.people.models import AccessLog
from kini.services.flows import Flow
from kini.services.models import ServiceVersion
from tests.cases.town import Town, guest, offer, opened, photo
from tests.pagechecks import CheckedClient
from tests.reports.conftest import REPORT, SAID, STREET


def at_work(town: Town, report: Case) -> Case:
    return actions.move(by=town.named("clerk"), case=report, move="start")


def test_a_report_is_worked_off_and_closed_with_a_photo(town: Town, report: Case, crew: Actor):
    case = actions.move(by=crew, case=at_work(town, report), move="finish", values={"photo": [photo(7)]})
    case = actions.move(by=town.named("clerk"), case=case, move="close")
    assert (case.public, case.outcome) == ("done", "solved")
    assert [document.slot for document in case.documents.all()] == ["step:photo"]
    assert len(case_view(town.named("resident"), case).lines[2].files) == 1
    assert timeline.verify_case(case) == []


def test_it_is_not_closed_without_one(town: Town, report: Case):
    with pytest.raises(ActionRefused, match="only with a photo"):
        actions.move(by=town.named("clerk"), case=report, move="close")


def test_a_photo_older_than_the_report_proves_nothing(town: Town, report: Case, crew: Actor):
    case, old = at_work(town, report), photo(8, taken="2020:01:01 10:00:00")
    with pytest.raises(ActionRefused, match="before the report"):
        actions.move(by=crew, case=case, move="finish", values={"photo": [old]})
    assert not Case.objects.get().documents.exists()


def test_a_photo_is_used_once(town: Town, broken_lamp: ServiceVersion, report: Case, crew: Actor):
    other = opened(town.named("neighbour"), broken_lamp, town.neighbour, SAID | {"who": {"who": "Tetangga"}})
    actions.move(by=crew, case=at_work(town, report), move="finish", values={"photo": [photo(9)]})
    with pytest.raises(ActionRefused, match="used before"):
        actions.move(by=crew, case=at_work(town, other), move="finish", values={"photo": [photo(9)]})
    done = actions.move(by=crew, case=other, move="finish", values={"photo": [photo(10)]})
    assert done.state == "check"


def test_two_photos_of_one_step_must_differ(town: Town, report: Case, crew: Actor):
    with pytest.raises(ActionRefused, match="used before"):
        actions.move(by=crew, case=at_work(town, report), move="finish", values={"photo": [photo(9), photo(9)]})


def test_who_reported_may_dispute_it_and_then_it_needs_new_proof(town: Town, report: Case, crew: Actor):
    case = actions.move(by=crew, case=at_work(town, report), move="finish", values={"photo": [photo(11)]})
    case = actions.move(by=town.named("clerk"), case=case, move="close")
    with pytest.raises(NotAllowed):
        actions.move(by=town.named("neighbour"), case=case, move="reopen", values={"message": "Still dark."})
    case = actions.move(by=town.named("resident"), case=case, move="reopen", values={"message": "Still dark."})
    assert (case.public, case.closed_at) == ("reopened", None)
    with pytest.raises(ActionRefused, match="only with a photo"):
        actions.move(by=town.named("clerk"), case=case, move="close")


def test_after_a_week_it_stays_closed(town: Town, report: Case, crew: Actor):
    case = actions.move(by=crew, case=at_work(town, report), move="finish", values={"photo": [photo(12)]})
    case = actions.move(by=town.named("clerk"), case=case, move="close")
    with (
        current_time.freeze(current_time.now() + timedelta(days=8)),
        pytest.raises(ActionRefused, match="time for this step is over"),
    ):
        actions.move(by=town.named("resident"), case=case, move="reopen", values={"message": "Dark again."})


def test_officers_do_not_see_who_reported(town: Town, report: Case, crew: Actor):
    for by in (crew, town.named("clerk"), town.named("head")):
        view = case_view(by, queries.case_for(by, report.reference))
        shown = str([(row.label, row.text) for section in view.sections for row in section.rows])
        assert "Warga Contoh" not in shown + view.person
        assert "A lamp" in shown
    own = case_view(town.named("resident"), report)
    assert own.person == "Warga Contoh"
    assert "Warga Contoh" in str(own.sections)


def test_who_may_see_it_says_why_and_the_reporter_reads_that(town: Town, report: Case, crew: Actor):
    with pytest.raises(NotAllowed):
        actions.reveal(by=crew, case=report, what="answers", purpose="contact-person", reason="Ask where exactly.")
    revealed = actions.reveal(
        by=town.named("head"), case=report, what="answers", purpose="contact-person", reason="Ask where exactly."
    )
    assert revealed == {"who": "Warga Contoh"}
    assert AccessLog.objects.get().resident == town.resident


def test_a_report_that_needs_no_proof_says_so_in_its_file(town: Town):
    states = REPORT | {"report": {"evidence": None}}
    case = opened(town.named("resident"), offer("idea", states, Flow.model_validate(STREET)), town.resident, SAID)
    assert actions.move(by=town.named("clerk"), case=case, move="close").outcome == "solved"


def test_one_reports_without_an_account(town: Town, broken_lamp: ServiceVersion):
    case = opened(guest(), broken_lamp, None, SAID | {"who": {"who": "Tamu"}})
    assert queries.case_for(guest("elsewhere"), case.reference, case.guest_key) == case


def test_a_guest_reads_behind_the_secret_link_who_opened_their_report(
    town: Town, broken_lamp: ServiceVersion, client: CheckedClient
):
    case = opened(guest(), broken_lamp, None, SAID | {"who": {"who": "Tamu"}})
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    client.get(f"/cases/{case.reference}/", {"key": case.guest_key})
    assert "No officer has opened this case yet" in client.get(f"/cases/{case.reference}/").content.decode()
    actions.open_at_desk(by=town.named("clerk"), case=case)
    actions.reveal(
        by=town.named("head"), case=case, what="answers", purpose="contact-person", reason="Ask where exactly."
    )
    page = client.get(f"/cases/{case.reference}/").content.decode()
    for text in ("Your case was opened", "Petugas Berkas", "Ask where exactly.", "Contact the person"):
        assert text in page
    assert AccessLog.objects.filter(resident=None, reference=case.reference).count() == 2
