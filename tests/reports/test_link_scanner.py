"""A link scanner opens every link in every mail about reports: no state changes, no answer, no end of messages."""

from collections.abc import Callable

import pytest

from kini.cases import actions as cases
from kini.cases.models import Case
from kini.core.actors import Actor
from kini.messages.models import Message
from kini.reports import actions, jobs, queries
from kini.reports.models import AreaSubscription, ClosingAnswer
from kini.services.models import ServiceVersion
from tests import link_scanner
from tests.cases.town import Town, photo
from tests.reports.test_closing import finished
from tests.reports.test_public_reports import lamps as lamps
from tests.reports.test_public_reports import released

#: Kinds of message about reports. "case-step" is the reporter's own.
KINDS = {"case-step", "report-step", "report-area-followed", "report-area-news"}


def test_every_link_of_every_mail_is_opened(
    town: Town,
    lamps: ServiceVersion,
    crew: Actor,
    run_jobs: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    actions.follow_area(by=town.named("neighbour"), area=town.areas["pier"])
    report = released(town, lamps)
    actions.follow(by=town.named("neighbour"), publication=report)
    case = finished(town, report.case, crew, photo(61))
    run_jobs()
    jobs.tell_areas()
    sent = list(Message.objects.filter(user__isnull=False))
    assert {each.sort for each in sent} >= KINDS
    mails = link_scanner.mails_of(sent, monkeypatch)
    links = link_scanner.links_in(mails)
    expected = (
        f"/cases/{case.reference}/",
        "/reports/followed/",
        "/reports/?area=",
        "/reports/areas/stop/",
        "/messages/stop/",
    )
    assert all(any(link.startswith(each) for link in links) for each in expected), links
    # and the page that asks whether it is solved, to which the case's page leads
    link_scanner.scan([*links, f"/reports/{case.reference}/answer/"])
    case = Case.objects.get(pk=case.pk)
    assert (case.state, queries.awaits_answer(case)) == ("solved", True)
    assert not ClosingAnswer.objects.exists()
    assert AreaSubscription.objects.exists()
    assert cases.move(by=town.named("resident"), case=case, move="reopen", values={"message": "Dark"}).state == "again"
