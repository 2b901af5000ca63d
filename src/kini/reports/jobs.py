"""Work for the worker: hashes of the photos of new and finished reports, draws of audits, figures, news."""

from kini.cases.events import CaseMoved, CaseOpened
from kini.cases.models import Case
from kini.core.actors import system
from kini.core.events import subscribe
from kini.core.jobs import periodic
from kini.reports import actions
from kini.reports.kind import Report, may_concern_report
from kini.reports.models import AreaSubscription
from kini.reports.open311.other_city_destination import follow_all

BY = system("reports")


@subscribe(CaseOpened, name="reports.hash_new_photos", only=may_concern_report)
def hash_new_photos(event: CaseOpened) -> None:
    """Hash the photos of a new report."""
    _hash(event.reference)


@subscribe(CaseMoved, name="reports.hash_photos_of_work", only=may_concern_report)
def hash_photos_of_work(event: CaseMoved) -> None:
    """Hash the photos that came with a step."""
    _hash(event.reference)


@periodic("11 18 * * *", name="reports.draw_audits")
def draw_audits() -> None:
    """Draw reports whose reporters were silent for an audit, and count the figures of the offices."""
    actions.draw_audits(by=BY)
    actions.count_figures(by=BY)


@periodic("23 9 * * *", name="reports.tell_areas")
def tell_areas() -> None:
    """Send the news of the day to those who follow an area."""
    for subscription in AreaSubscription.objects.filter(user__is_active=True).order_by("pk").iterator():
        actions.tell_area(by=BY, subscription=subscription)


@periodic("*/15 * * * *", name="reports.follow_elsewhere")
def follow_elsewhere() -> None:
    """Ask other cities what became of the reports that were filed there."""
    follow_all()


def _hash(reference: str) -> None:
    case = Case.objects.filter(reference=reference, kind=Report.id).first()
    if case:
        actions.hash_photos(by=BY, case=case)
