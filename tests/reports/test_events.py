"""Work for the worker that reports make, and other cases do not."""

from procrastinate.contrib.django.models import ProcrastinateJob

from kini.cases import actions
from kini.cases.models import Case
from tests.cases.town import PERMIT, Town, offer, opened


def subscribers_of(event: str) -> set[str]:
    jobs = ProcrastinateJob.objects.filter(args__event=event)
    return {each.args["listener"] for each in jobs if each.args["listener"].startswith("reports.")}


def test_a_report_is_followed(town: Town, report: Case):
    assert subscribers_of("cases.opened") == {"reports.hash_new_photos"}
    actions.move(by=town.named("clerk"), case=report, move="start")
    assert subscribers_of("cases.moved") == {"reports.hash_photos_of_work", "reports.notify_followers"}


def test_a_case_of_another_kind_makes_no_work_for_reports(town: Town):
    case = opened(town.named("resident"), offer("stall-permit", PERMIT), town.resident)
    actions.move(by=town.named("clerk"), case=case, move="accept")
    assert subscribers_of("cases.opened") == subscribers_of("cases.moved") == set()
